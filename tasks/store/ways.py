"""What may be done about a denial, and by when: the way of the row it is traced to, and of others its answer fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from config.denial_models import DenialError, Route
from config.denials import NOT_PROCESSED, denials, fitting
from config.month import Month
from tasks.store.terms import Terms

FORMS = {"professional": "837P", "facility": "837I"}
# Remarks that only inform, of appeal rights and crossovers: they tell no error apart.
ALERTS = frozenset({"MA01", "MA02", "MA07", "MA18"})

Named = Mapping[tuple[str, str, str, str, str], str]
"""The error that a person named, by practice, payer, group, reason and remarks that tell something."""


@dataclass(frozen=True)
class Way:
    """A route with its last day for one denial, and the error whose way it is."""

    route: Route
    last_day: date | None
    error: DenialError | None = None

    @property
    def words(self) -> str:
        """The route and its last day, as 'Wait for the second payer's answer, by 2026-12-20'."""
        return self.route.words + (f", by {self.last_day}" if self.last_day else ", without a last day")


@dataclass(frozen=True)
class Ways:
    """The way of the row that a denial is traced to (`own`), those of other rows, and the appeal open beside it."""

    own: Way
    others: tuple[Way, ...] = ()
    beside: Way | None = None

    @property
    def first(self) -> Way:
        """The one whose last day comes first: by then the cause is to be known, or the day is lost."""
        return min((self.own, *self.others), key=lambda way: way.last_day or date.max)

    def may_mean(self, claim_number: str, line: int) -> str:
        """What else the answer may mean, each with its way and day, and what settles it; empty where nothing else."""
        if not self.others:
            return ""
        named = self.own.error.name if self.own.error else "no error of the list"
        told = "; ".join(
            f"{way.error.name} ({way.error.words}): {way.words}" for way in self.others if way.error is not None
        )
        return (
            f"Taken for {named}: {self.own.words}. The answer fits as well {told}. Until the cause is named "
            f"(ccm denial {claim_number} {line} --error NAME), the earliest day holds."
        )


def telling(remarks: str) -> str:
    """The remarks that tell something of the cause, in one order."""
    return " ".join(sorted(set(remarks.upper().split()) - ALERTS))


def named_by_person(denial: Mapping[str, Any], named: Named) -> str:
    """The error that a person named for the denial's codes, of that payer; empty where nobody did."""
    codes = (str(denial["adjustment_group"]), str(denial["reason"]), telling(str(denial["remarks"])))
    return named.get((str(denial["practice_id"]), str(denial["payer_id"]), *codes), "")


def ways_of(denial: Mapping[str, Any], terms: Terms, named: Named) -> Ways:
    """The ways of a denial as it was traced: its route, or what its kind of payer has in the place of that.

    While no person has named the cause, every error that the answer fits counts, where it is put right in another way.
    """
    table, day = denials(), denial["service_date"].date()
    kind, form = _text(denial["payer_kind"]), FORMS.get(_text(denial["claim"]), "")
    group, said = str(denial["adjustment_group"]), frozenset(str(denial["remarks"]).upper().split())
    traced = _errors(Month.of(day)).get(str(denial["error"]))
    route = table.of_kind(table.routes[str(denial["route"])], kind)
    own = Way(route, terms.last_day(route, denial), traced)
    if table.routes[str(denial["route"])].after:  # a further appeal: the letter before it has settled what it is about
        return Ways(own)
    beside = table.routes.get(route.beside)
    open_beside = beside is not None and NOT_PROCESSED not in said and table.of_kind(beside, kind) is beside
    appeal = Way(beside, terms.last_day(beside, denial)) if beside and open_beside else None
    if traced and named_by_person(denial, named) == traced.name:
        return Ways(own, (), appeal)
    others = []
    for error in fitting(group, str(denial["reason"]), said, Month.of(day), _text(denial["code"])):
        other = table.way(error, group, said, kind, form, day)
        if error is not traced and other.name != route.name:
            others.append(Way(other, terms.last_day(other, denial), error))
    return Ways(own, tuple(others), appeal)


@cache
def _errors(month: Month) -> dict[str, DenialError]:
    return {error.name: error for error in denials().errors if error.holds_in(month)}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
