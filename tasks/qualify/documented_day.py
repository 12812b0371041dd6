"""On which days of the month care plan and conditions stand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.qualify.lookup import Grouped
from tasks.qualify.service_day import NEVER, day_numbers

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

RULE = "dated_when_documented"


class Documented:
    """Tells of a day whether the care plan was there and enough conditions that may be chronic were on the list.

    Days are numbers, 0 for the first of the month. Where the rulebook does not ask for it all counts as there.
    """

    def __init__(self, facts: Facts):
        self._facts = facts
        self._asked = RULE in facts.book.rules

    def late(self, patient: Any, days: Any) -> Any:
        """Of which patients the care plan, or a condition of the month, came after that day."""
        if not self._asked:
            return np.zeros(len(patient), dtype=bool)
        plan = self._plans[patient]
        return (plan != NEVER) & ((plan > days) | (self._latest_onset[patient] > days))

    def stands(self, row: int, day: int) -> bool:
        """Whether all of it stands on that day."""
        if not self._asked:
            return True
        there = {
            int(self._codes[place]): self._status[place] == 1
            for place in self._of_patient.of(row)
            if self._status[place] and self._onsets[place] <= day <= self._resolved[place]
        }
        enough = len(there) >= self._facts.book.numbers["chronic_conditions_needed"]
        return bool(self._plans[row] <= day) and enough and any(there.values())

    @cached_property
    def _plans(self) -> Any:
        return day_numbers(self._facts, self._facts.frame["care_plan_date"], NEVER)

    @cached_property
    def _latest_onset(self) -> Any:
        """The latest day of the month on which a condition of each patient began; -1 where none did."""
        latest = np.full(self._facts.size, -1)
        patient, inside = self._facts.rows("conditions")[1], self._onsets < self._facts.days
        np.maximum.at(latest, patient[inside], self._onsets[inside])
        return latest

    @cached_property
    def _of_patient(self) -> Grouped:
        return Grouped(self._facts.rows("conditions")[1])

    @cached_property
    def _codes(self) -> Any:
        return self._facts.codes_of_conditions()[0]

    @cached_property
    def _status(self) -> Any:
        """Of each condition 1 where it is chronic, 9 where that is not settled, else 0."""
        known = [self._facts.book.chronic.get(name, 9) for name in self._facts.codes_of_conditions()[1]]
        return np.array([*known, 0], dtype=np.int8)[self._codes]

    @cached_property
    def _onsets(self) -> Any:
        return day_numbers(self._facts, self._facts.rows("conditions")[0]["onset_date"], -NEVER)

    @cached_property
    def _resolved(self) -> Any:
        return day_numbers(self._facts, self._facts.rows("conditions")[0]["resolved_date"], NEVER)
