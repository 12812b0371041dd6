"""How long something may wait: clocks of routes, and each kind of payer's filing limit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.catalogue import rising, validated
from config.errors import RuleError
from config.month import Month
from config.rule_models import Cited
from config.strict_yaml import load_yaml

LIMITS = Path(__file__).parent / "denials" / "filing_limits.yaml"
TERMS = Path(__file__).parent / "denials" / "overpayment_terms.yaml"
Entry = TypeVar("Entry", bound=Cited)


class Clock(BaseModel):
    """A term: days or years from a day, or up to the payer's filing limit."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    counts_from: Literal["notice", "identified", "service_date"] = Field(alias="from")
    days: int = Field(default=0, ge=0)
    years: int = Field(default=0, ge=0)
    grace_days: int = Field(default=0, ge=0, description="presumed between the notice and its receipt")
    until: Literal["", "filing_limit", "another_payers_limit", "ask_plan"] = Field(
        default="", description="ask_plan: the term is the plan's own and not known; the day is the one to ask by"
    )

    @model_validator(mode="after")
    def _has_one_length(self) -> Clock:
        by_limit = self.counts_from == "service_date"
        if by_limit != self.until.endswith("_limit") or bool(self.until) == bool(self.days or self.years):
            raise ValueError(
                "a clock from 'service_date' runs until 'filing_limit' or 'another_payers_limit'; "
                "others need 'days' or 'years'"
            )
        if self.until == "ask_plan" and self.counts_from != "notice":
            raise ValueError("a plan is asked within days of its notice; write from: notice")
        return self

    def end(self, day: date) -> date:
        """The last day of the term that begins on that day."""
        return after(day, self.days + self.grace_days, self.years)

    @property
    def words(self) -> str:
        """The term in a few words."""
        if self.until == "ask_plan":
            return "unknown: ask the plan, from the first working day after its notice on (settings: ask_plan_days)"
        if self.until == "another_payers_limit":
            return "by the shortest filing limit known of any payer (recalled but for your own: look the payer's up)"
        if self.until:
            return "by the payer's filing limit"
        length = f"{self.years} year" if self.years else f"{self.days} days"
        start = {"notice": "the payer's notice", "identified": "the day it is identified"}[self.counts_from]
        return f"{length} from {start}" + (f", {self.grace_days} presumed for its arrival" if self.grace_days else "")


class LimitEntry(Cited):
    """How long after the date of service one kind of payer takes a claim."""

    payer_kind: str
    days: int = Field(default=0, ge=0)
    years: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _has_one_length(self) -> LimitEntry:
        if bool(self.days) == bool(self.years):
            raise ValueError("give either 'days' or 'years'")
        return self


class OverpaymentTerm(Cited):
    """How long after it is identified an overpayment may wait, and what counts as identified."""

    days: int = Field(gt=0)
    suspended_days: int = Field(default=0, ge=0, description="while it is looked into in good faith")
    identified: str = Field(min_length=10)


@dataclass(frozen=True)
class FilingLimit:
    """The last day for a claim, and whether that is sure enough to hold one back."""

    last_day: date
    sure: bool
    source: str


def after(day: date, days: int, years: int = 0) -> date:
    """That many years and days later; the 29th of February becomes the 28th in a common year."""
    try:
        later = day.replace(year=day.year + years)
    except ValueError:
        later = date(day.year + years, 2, 28)
    return later + timedelta(days=days)


def asked_by(notice: date, days: int) -> date:
    """The day by which a payer is asked for a term that is not known: so many days after the first working day that
    follows its notice. Holidays are not known here."""
    first = notice + timedelta(days=1)
    first += timedelta(days=max(0, 7 - first.weekday()) if first.weekday() > 4 else 0)
    return first + timedelta(days=days)


@cache
def limit_entries(path: Path = LIMITS) -> tuple[LimitEntry, ...]:
    """Every entry; RuleError naming it when one is wrong or two of a kind overlap."""
    entries = tuple(_entries(path, "limits", LimitEntry))
    for kind in {entry.payer_kind for entry in entries}:
        rising([(e.since, e.until) for e in entries if e.payer_kind == kind], f"{path.name}, {kind}")
    return entries


@cache
def overpayment_terms(path: Path = TERMS) -> tuple[OverpaymentTerm, ...]:
    """Every entry; RuleError naming it when one is wrong or two overlap."""
    entries = tuple(_entries(path, "terms", OverpaymentTerm))
    rising([(entry.since, entry.until) for entry in entries], path.name)
    return entries


def overpayment_term(identified: date) -> OverpaymentTerm:
    """The term of what is identified on that day; RuleError for a day before the first entry."""
    month = Month.of(identified)
    for entry in overpayment_terms():
        if entry.holds_in(month):
            return entry
    raise RuleError(f"{TERMS.name}: nothing is loaded for {identified}; enter the term of that day.")


def _entries(path: Path, key: str, model: type[Entry]) -> list[Entry]:
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != {key} or not isinstance(content[key], list):
        raise RuleError(f"{path.name}: it must hold one list named '{key}' and nothing else.")
    return [
        validated(model, entry, f"{path.name}, entry {number}") for number, entry in enumerate(content[key], start=1)
    ]


def filing_limit(
    payer_kind: str, service_date: date, own_days: int | None = None, told_days: int | None = None
) -> FilingLimit | None:
    """The last day on which that kind of payer takes a claim of that date; None where no limit is known.

    `own_days` are the practice's own terms with the payer and go before what it told (`told_days`), and both before the
    table.
    """
    if own_days is not None:
        return FilingLimit(after(service_date, own_days), True, "the practice's own terms with the payer")
    if told_days is not None:
        return FilingLimit(after(service_date, told_days), True, "the payer's own answer")
    month = Month.of(service_date)
    for entry in limit_entries():
        if entry.payer_kind == payer_kind and entry.holds_in(month):
            last = after(service_date, entry.days, entry.years)
            return FilingLimit(last, entry.confidence != "unverified", entry.source)
    return None


def another_payers_limit(service_date: date, notice: date, own_days: Collection[int] = ()) -> FilingLimit | None:
    """The soonest last day on which another payer may take a claim of that date; it may be of the kind that answered.

    `own_days` are the practice's own terms with other payers than that one. A day that was over when the answer came
    counts only where every one was: then it is the latest.
    """
    kinds = {entry.payer_kind for entry in limit_entries()}
    told = [filing_limit(kind, service_date) for kind in sorted(kinds)]
    told += [filing_limit("", service_date, days) for days in own_days]
    found = [limit for limit in told if limit]
    open_ = [limit for limit in found if limit.last_day >= notice]
    soonest = min(open_, key=_last_day, default=None)
    return soonest or max(found, key=_last_day, default=None)


def _last_day(limit: FilingLimit) -> date:
    return limit.last_day
