"""What sources disagree about, and how a practice's settings decide it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import RuleError
from config.first_fault import first_fault
from config.settings import PracticeSettings
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "contested.yaml"
POLICIES = "payers.policies"


class Contested(BaseModel):
    """One matter: the setting that decides it, the care settings it concerns (none named: all), and the safe value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    setting: str
    where: tuple[str, ...] = ()
    matter: str = Field(min_length=10)
    values: dict[str, str]
    safe: str
    confidence: Literal["primary", "secondary", "unverified"]
    source: str = Field(min_length=10)
    disagreement: str = ""


class Choice(NamedTuple):
    """A practice's answer to a contested matter, in words; `is_safe` is false where it is not the shipped one."""

    contested: Contested
    answer: str
    is_safe: bool


@cache
def contested() -> tuple[Contested, ...]:
    """Every contested matter in the order of the file; RuleError when an entry is wrong."""
    found = []
    for number, item in enumerate(load_yaml(FILE), start=1):
        try:
            entry = Contested.model_validate(item)
        except ValidationError as error:
            place, said = first_fault(error, Contested)
            raise RuleError(f"{FILE.name}, entry {number}, '{place}': {said}; correct it.") from error
        if entry.setting not in (*PracticeSettings.model_fields, POLICIES):
            raise RuleError(f"{FILE.name}, entry {number}: '{entry.setting}' is no setting; name one of settings.yaml.")
        found.append(entry)
    return tuple(found)


def choices(settings: PracticeSettings, care_setting: str, policies: Mapping[str, str] | None = None) -> list[Choice]:
    """What a practice of that care setting chose in each contested matter that concerns it.

    `policies` are those that the practice names for its payers, by the payer's identifier.
    """
    found = []
    for entry in contested():
        if entry.where and care_setting not in entry.where:
            continue
        value = policies or {} if entry.setting == POLICIES else getattr(settings, entry.setting)
        if isinstance(value, Mapping):
            written = "; ".join(f"{payer} follows {policy.replace('_', ' ')}" for payer, policy in value.items())
        else:
            written = str(value).lower() if isinstance(value, bool) else str(value)
        found.append(Choice(entry, entry.values.get(written, written), written == entry.safe))
    return found
