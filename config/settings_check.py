"""The settings file looked at as a whole, before anything is read or decided: what is wrong in it is said at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

from config.approval import approval_settings
from config.case_settings import case_settings
from config.claim_settings import NEEDED as CLAIMS_NEED
from config.claim_settings import ClaimSettings
from config.deadlines import closed_days
from config.letter_settings import NEEDED as LETTERS_NEED
from config.letter_settings import LetterSettings
from config.message_settings import message_settings
from config.payer_settings import payer_settings
from config.query_kinds import query_settings
from config.settings import practice_settings, practices_set, settings_of, wrong_setting
from config.watch_settings import watch_settings

WHOLE = (practice_settings, approval_settings, case_settings, closed_days, message_settings, payer_settings,
         query_settings, watch_settings)  # fmt: skip
PARTS: tuple[tuple[str, type[BaseModel], tuple[str, ...]], ...] = (
    ("claims", ClaimSettings, CLAIMS_NEED),
    ("letters", LetterSettings, LETTERS_NEED),
)
"""Blocks of which some keys have no default: those are asked for only by what needs them."""


def check_settings(path: Path | None) -> Path | None:
    """The path, when everything in the file can be used: its defaults, and every practice of it.

    InputError of one sentence otherwise. Without a file there is nothing that could be wrong.
    """
    if path is None:
        return None
    from config.action_kinds import action_settings  # its kinds are a file of their own

    path = path.expanduser()
    for practice_id in ["", *practices_set(path)]:
        for read in (*WHOLE, action_settings):
            read(practice_id, path)
        for name, model, needed in PARTS:
            _partly(name, model, needed, practice_id, path)
    return path


def _partly(name: str, model: type[BaseModel], needed: tuple[str, ...], practice_id: str, path: Path) -> None:
    """What is set of the block can be used, whatever is missing of those keys."""
    try:
        model.model_validate(settings_of(practice_id, path).get(name) or {})
    except ValidationError as error:
        wrong = [
            (one["type"] != "extra_forbidden", at)
            for at, one in enumerate(error.errors())
            if not (one["type"] == "missing" and one["loc"][0] in needed and len(one["loc"]) == 1)
        ]
        if wrong:
            raise wrong_setting(error, model, path, practice_id, name, min(wrong)[1]) from error
