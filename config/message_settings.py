"""How messages reach people in a practice: `messages:` of the settings."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from config.errors import InputError
from config.settings import block_of, settings_of

SHORTEST_PASSWORD = 12


def _address(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise ValueError("write an address, as manager@maple.example, or leave it empty")
    return value


Address = Annotated[str, AfterValidator(_address)]


def _files_address(value: str) -> str:
    """The address without a stroke at its end; nothing of it may name a person, a password or a question."""
    place = r"(https?://[^\s/?#@\\<>\"']+|file://[^\s/?#@\\<>\"']*/[^\s?#@\\<>\"']+)(/[^\s?#@\\<>\"']*)?"
    if value and not re.fullmatch(place, value):
        raise ValueError(
            "write the address of the results folder, as https://share.example/ccm or file:///srv/ccm, without blanks, "
            "question, name and password, or leave it empty"
        )
    return value.rstrip("/")


FilesAddress = Annotated[str, AfterValidator(_files_address)]


class MessageSettings(BaseModel):
    """Addresses of those who stand in no table, where the results are read, and the practice's own templates; empty
    where there are none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operations: Address = ""
    compliance: Address = ""
    data_owner: Address = ""
    quality: Address = ""
    board: Address = ""
    templates: str = ""
    files_address: FilesAddress = ""

    def address(self, audience: str) -> str:
        """The address set for an audience; empty where none is, or none can be."""
        return "" if audience in ("templates", "files_address") else str(getattr(self, audience, ""))


def message_settings(practice_id: str, path: Path | None = None) -> MessageSettings:
    """What holds of the practice's messages; InputError naming file, practice and key when one is wrong.

    A folder of templates counts from the settings file.
    """
    found: Any = settings_of(practice_id, path).get("messages") or {}
    read = block_of(MessageSettings, "messages", found, path or "settings.yaml", practice_id)
    if not read.templates:
        return read
    folder = Path(read.templates).expanduser()
    return read.model_copy(update={"templates": str((path.parent / folder) if path else folder)})


def workbook_password() -> str:
    """The password of workbooks that travel, CCM_WORKBOOK_PASSWORD; empty where none is set: then none travels.

    InputError when it is too short to protect patients.
    """
    password = os.environ.get("CCM_WORKBOOK_PASSWORD", "")
    if 0 < len(password) < SHORTEST_PASSWORD:
        raise InputError(
            f"CCM_WORKBOOK_PASSWORD: it must have at least {SHORTEST_PASSWORD} characters; choose a longer one and "
            "tell it to billing by another way than mail."
        )
    return password
