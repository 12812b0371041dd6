"""What must hold before a move is recorded, beyond the table: money, ground, effort, attempts, quiet hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from config.case_settings import CaseSettings
from config.errors import InputError
from tasks.route.calls import BY_TELEPHONE, why_no_call
from tasks.route.determinations import Determination, ground_for, percent_of
from tasks.route.efforts import Effort
from tasks.route.entries import all_options, option_named
from tasks.route.machine import GIVES_UP, REDUCTIONS, TAKES_MONEY, Case, Move, after

ASKED_FOR = ("paid", "plan_agreed", *GIVES_UP)  # outcomes of a balance that was asked for
BARRED = "the payer forbids to bill the patient for it, so nothing is owed"


@dataclass(frozen=True)
class Known:
    """What is known of a case's patient when a move is asked for."""

    case_number: str
    qmb: bool = False
    not_billed: bool = False
    owed_cents: int = 0
    ask_cents: int | None = None  # of it what may be asked; None where nobody looked
    lowered_cents: int = 0  # of it what determinations take off
    efforts: Sequence[Effort] = ()  # how far collecting has come, by claim
    waiting: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)  # option -> available, not, needs_information
    causes: Mapping[str, str] = field(default_factory=dict)  # option that is not open -> why
    determinations: Sequence[Determination] = ()
    at_cost: bool = False
    schedule: bool = False  # a sliding-fee schedule holds for the practice
    paid_cents: int = 0  # of the patient's payments on file, since the case was opened
    zone: str = "America/New_York"

    @property
    def uncollectible_cents(self) -> int:
        """What was asked for long and often enough, and is unpaid all the same."""
        return sum(one.cents for one in self.efforts if one.complete)


def checked(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None = None) -> Case:
    """The case after the move; InputError with one sentence where the table or a guard refuses it.

    `at` is the moment of a call, where it is known; a day alone says only whether anybody is called on it.
    """
    changed = after(case, move)
    if case.opened is not None and move.day < case.opened:
        raise InputError(f"{known.case_number}: {move.day} is before its opening on {case.opened}; correct it.")
    for guard in (_money, _paid, _need, _ground, _effort, _no_more_than_open, _offer, _contact):
        if why := guard(case, move, known, settings, at):
            raise InputError(f"{known.case_number}: {why}")
    return changed


def _money(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """A Qualified Medicare Beneficiary is never asked for money, and cannot agree to pay."""
    if known.qmb and move.outcome in TAKES_MONEY:
        return "the patient is a Qualified Medicare Beneficiary and owes nothing; refund what was paid (refunded)."
    if known.qmb and move.outcome in GIVES_UP:
        return "the patient is a Qualified Medicare Beneficiary and owes nothing; resolve it as nothing_owed."
    if known.not_billed and move.outcome in (*TAKES_MONEY, *GIVES_UP):
        return f"{BARRED}; give back what was paid (refunded), or resolve it as nothing_owed."
    if move.outcome in ASKED_FOR and known.waiting:
        return "a payer that the claim was forwarded to has not answered; nothing may be asked before."
    if move.outcome in ASKED_FOR and known.answers.get("wait_for_secondary") == "available":
        return "another payer on file has not answered; what the patient owes is not known before."
    if move.outcome in ASKED_FOR and known.answers.get("wait_for_secondary") == "needs_information":
        return "payers contradict one another; what the patient owes is not known before it is known who pays first."
    if move.outcome in ASKED_FOR and 0 < known.owed_cents <= known.lowered_cents:
        return "a determination takes off all that is open; resolve it by that (reduced, waived or sliding_fee)."
    if move.outcome == "refunded" and not known.qmb and not move.cents:
        return "say how much was given back: --amount."
    return ""


def _paid(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """Paid is what money was paid for: all that is open."""
    if move.outcome != "paid":
        return ""
    if not move.cents and (known.owed_cents > 0 or known.paid_cents <= 0):
        return "no payment on file covers it; say how much was paid: --amount."
    due = known.ask_cents or known.owed_cents
    if move.cents < 0 or 0 < move.cents < due:
        return f"${due / 100:,.2f} are open and less was paid; what is paid in parts is plan_agreed."
    return ""


def _need(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """A patient's need is looked at where they say that they cannot pay, or a schedule holds for everybody."""
    if move.what != "determine":
        return ""
    if known.qmb:
        return "a Qualified Medicare Beneficiary owes nothing; there is nothing to reduce."
    if known.not_billed:
        return f"{BARRED}; there is nothing to reduce."
    if move.option == "sliding_fee":
        return "" if known.schedule else "the practice has no sliding-fee schedule; there is nothing to determine by."
    if known.answers.get(move.option, "not") == "not":
        entry = option_named(move.option)
        why = entry.reason("not", known.causes.get(move.option, "")) if entry else "it is no option"
        return f"a hardship determination is not open to this patient. {why}."
    return ""


def _ground(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """A reduction has its determination."""
    if move.outcome not in REDUCTIONS:
        return ""
    return ground_for(move.outcome, known.determinations, move.day, known.owed_cents, settings)


def _no_more_than_open(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """No more is taken off than is open, nor than the determination takes off: what is over would pay later months."""
    if move.outcome not in REDUCTIONS and move.outcome not in GIVES_UP:
        return ""
    most = known.owed_cents
    if move.outcome in REDUCTIONS:
        # Of a share that is paid in part, the determination takes off what it would have of the whole.
        most = max(known.lowered_cents, -(-most * percent_of(move.outcome, known.determinations) // 100))
    if 0 <= move.cents <= most:
        return ""
    return f"${move.cents / 100:,.2f} cannot be taken off; of what is open it may be at most ${most / 100:,.2f}."


def _effort(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """Nothing is written off before the effort to collect is complete."""
    if move.outcome not in GIVES_UP:
        return ""
    if known.owed_cents <= 0:
        return "no balance is open, so there is nothing to write off; resolve it as nothing_owed."
    days = max((one.days for one in known.efforts), default=0)
    if days < settings.collection_days:
        return f"collection began {days} days ago; nothing is written off before {settings.collection_days} days."
    ready = known.uncollectible_cents
    if not ready:
        made = max(one.attempts for one in known.efforts if one.days >= settings.collection_days)
        return f"{made} attempts are on record; {settings.collection_attempts} are needed before a write-off."
    if move.cents > ready:
        return f"of what is open only ${ready / 100:,.2f} were asked for long and often enough; give up no more."
    if move.outcome == "bad_debt" and not known.at_cost:
        return "only providers paid at cost may claim bad debt; resolve it as written_off."
    return ""


def _offer(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """Only what is open to this patient is offered, and only what takes an application is applied for."""
    if move.what == "apply":
        last = option_named(case.offered[-1]) if case.offered else None
        if last is None or not last.applies:
            return f"'{last.name if last else 'nothing'}' takes no application; resolve the case by its outcome."
    if move.what != "offer":
        return ""
    if option_named(move.option) is None:
        return f"that is no option; write one of {', '.join(one.name for one in all_options())}."
    if known.answers.get(move.option, "not") == "not":
        return f"'{move.option}' is not open to this patient."
    return ""


def _contact(case: Case, move: Move, known: Known, settings: CaseSettings, at: datetime | None) -> str:
    """Not too often, no call in quiet hours, and none on a day on which nobody is called."""
    if move.what not in ("attempt", "contact"):
        return ""
    free = next_attempt(case, move.day, settings)
    if free > move.day:
        many, days = settings.most_attempts, settings.attempts_days
        return f"{many} attempts within {days} days are made; the next one may be on {free}."
    return why_no_call(move.day, at, settings, known.zone) if move.note in BY_TELEPHONE else ""


def next_attempt(case: Case, day: date, settings: CaseSettings) -> date:
    """The first day from that one on on which the patient may be called, written to or visited."""
    tried = sorted(case.tried)
    while True:
        window = [one for one in tried if day - timedelta(days=settings.attempts_days) < one <= day]
        if len(window) < settings.most_attempts:
            return day
        day += timedelta(days=1)
