"""What makes an action item, and what a practice sets of it: actions.yaml, and `actions:` of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.audiences import told_of_cases
from config.catalogue import rising, validated
from config.errors import RuleError
from config.first_fault import nearest
from config.month import Month
from config.settings import block_of, settings_of
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "actions.yaml"
NAMED = "named"
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
Measure = Literal[
    "findings", "denials", "coverage", "entries", "rows", "signals", "queries", "short", "panels", "unlooked", "copay"
]


class Kind(BaseModel):
    """One kind of action item, from one service month on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(pattern=r"^[a-z][a-z_]*$")
    since: str = Field(pattern=MONTH)
    until: str = Field(default="", pattern=r"^$|" + MONTH)
    measure: Measure
    outcome: Literal["", "hold", "unsupported", "warn"] = ""
    rules: tuple[str, ...] = ()
    but_rules: tuple[str, ...] = ()
    together: bool = False
    by: Literal["nothing", "care_manager", "practitioner", "staff", "named"] = "nothing"
    owner: str
    at_least: int = Field(ge=1)
    percent: int = Field(default=0, ge=0, le=100)
    months: int = Field(default=1, ge=1, le=12)
    limit: int = Field(default=0, ge=0)
    counts: tuple[str, str]
    days: int = Field(ge=1, le=120)
    words: str = Field(min_length=10)
    remedy: str = Field(min_length=10)
    source: str = Field(min_length=5)
    confidence: Literal["primary", "secondary", "unverified"]

    @model_validator(mode="after")
    def _looks_at_findings_where_it_names_them(self) -> Kind:
        if (self.measure == "findings") != bool(self.outcome):
            raise ValueError("'outcome' goes with the measure 'findings', and no other")
        if self.measure != "findings" and (self.rules or self.but_rules or self.together):
            raise ValueError("rules go with the measure 'findings' alone")
        return self

    def counted(self, number: int) -> str:
        """The number with what it counts, as 3 patient-months."""
        return f"{number:,} {self.counts[number != 1]}"


class _Actions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    owners: Mapping[str, str]
    kinds: tuple[Kind, ...]


class OwnKind(BaseModel):
    """What a practice asks of a kind otherwise than it is shipped; `left_out` asks it no more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: int | None = Field(default=None, ge=1)
    percent: int | None = Field(default=None, ge=0, le=100)
    months: int | None = Field(default=None, ge=1, le=12)
    limit: int | None = Field(default=None, ge=0)
    days: int | None = Field(default=None, ge=1, le=120)
    left_out: bool = False


class Gone(BaseModel):
    """For how many months in a row a cause must be gone until its item closes, from one service month on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: str = Field(pattern=MONTH)
    months: int = Field(ge=1, le=24)


class ActionSettings(BaseModel):
    """`actions:` of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gone_months: tuple[Gone, ...] = Field(min_length=1)
    kinds: Mapping[str, OwnKind] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_and_rising(self) -> ActionSettings:
        unknown = [name for name in self.kinds if name not in shipped()]
        if unknown:
            words = f"{unknown[0]} is no kind of action item"
            raise ValueError(", ".join(filter(None, (words, nearest(unknown[0], shipped())))))
        if [one.since for one in self.gone_months] != sorted({one.since for one in self.gone_months}):
            raise ValueError("the entries of gone_months rise, each from a later month on")
        return self

    def gone(self, month: Month) -> int:
        """In how many months a cause is gone for good, by the entry of that month; the first holds before it too."""
        found = [one.months for one in self.gone_months if one.since <= str(month)]
        return found[-1] if found else self.gone_months[0].months


@cache
def shipped(path: Path = FILE) -> Mapping[str, tuple[Kind, ...]]:
    """Every kind by name with its entries, the oldest first; RuleError where the file is wrong."""
    content = _content(path)
    found: dict[str, list[Kind]] = {}
    for one in content.kinds:
        found.setdefault(one.kind, []).append(one)
    known = {NAMED, *told_of_cases()}
    for name, entries in found.items():
        rising([(one.since, one.until or "9999-12") for one in entries], f"{path.name}: {name}")
    for owner in {*content.owners.values(), *(one.owner for one in content.kinds)} - known:
        raise RuleError(f"{path.name}: '{owner}' can own no action item; write one of {', '.join(sorted(known))}.")
    return {name: tuple(entries) for name, entries in found.items()}


@cache
def _content(path: Path) -> _Actions:
    return validated(_Actions, load_yaml(path), path.name)


def audience_of(owner: str) -> str:
    """The audience that hears of what is that owner's, by the words of rules, checks and denials; else operations."""
    return _content(FILE).owners.get(owner, "operations")


def newest_kind(name: str) -> Kind | None:
    """The kind as it was shipped last; None where this version knows it no more."""
    return shipped()[name][-1] if name in shipped() else None


def action_settings(practice_id: str, path: Path | None = None) -> ActionSettings:
    """What holds of the practice's action items; InputError naming file, practice and key when one is wrong."""
    found: Any = settings_of(practice_id, path).get("actions") or {}
    return block_of(ActionSettings, "actions", found, path or "settings.yaml", practice_id)


def kinds_in_force(month: Month, settings: ActionSettings) -> dict[str, Kind]:
    """The kinds asked of that service month, as the practice set them; those that it left out are not there."""
    found = {}
    for name, entries in shipped().items():
        mine = [one for one in entries if one.since <= str(month) <= (one.until or "9999-12")]
        own = settings.kinds.get(name, OwnKind())
        if mine and not own.left_out:
            found[name] = mine[0].model_copy(update=own.model_dump(exclude_none=True, exclude={"left_out"}))
    return found
