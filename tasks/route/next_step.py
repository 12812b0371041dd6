"""What comes next in a case: what to do, by whom, by when, and who looks after it when it is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from config.case_days import case_days
from config.case_settings import CaseSettings
from config.deadlines import working_day_from
from config.letters import letters
from config.still_unpaid import term_of
from tasks.route.entries import Option
from tasks.route.guards import next_attempt
from tasks.route.machine import STILL_UNPAID, Case

GIVEN_UP = ("bad_debt", "write_off")
NOTHING_OPEN = (
    "Nothing of the share is open any more: it was paid, or the payer took its answer back. Ask for nothing, and "
    "resolve the case as paid or nothing_owed"
)
GRANTED = "The determination on record grants it: lower the share by it, tell the patient, and resolve the case"


@dataclass(frozen=True)
class NextStep:
    """The step that a live case waits for."""

    owner: str
    words: str
    due: date
    letter: str
    document: str
    escalated_to: str


def next_step(
    case: Case,
    option: Option,
    settings: CaseSettings,
    contact_days: int,
    until: date,
    granted: bool = False,
    complete_on: date | None = None,
    nothing_open: bool = False,
) -> NextStep:
    """The step of a live case as of that day; it always has an owner and a date.

    `granted` says that a determination on record grants what the option is about: no form is sent any more. Nothing is
    given up before `complete_on`, the day on which the effort to collect was complete.
    `nothing_open` says that the balance which the case is about alone is gone: nobody is called or written to about it.
    """
    due, words, letter = _due(case, settings, contact_days), _words(case, option, settings), option.letter
    if case.stage == "application_pending" or granted or nothing_open:
        letter = ""
    words = NOTHING_OPEN if nothing_open else GRANTED if granted else words
    if complete_on and option.name in GIVEN_UP:
        due = max(due, working_day_from(complete_on, settings.closed_days))
    late = until > due + timedelta(days=settings.escalate_after_days)
    above = "compliance" if option.owner == settings.escalate_to else settings.escalate_to
    return NextStep(option.owner, words, due, letter, option.document, above if late else "")


def _due(case: Case, settings: CaseSettings, contact_days: int) -> date:
    since = case.since or date.max
    days = {"application_pending": settings.application_days, "open": contact_days}
    due = since + timedelta(days=days.get(case.stage, settings.follow_up_days))
    tried = [day for day in case.attempts if day > since]
    if tried:
        due = max(due, tried[-1] + timedelta(days=case_days("pause_after_attempt", tried[-1])))
    return working_day_from(next_attempt(case, due, settings), settings.closed_days)


def _words(case: Case, option: Option, settings: CaseSettings) -> str:
    words = _step(case, option, settings)
    if case.reason != STILL_UNPAID or case.before_day is None:
        return words
    term = term_of(case.before, case.before_day)
    settled = term.words if term else f"It was settled as {case.before}"
    return f"{settled} on {case.before_day}, and it is unpaid all the same: {words[:1].lower()}{words[1:]}"


def _step(case: Case, option: Option, settings: CaseSettings) -> str:
    if case.stage == "application_pending":
        return "See what became of the application, and record the answer or the determination"
    if case.stage == "option_offered" and option.name == case.offered[-1] and option.name not in letters().inward:
        return (
            f"Ask whether the patient takes up what was offered; {option.next_step[:1].lower()}{option.next_step[1:]}"
        )
    if case.stage == "open" and not case.contacts and len(case.attempts) >= settings.most_attempts:
        written = f"{len(case.attempts)} attempts reached nobody: write to the patient"
        return f"{written}. {option.next_step}"
    return option.next_step
