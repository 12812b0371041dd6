"""When a settled co-pay case comes back because its balance is unpaid all the same: config/still_unpaid.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.dated_csv import Sure
from config.errors import RuleError
from config.month import Month
from config.rulebook import HERE
from config.strict_yaml import load_yaml

PATH = HERE / "still_unpaid.yaml"


class Term(BaseModel):
    """How long after one outcome the case comes back, from a month on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: str
    since: str
    days: int = Field(ge=1, le=365)
    words: str = Field(min_length=5)
    confidence: Sure
    source: str = Field(min_length=10)


@cache
def terms() -> tuple[Term, ...]:
    """Every entry; RuleError naming the one that is wrong."""
    found = []
    for number, entry in enumerate(load_yaml(PATH)["outcomes"], start=1):
        try:
            term = Term.model_validate(entry)
            Month.parse(term.since)
        except (ValidationError, ValueError) as error:
            raise RuleError(f"{PATH.name}, entry {number}: {error}; mend the entry.") from error
        found.append(term)
    return tuple(found)


def term_of(outcome: str, settled: date) -> Term | None:
    """What holds of a case that was settled so on that day; None where it never comes back."""
    mine = [one for one in terms() if one.outcome == outcome and Month.parse(one.since).first <= settled]
    return max(mine, key=lambda one: one.since) if mine else None


def days_after(outcome: str, settled: date, own: Mapping[str, int]) -> int | None:
    """Days after which the case comes back, by the practice's own number where it has one; None for never."""
    term = term_of(outcome, settled)
    return None if term is None else own.get(outcome, term.days)
