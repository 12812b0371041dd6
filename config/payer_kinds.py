"""What a payer wants on a claim and does with a corrected one, by its kind, by form and date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from config.catalogue import OPEN, Sourced
from config.claim_settings import PayerChoices
from config.errors import RuleError
from config.first_fault import first_fault
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "payers" / "kinds.yaml"
Instead = Literal["clerical_reopening", "corrected_claim"]
# What stands in the place of a claim that the payer would not take.
INSTEAD_WORDS: Mapping[str, str] = {
    "clerical_reopening": "ask the contractor to reopen the claim for a clerical error, by form or telephone",
    "corrected_claim": "send the correction as the payer's own guide says",
}


class PayerKind(Sourced):
    """What payers of some kinds want on one form, from one day to another."""

    form: Literal["837P", "837I"]
    kinds: tuple[str, ...] = Field(min_length=1)
    indicator: str = Field(pattern=r"^[0-9A-Z]{2}$", description="claim filing indicator")
    takes_replacements: bool
    takes_voids: bool
    instead: Instead
    since: date
    until: date = OPEN


@cache
def payer_kinds(path: Path = FILE) -> tuple[PayerKind, ...]:
    """Every entry; RuleError naming the entry that is wrong, or two of one kind and form that overlap."""
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != {"entries"} or not isinstance(content["entries"], list):
        raise RuleError(f"{path.name}: it must hold a list 'entries', nothing else.")
    found: list[PayerKind] = []
    for number, item in enumerate(content["entries"], start=1):
        try:
            entry = PayerKind.model_validate(item)
        except ValidationError as error:
            place, said = first_fault(error, PayerKind)
            raise RuleError(f"{path.name}, entry {number}: '{place}': {said}; correct it.") from error
        for other in found:
            both = set(other.kinds) & set(entry.kinds)
            if both and other.form == entry.form and other.since <= entry.until and entry.since <= other.until:
                raise RuleError(f"{path.name}, entry {number}: {min(both)} on {entry.form} stands twice for some days.")
        found.append(entry)
    return tuple(found)


def payer_kind(kind: str, form: str, day: date, path: Path = FILE) -> PayerKind | None:
    """The entry for that kind, form and date of service; None where there is none, as for an unknown payer."""
    same = (entry for entry in payer_kinds(path) if entry.form == form and kind in entry.kinds)
    return next((entry for entry in same if entry.since <= day <= entry.until), None)


def with_choices(entry: PayerKind, choices: PayerChoices | None) -> PayerKind:
    """The entry as one payer of the practice does it."""
    given = choices.model_dump(exclude_none=True, exclude={"crosses_over"}) if choices else {}
    return entry.model_copy(update=given)
