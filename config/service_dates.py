"""Why a claim line has its date of service, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from config.rulebook import all_families

PAID_BY_MONTH = "paid for the month as such: its last day, or the day of death"
BY_MINUTES = "the day on which counted time first reached what the last billed unit needs"
LATER = "the first free day after counted time reached what the last billed unit needs: see "
ANOTHER_DAY = {
    "dated_past_edit": f"{LATER}dated_past_edit",
    "dated_past_edit_by_analogy": f"{LATER}dated_past_edit_by_analogy",
    "dated_past_modifier": f"{LATER}dated_past_modifier",
    "dated_when_documented": f"{LATER}dated_when_documented",
}


@cache
def _by_month() -> frozenset[tuple[str, str]]:
    return frozenset((family.program, family.family) for family in all_families() if family.by == "month")


def why_that_day(program: str, family: str, met: Iterable[str] = ()) -> str:
    """The rule by which codes of that family are dated; `met` are the rules that the patient-month met."""
    for rule in met:
        if rule in ANOTHER_DAY:
            return ANOTHER_DAY[rule]
    return PAID_BY_MONTH if (program, family) in _by_month() else BY_MINUTES
