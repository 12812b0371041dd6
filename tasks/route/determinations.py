"""Determinations: one patient's own need, looked at by named persons, against a dated guideline, for a limited time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from config.case_settings import CaseSettings, FeeStep, schedule_fault
from config.errors import InputError
from config.poverty import guideline_on

KINDS = {"hardship": ("reduced", "waived"), "sliding_fee": ("sliding_fee",)}
OPTION_OF = {"hardship": "hardship_determination", "sliding_fee": "sliding_fee"}
GROUNDS = ("proof_seen", "attested")
COLLECTION = ("", "tried", "not_tried")
EVERYTHING = 100  # percent off, where nothing else was typed
# Noridian, CCM questions and answers, February 2017, question 1: what is knocked off the bill of the patient comes off
# the amount billed to Medicare too. A schedule of a health center is another matter.
MIRRORED = {"hardship": True, "sliding_fee": False}


@dataclass(frozen=True)
class OnRecord:
    """What is documented of a determination beside its figures."""

    requested_date: date | None = None
    statement: str = ""
    collection: str = ""
    proof: str = ""
    proof_date: date | None = None
    proof_seen_by: str = ""


@dataclass(frozen=True)
class Determination:
    """What was found of one patient's need, and by whom."""

    case_number: str
    kind: str
    household: int
    income_cents: int
    ground: str
    decided_by: str
    decided_date: date
    granted: bool
    reduced_percent: int
    amount_cents: int
    second_by: str
    until_date: date
    percent: int
    guideline: str
    policy: str
    mirrored: bool
    source: str
    requested_date: date | None = None
    statement: str = ""  # the patient's own words
    collection: str = ""  # tried or not_tried; empty where nobody said
    proof: str = ""  # what was shown, as a tax return of 2025
    proof_date: date | None = None
    proof_seen_by: str = ""

    @property
    def alone(self) -> bool:
        """Whether one person decided it."""
        return self.second_by in ("", self.decided_by)

    @property
    def missing(self) -> list[str]:
        """What must be documented of it and is not on record, in words."""
        told = {
            "the day of the request": self.requested_date,
            "the patient's own words": self.statement,
            "whether collection was tried": self.collection,
            "what proof was shown, its day and who saw it": self.ground != "proof_seen"
            or (self.proof and self.proof_date and self.proof_seen_by),
        }
        return [words for words, there in told.items() if not there]

    def holds_on(self, day: date) -> bool:
        """Whether it reduces the share on that day."""
        return self.granted and self.decided_date <= day <= self.until_date


def decide(
    case_number: str,
    kind: str,
    household: int,
    income_cents: int,
    ground: str,
    decided_by: str,
    day: date,
    settings: CaseSettings,
    state: str = "",
    reduced_percent: int = 100,
    amount_cents: int = 0,
    second_by: str = "",
    policy: str = "",
    owed_cents: int | None = None,
    health_center: bool = False,
    record: OnRecord | None = None,
) -> Determination:
    """The determination by the practice's policy: granted up to its percentage of the guideline, refused above.

    A sliding fee lets off what the practice's schedule says of the income, no other percentage. `owed_cents`, where it
    is given, is what the percentage is of, in the place of `amount_cents`.

    InputError, one sentence, where it lacks its ground, its person, the second person above the set amount, or where
    the schedule says nothing of the income.
    """
    if kind not in KINDS:
        raise InputError(f"{case_number}: that is no kind of determination; write one of {', '.join(KINDS)}.")
    if ground not in GROUNDS:
        raise InputError(f"{case_number}: say what the determination rests on: {' or '.join(GROUNDS)}.")
    if not decided_by.strip():
        raise InputError(f"{case_number}: say who decided, by staff identifier.")
    if income_cents < 0:
        raise InputError(f"{case_number}: an income is not below nought; correct it.")
    if not 1 <= reduced_percent <= 100:
        raise InputError(f"{case_number}: a share is reduced by 1 to 100 percent, not {reduced_percent}.")
    record = record or OnRecord()
    _documented(case_number, record, day)
    guideline = guideline_on(day)
    percent = guideline.percent(income_cents, household, state)
    most = settings.sliding_fee_percent if kind == "sliding_fee" else settings.hardship_percent
    granted = percent <= most
    words = policy or f"up to {most} percent of the guideline"
    if kind == "sliding_fee" and granted:
        step = _step(case_number, percent, reduced_percent, settings, health_center)
        reduced_percent = step.percent_off
        words = policy or f"schedule: {step.percent_off} percent off above {step.above} up to {step.up_to} percent"
    if owed_cents is not None:
        amount_cents = owed_cents * reduced_percent // 100
    two = second_by.strip().casefold() not in ("", decided_by.strip().casefold())
    if granted and amount_cents > settings.four_eyes_above_cents and not two:
        limit = settings.four_eyes_above_cents / 100
        raise InputError(f"{case_number}: a reduction above ${limit:,.2f} needs a second person: --second.")
    return Determination(
        case_number=case_number,
        kind=kind,
        household=household,
        income_cents=income_cents,
        ground=ground,
        decided_by=decided_by.strip(),
        decided_date=day,
        granted=granted,
        reduced_percent=reduced_percent,
        amount_cents=amount_cents,
        second_by=second_by.strip(),
        until_date=_months_later(day, settings.determination_months),
        percent=percent,
        guideline=guideline.notice,
        policy=words,
        mirrored=MIRRORED[kind] and granted,
        source=f"determination:{kind}:{day}:{household}:{income_cents}:{decided_by.strip()}{_mark(record)}",
        **vars(record),
    )


def _documented(case_number: str, record: OnRecord, day: date) -> None:
    """InputError where what is documented cannot be so."""
    if record.collection not in COLLECTION:
        raise InputError(f"{case_number}: say whether collection was tried: {' or '.join(filter(None, COLLECTION))}.")
    for what, when in (("request", record.requested_date), ("proof", record.proof_date)):
        if when is not None and when > day:
            raise InputError(f"{case_number}: the {what} is dated {when}, later than the determination; correct it.")


def _mark(record: OnRecord) -> str:
    """Tells apart a determination that documents more than one that stands already: nothing is overwritten."""
    if record == OnRecord():
        return ""
    return ":" + hashlib.sha256(repr(record).encode()).hexdigest()[:12]


def _step(case_number: str, percent: int, typed: int, settings: CaseSettings, health_center: bool) -> FeeStep:
    """What the schedule says of an income of so many percent of the guideline; InputError where it does not say it."""
    if why := schedule_fault(settings, health_center):
        raise InputError(f"{case_number}: setting 'cases.sliding_fee_schedule', {why}")
    step = settings.step_at(percent)
    if step is None:
        top, most = settings.sliding_fee_schedule[-1].up_to, settings.sliding_fee_percent
        raise InputError(
            f"{case_number}: the income is {percent} percent of the guideline, and the practice's schedule says "
            f"nothing between {top} and {most} percent; enter the board's steps in cases.sliding_fee_schedule."
        )
    if typed not in (EVERYTHING, step.percent_off):
        raise InputError(f"{case_number}: the schedule lets {step.percent_off} percent off; leave --percent out.")
    return step


def ground_for(
    outcome: str, of_case: Iterable[Determination], day: date, owed_cents: int, settings: CaseSettings
) -> str:
    """Why the case may not be resolved by that reduction on that day; empty where a determination carries it.

    No determination carries more than one case: there is no waiver in bulk.
    """
    last = _last_for(outcome, of_case)
    if not last:
        return f"'{outcome}' needs this patient's own determination: record it first (ccm case NUMBER determine)."
    if not last.granted:
        return f"the determination of {last.decided_date} refused it ({last.percent} percent of the guideline)."
    if last.until_date < day:
        return f"its determination expired on {last.until_date}; determine again."
    if not last.holds_on(day):
        return f"its determination is of {last.decided_date}, later than {day}."
    lowered = owed_cents * last.reduced_percent // 100
    if lowered > settings.four_eyes_above_cents and last.alone:
        limit = settings.four_eyes_above_cents / 100
        who = "a second person must decide too (determine again with --second)"
        return f"${lowered / 100:,.2f} are more than ${limit:,.2f}: {who}."
    if outcome == "waived" and last.reduced_percent < 100:
        return f"its determination reduces by {last.reduced_percent} percent; resolve it as reduced."
    return ""


def percent_of(outcome: str, of_case: Iterable[Determination]) -> int:
    """By how many percent the determination that counts for the outcome lowers the share; 0 where there is none."""
    last = _last_for(outcome, of_case)
    return last.reduced_percent if last else 0


def _last_for(outcome: str, of_case: Iterable[Determination]) -> Determination | None:
    mine = [one for one in of_case if outcome in KINDS[one.kind]]
    return max(mine, key=lambda one: (one.decided_date, one.until_date)) if mine else None


def _months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, number = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, number, last)
        except ValueError:
            continue
    return date(year, number, 28)
