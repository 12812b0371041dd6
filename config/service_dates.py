"""Why a claim line has its date of service, in a sentence."""

from __future__ import annotations

from functools import cache

from config.rulebook import all_families

PAID_BY_MONTH = "paid for the month as such: its last day, or the day of death"
BY_MINUTES = "the day on which counted time first reached what the last billed unit needs"


@cache
def _by_month() -> frozenset[tuple[str, str]]:
    return frozenset((family.program, family.family) for family in all_families() if family.by == "month")


def why_that_day(program: str, family: str) -> str:
    """The rule by which codes of that family are dated."""
    return PAID_BY_MONTH if (program, family) in _by_month() else BY_MINUTES
