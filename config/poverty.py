"""The poverty guidelines by day, state and household: against what an income is held."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.catalogue import Sourced
from config.errors import InputError, RuleError
from config.first_fault import first_fault
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "poverty_guidelines.yaml"
MOST_PERSONS = 30


class Amounts(BaseModel):
    """Dollars a year of a household's first person and of each further one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: int = Field(gt=0)
    further: int = Field(gt=0)


class Guideline(Sourced):
    """The guidelines of one notice."""

    since: date
    notice: str
    contiguous: Amounts
    AK: Amounts
    HI: Amounts

    def cents(self, household: int, state: str = "") -> int:
        """The guideline of a household in that state, in cents a year; InputError for a household that is none."""
        if not 1 <= household <= MOST_PERSONS:
            raise InputError(f"A household has from 1 to {MOST_PERSONS} persons, not {household}; correct it.")
        amounts = {"AK": self.AK, "HI": self.HI}.get(state.strip().upper(), self.contiguous)
        return 100 * (amounts.first + (household - 1) * amounts.further)

    def percent(self, income_cents: int, household: int, state: str = "") -> int:
        """The income in percent of the guideline, rounded up: 100.2 percent is above 100."""
        return -(-income_cents * 100 // self.cents(household, state))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    asked_until: date
    guidelines: tuple[Guideline, ...] = Field(min_length=1)


@cache
def guidelines(path: Path = FILE) -> _File:
    """Every notice, the oldest first; RuleError naming what is wrong, or two that do not rise."""
    try:
        found = _File.model_validate(load_yaml(path))
    except ValidationError as error:
        place, said = first_fault(error, _File)
        raise RuleError(f"{path.name}: '{place}': {said}; correct it.") from error
    for earlier, later in pairwise(found.guidelines):
        if later.since <= earlier.since:
            raise RuleError(f"{path.name}: {later.notice} must begin after {earlier.notice}.")
    return found


def guideline_on(day: date, path: Path = FILE) -> Guideline:
    """The notice that holds on that day; InputError before the first one, and once the last one is out of date."""
    file = guidelines(path)
    if day > file.asked_until:
        raise InputError(f"The poverty guidelines of {day.year} are not loaded; add this year's notice to {path.name}.")
    found = [entry for entry in file.guidelines if entry.since <= day]
    if not found:
        first = file.guidelines[0].since
        raise InputError(f"There are no poverty guidelines for {day}; the first that {path.name} has begin on {first}.")
    return found[-1]
