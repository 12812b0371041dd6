"""When a settled co-pay case comes back because its balance is unpaid all the same: config/still_unpaid.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from pydantic import Field

from config.dated_entries import FromMonth, entries_in, newest_on
from config.rulebook import HERE

PATH = HERE / "still_unpaid.yaml"


class Term(FromMonth):
    """How long after one outcome the case comes back, from a month on."""

    outcome: str
    days: int = Field(ge=1, le=365)


@cache
def terms() -> tuple[Term, ...]:
    """Every entry; RuleError naming the one that is wrong."""
    return entries_in(PATH, "outcomes", Term)


def term_of(outcome: str, settled: date) -> Term | None:
    """What holds of a case that was settled so on that day; None where it never comes back."""
    return newest_on((one for one in terms() if one.outcome == outcome), settled)


def days_after(outcome: str, settled: date, own: Mapping[str, int]) -> int | None:
    """Days after which the case comes back, by the practice's own number where it has one; None for never."""
    term = term_of(outcome, settled)
    return None if term is None else own.get(outcome, term.days)
