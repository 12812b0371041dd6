"""The code catalogue: every code of care management and of the services beside it, dated by the day and cited.

What the program decides and what it merely knows stand side by side; `decided` tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.dated_csv import read_dated
from config.errors import InputError, RuleError
from config.fee_entries import Fee, OppsRate, RelativeValue
from config.fees import AMOUNTS, PFS
from config.first_fault import first_fault
from config.month import Month
from config.strict_yaml import load_yaml

CODES = Path(__file__).parent / "rules" / "codes"

Confidence = Literal["primary", "secondary", "unverified"]
Performer = Literal[
    "clinical_staff",
    "practitioner",
    "staff_or_practitioner",
    "practice",
    "auxiliary_personnel",
    "behavioral_care_manager",
    "psychologist_or_social_worker",
    "device",
]
Program = Literal[
    "ccm",
    "clinic",
    "pcm",
    "apcm",
    "bhi",
    "cocm",
    "cpm",
    "tcm",
    "rpm",
    "rtm",
    "chi",
    "pin",
    "oversight",
    "esrd",
    "prolonged",
]
OPEN = date(9999, 12, 31)


class Sourced(BaseModel):
    """Anything that says where it stands and how sure that is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    confidence: Confidence
    source: str = Field(min_length=10)


class CodeEntry(Sourced):
    """What holds of a code from one day to another, both included."""

    since: date
    until: date = OPEN
    minutes: int = Field(default=0, ge=0, description="of one unit; 0 where time does not count")
    least_minutes: int = Field(default=0, ge=0, description="from which a unit counts, where that is less")
    minutes_rule: Literal["full", "midpoint"] = "full"
    days_of_data: str = ""
    base: tuple[str, ...] = ()
    most_a_month: int | None = Field(default=None, gt=0, description="by the code's own rule; none where it has none")
    period: Literal["month", "thirty_days", "episode", "day", "six_months", "once_per_practitioner"] = "month"

    def holds_on(self, day: date) -> bool:
        """Whether the code may be billed for that date of service."""
        return self.since <= day <= self.until

    def holds_in(self, month: Month) -> bool:
        """Whether it may be billed for some day of the month."""
        return self.since <= month.last and month.first <= self.until

    @property
    def threshold_minutes(self) -> int:
        """Minutes from which a unit counts; 0 where time does not count."""
        return self.least_minutes or self.minutes


class UnitLimits(Sourced):
    """CMS's medically unlikely edits: units a day of service and the adjudication indicator, by kind of claim."""

    practitioner_units: int = Field(ge=0)
    practitioner_mai: Literal[1, 2, 3]
    hospital_units: int = Field(ge=0)
    hospital_mai: Literal[1, 2, 3]


class Needs(Sourced):
    """What has to be there before the code is billed."""

    supervision: Literal["general", "direct", "personal", "not_stated"]
    mdm: Literal["not_needed", "moderate_or_high", "high"]
    consent: Literal["needed", "as_base", "not_needed"]
    initiating_visit: Literal["needed", "as_base", "not_needed", "is_part_of_it", "first_in_person"]
    care_plan: Literal["needed", "as_base", "not_needed"]


class Code(BaseModel):
    """One code with its dated entries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[0-9G]\d{4}$")
    words: str = Field(min_length=10)
    program: Program
    decided: bool = Field(description="decided from time entries; otherwise known as a service beside it")
    performer: Performer
    entries: tuple[CodeEntry, ...] = Field(min_length=1)
    limits: UnitLimits | None = None
    needs: Needs
    notes: tuple[str, ...] = ()

    def on(self, day: date) -> CodeEntry | None:
        """The entry in force on the day; nothing when the code cannot be billed for it."""
        return next((entry for entry in self.entries if entry.holds_on(day)), None)

    def in_month(self, month: Month) -> CodeEntry | None:
        """The latest entry in force in the month."""
        return next((entry for entry in reversed(self.entries) if entry.holds_in(month)), None)


@dataclass(frozen=True)
class Catalogue:
    """Every code by its name."""

    codes: Mapping[str, Code]

    def find(self, code: str) -> Code:
        """The code; InputError when the catalogue does not know it."""
        found = self.codes.get(code.strip().upper())
        if found is None:
            raise InputError(
                f"'{code}' is not in the code catalogue; correct it, or enter it under config/rules/codes/."
            )
        return found

    def entry(self, code: str, day: date) -> CodeEntry:
        """What holds of the code on the day; InputError, with its span, when it cannot be billed for that day."""
        found = self.find(code)
        entry = found.on(day)
        if entry is None:
            spans = " and ".join(f"{entry.since} to {until_words(entry.until)}" for entry in found.entries)
            raise InputError(
                f"{found.code} cannot be billed for {day}; it is in force {spans}. Use the code of that day."
            )
        return entry

    def on(self, day: date) -> dict[str, CodeEntry]:
        """The codes in force on that day, with what holds of them."""
        return {name: entry for name, code in self.codes.items() if (entry := code.on(day))}

    def in_month(self, month: Month) -> dict[str, CodeEntry]:
        """The codes in force on some day of the month, with what holds of them."""
        return {name: entry for name, code in self.codes.items() if (entry := code.in_month(month))}

    def of(self, *programs: str) -> tuple[str, ...]:
        """The codes of these programs, in the catalogue's order."""
        return tuple(name for name, code in self.codes.items() if code.program in programs)

    def content(self, month: Month) -> list[dict[str, Any]]:
        """All that the catalogue says of the month, for the rulebook's fingerprint."""
        return [
            self.codes[name].model_dump(mode="json", exclude={"entries"}) | {"entry": entry.model_dump(mode="json")}
            for name, entry in self.in_month(month).items()
        ]


def until_words(day: date) -> str:
    """The day, or today where there is no end."""
    return "today" if day == OPEN else str(day)


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], content: Any, place: str) -> Model:
    """The content as that model; RuleError naming the place when something is missing, unknown or out of bounds."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        where, said = first_fault(error, model)
        raise RuleError(f"{place}: '{where}': {said}; mend the entry.") from error


def rising(spans: Sequence[tuple[Any, Any]], place: str | Sequence[str]) -> None:
    """RuleError when spans (first and last, both included) end before they begin, or overlap the one before.

    `place` is that of them all, or one for each.
    """
    places = [place] * len(spans) if isinstance(place, str) else place
    for (since, until), where in zip(spans, places, strict=True):
        if until < since:
            raise RuleError(f"{where}: an entry ends ({until}) before it begins ({since}).")
    for ((since, until), (after, _)), where in zip(pairwise(spans), places[1:], strict=True):
        if after <= until:
            raise RuleError(
                f"{where}: the entry since {after} begins before the one since {since} ends; "
                "close the earlier one with 'until'."
            )


def _read(path: Path) -> Iterable[Code]:
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != {"codes"} or not isinstance(content["codes"], list):
        raise RuleError(f"{path.name}: it must hold one list named 'codes' and nothing else.")
    for number, entry in enumerate(content["codes"], start=1):
        name = entry.get("code") if isinstance(entry, dict) else None
        place = f"{path.name}, entry {number} ({name or 'no code'})"
        if isinstance(name, int):
            raise RuleError(f'{place}: write the code in quotes, "{name}".')
        code = validated(Code, entry, place)
        rising([(entry.since, entry.until) for entry in code.entries], place)
        if code.entries[0].minutes_rule == "midpoint" and not code.entries[0].least_minutes:
            raise RuleError(f"{place}: a midpoint rule needs 'least_minutes'; enter them.")
        yield code


def load_catalogue(folder: Path = CODES) -> Catalogue:
    """Every code of the folder's files.

    Raises RuleError naming file and entry when one is wrong, unsourced, stands twice, or has an unknown base.
    """
    codes: dict[str, Code] = {}
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for code in _read(path):
            if code.code in codes:
                raise RuleError(f"{path.name}: {code.code} stands twice in the catalogue; keep one.")
            codes[code.code], files[code.code] = code, path.name
    for code in codes.values():
        for base in {base for entry in code.entries for base in entry.base}:
            if base not in codes and not _VISIT.fullmatch(base):
                raise RuleError(
                    f"{files[code.code]}, {code.code}: its base {base} is not in the catalogue; "
                    "enter it or correct the base."
                )
    return Catalogue(codes)


# Visits that carry G0506 are no care management and stand as bases only.
_VISIT = re.compile(r"99[234]\d\d|G04\d\d")


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the program; read once a process."""
    return load_catalogue()


def catalogue_codes() -> frozenset[str]:
    """Every code that the project knows: those of the catalogue, and the services beside it that have an amount."""
    fees = {fee.code for fee in read_dated(PFS, Fee)}
    values = {value.code for value in read_dated(AMOUNTS / "relative_values.csv", RelativeValue)}
    opps = {rate.code for rate in read_dated(AMOUNTS / "opps.csv", OppsRate)}
    return frozenset({*catalogue().codes, *fees, *values, *opps})
