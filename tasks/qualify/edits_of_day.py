"""What stands between a claim's codes and the other services of one day: nothing, a modifier, or an edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import IntEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from config import ncci
from config.exclusions import Conflict
from tasks.qualify.hospital import codes_off_hospital_claim, hospital_codes
from tasks.qualify.lookup import Grouped, Written
from tasks.qualify.other_services import carries_modifier, codes_of_program
from tasks.qualify.service_day import day_numbers

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

LIFTING = "59 or XU"
"""The modifiers that say of a code that it was work of its own."""
KINDS: tuple[ncci.Kind, ...] = ("practitioner", "hospital")


class Day(IntEnum):
    """How a day is for a claim, from the best on."""

    FREE = 0
    NEEDS_MODIFIER = 1
    BARRED = 2


class Met(NamedTuple):
    """How a day is, and for what is not free the other service and what says so: an edition, or a pair of the table."""

    day: Day
    service: str = ""
    by: str = ""


class _Billed:
    """Codes of a candidate: those on each claim, and the codes of others that no other date keeps apart from them."""

    def __init__(self, facts: Facts, codes: frozenset[str]):
        settled: set[str] = set()
        modified: set[str] = set()
        self.of_day: list[Conflict] = []
        for conflict in facts.book.exclusions.against(codes):
            pair, effect = conflict.pair, conflict.pair.effect_for(facts.settings)
            if pair.strength == "hard" and pair.within == "month" and effect in ("hold", "not_billable"):
                settled |= conflict.theirs
            elif pair.strength == "modifier" and pair.within == "month":
                modified |= conflict.theirs
            elif pair.strength == "modifier":
                self.of_day.append(conflict)
        self.modified = frozenset(modified)
        self.claims = (
            ("practitioner", sorted(codes), frozenset(settled)),
            (
                "hospital",
                sorted(codes & hospital_codes(facts.frame, facts.book)),
                frozenset(settled) | codes_off_hospital_claim(facts.book),
            ),
        )


class EditsOfDay:
    """Tells how a day is for a patient's claim, beside the services that may be the same practitioner's.

    Days are numbers, 0 for the first of the month.
    """

    def __init__(self, facts: Facts):
        self._facts = facts
        self._billed: dict[str, _Billed] = {}

    def met_on(self, patient: Any, days: Any, codes: frozenset[str]) -> Any:
        """The places of those patients, who are in order, whose services of that day meet an edit of these codes."""
        apart = self._apart_from(codes)
        whose, first, last = (part[apart] for part in (self._services.patient, self._first, self._last))
        if not len(whose) or not len(patient):
            return np.zeros(0, dtype=np.int64)
        place = np.minimum(np.searchsorted(patient, whose), len(patient) - 1)
        met = (patient[place] == whose) & (first <= days[place]) & (days[place] <= last)
        return np.unique(place[met])

    def of(self, row: int, codes: str, day: int) -> Met:
        """How that day is for a claim with these codes of that patient."""
        if codes not in self._billed:
            self._billed[codes] = _Billed(self._facts, frozenset(codes.split()[::2]))
        return max(self._all(row, self._billed[codes], day), key=lambda met: met.day, default=Met(Day.FREE))

    def _all(self, row: int, billed: _Billed, day: int) -> Iterator[Met]:
        """What it meets on each claim; what a pair of the month keeps apart is left out, no other date helps there."""
        there = [one for one in self._of_patient.of(row) if self._first[one] <= day <= self._last[one]]
        if not there:
            return
        carried = {*str(self._carried[row]).split()}
        folder, day_of = self._facts.book.reference.ncci, (self._facts.first + timedelta(days=day)).date()
        for kind, codes, left_out in billed.claims:
            edits = ncci.edits(day_of, kind, folder)
            for place in there:
                other = self._code[place]
                for one in codes if other not in left_out else ():
                    edit = edits.between(one, other)
                    if edit and not edit.bypassable:
                        yield Met(Day.BARRED, other, edit.quarter)
                    elif edit and not (other in billed.modified or self._lifted[place] or one in carried):
                        yield Met(Day.NEEDS_MODIFIER, other, edit.quarter)
        for conflict in billed.of_day:
            if not (LIFTING[:2] in conflict.pair.modifier and conflict.ours <= carried):
                for place in there:
                    if self._code[place] in conflict.theirs and not self._lifted[place]:
                        yield Met(Day.NEEDS_MODIFIER, self._code[place], conflict.pair.name)

    @cached_property
    def _services(self) -> Any:
        services = self._facts.services_of_month
        return services.among(services.own | services.unclear)

    def _apart_from(self, codes: frozenset[str]) -> Any:
        """Which services an edit or a pair of one day concerns with one of these codes, and are not the program's."""
        folder = self._facts.book.reference.ncci
        apart = frozenset[str]().union(*(_with_edits(kind, folder, codes) for kind in KINDS))
        pairs = [one for one in self._facts.book.exclusions.against(codes) if one.pair.within == "day"]
        return self._written.among(apart.union(*(one.theirs for one in pairs)) - self._ours)

    @cached_property
    def _ours(self) -> frozenset[str]:
        return codes_of_program(self._facts.book)[1]

    @cached_property
    def _carried(self) -> Any:
        return self._facts.frame["separate_codes"].to_numpy(object)

    @cached_property
    def _first(self) -> Any:
        return day_numbers(self._facts, self._services.rows["service_date"], 0)

    @cached_property
    def _last(self) -> Any:
        return day_numbers(self._facts, self._services.last, 0)

    @cached_property
    def _written(self) -> Written:
        return Written(self._services.rows["code"])

    @cached_property
    def _code(self) -> Any:
        return self._written.text

    @cached_property
    def _lifted(self) -> Any:
        return carries_modifier(self._services.rows)

    @cached_property
    def _of_patient(self) -> Grouped:
        return Grouped(np.where(self._apart_from(self._ours), self._services.patient, -1))


@lru_cache(maxsize=64)
def _with_edits(kind: ncci.Kind, folder: Path, ours: frozenset[str]) -> frozenset[str]:
    """The codes of others that an edit of any time puts beside one of these."""
    pairs = [(edit.column1, edit.column2) for edit in ncci.all_edits(kind, folder)]
    return frozenset({b for a, b in pairs if a in ours} | {a for a, b in pairs if b in ours}) - ours
