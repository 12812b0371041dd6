"""The states of a co-pay case and the moves between them.

What happened is kept as moves, never overwritten; where a case stands follows from them in the order of their record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from config.errors import InputError

LIVE = ("open", "contacted", "option_offered", "application_pending")
# How a case comes to each stage, in words that fit the command and the worklist alike.
RECORDED = {
    "contacted": "the patient was reached",
    "option_offered": "the option was offered",
    "application_pending": "it was applied for",
}
STAGES = (*LIVE, "resolved", "closed")
OVER = ("resolved", "closed")

# Move, stages it starts from, stage it leads to; `=` stays where it is. Whatever is not in this table is refused.
MOVES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("hear", ("",), "open"),  # the patient says that they cannot or will not pay
    ("hear", ("open", "contacted", "application_pending"), "="),  # and says it again
    ("hear", ("option_offered",), "contacted"),  # the option was not taken up
    ("hear", OVER, "open"),
    ("owe", ("",), "open"),  # a payer's answer left a share that was not paid, or a QMB paid one
    ("owe", LIVE, "="),
    ("owe", OVER, "open"),  # so does what is unpaid some time after it was settled
    ("attempt", LIVE, "="),  # nobody was reached
    ("contact", ("open", "contacted"), "contacted"),
    ("contact", ("option_offered", "application_pending"), "="),
    ("offer", ("contacted", "option_offered"), "option_offered"),
    ("apply", ("option_offered",), "application_pending"),
    ("refuse", ("application_pending",), "contacted"),  # the application was refused
    ("determine", LIVE, "="),  # the patient's need was looked at
    ("resolve", LIVE, "resolved"),
    ("close", ("resolved",), "closed"),
    ("leave", (*LIVE, "resolved"), "closed"),  # the patient left the practice or died
    ("reopen", OVER, "open"),
)
TABLE = {(move, stage): (stage if to == "=" else to) for move, stages, to in MOVES for stage in stages}

# Outcome, stages it may be reached from. A reduction comes out of an application alone, a write-off out of a talk.
OUTCOMES: dict[str, tuple[str, ...]] = {
    "agreed": LIVE,
    "paid": LIVE,
    "plan_agreed": ("contacted", "option_offered"),
    "covered": LIVE,
    "nothing_owed": LIVE,
    "savings_program": ("application_pending",),
    "sliding_fee": ("application_pending",),
    "reduced": ("application_pending",),
    "waived": ("application_pending",),
    "refunded": LIVE,
    "written_off": ("contacted", "option_offered", "application_pending"),
    "bad_debt": ("contacted", "option_offered", "application_pending"),
    "withdrew": LIVE,
}
# What a person does, as the command calls it; the other moves follow from answers, payments and the patients table.
BY_HAND = {
    "attempt": "attempted",
    "contact": "contacted",
    "offer": "offer",
    "apply": "apply",
    "refuse": "refuse",
    "determine": "determine",
    "resolve": "resolve",
    "close": "close",
    "reopen": "reopen",
}
REDUCTIONS = ("sliding_fee", "reduced", "waived")
TAKES_MONEY = ("agreed", "paid", "plan_agreed")
GIVES_UP = ("written_off", "bad_debt")
QMB_SHARE = "qmb_share"  # on record beside the moves of a case, and none, as letters are
STILL_UNPAID = "still_unpaid"  # reason of a case that was settled and comes back
ABOUT_MONEY = ("unpaid_balance", STILL_UNPAID)  # reasons of cases that outlast the program until somebody settles them


@dataclass(frozen=True)
class Move:
    """One thing that happened to a case. `source` tells it apart: the same thing is recorded once."""

    what: str
    day: date
    source: str
    reason: str = ""  # what was said, or what opened the case
    option: str = ""
    outcome: str = ""
    by: str = ""
    note: str = ""
    cents: int = 0


@dataclass(frozen=True)
class Turn:
    """One answer of the patient since the case was opened: each gets an option further down."""

    response: str
    day: date
    offered: str = ""  # by hand, before it


@dataclass(frozen=True)
class Case:
    """Where a case stands."""

    stage: str = ""
    reason: str = ""
    opened: date | None = None
    turns: tuple[Turn, ...] = ()
    offered: tuple[str, ...] = ()  # options that were offered by hand since the last turn
    plan_offered: bool = False
    outcome: str = ""
    since: date | None = None  # day of the last move that counts for the next step
    last: date | None = None
    attempts: tuple[date, ...] = ()  # since it was opened
    tried: tuple[date, ...] = ()  # ever: a case that is opened again is no leave to call more often
    before: str = ""  # how it was settled before it came back unpaid ...
    before_day: date | None = None  # ... and when
    contacts: int = 0
    moves: int = 0

    @property
    def live(self) -> bool:
        """Whether there is something to do."""
        return self.stage in LIVE


def after(case: Case, move: Move) -> Case:
    """The case after the move; a move that the table does not know from there is an InputError of one sentence.

    What is recorded late, of a day before the last move, is kept in the history and changes nothing.
    """
    to = TABLE.get((move.what, case.stage))
    if to is None or (move.what == "resolve" and case.stage not in OUTCOMES.get(move.outcome, ())):
        raise InputError(refusal(case, move))
    # A further unpaid claim changes nothing that a list in somebody's hands says.
    counted = case if move.what == "owe" and case.live else replace(case, moves=case.moves + 1)
    if case.last is not None and move.day < case.last and move.what in ("hear", "owe", "resolve") and not move.by:
        return counted
    counted = replace(counted, last=max(move.day, case.last or move.day))
    return _changed(counted, move, to)


def _changed(case: Case, move: Move, to: str) -> Case:
    if to == "open" and case.stage in ("", *OVER):
        reason = move.reason or case.reason
        turn = Turn(reason, move.day)
        return replace(
            case, stage=to, reason=reason, opened=move.day, turns=(turn,), offered=(), plan_offered=False, outcome="",
            since=move.day, attempts=(), contacts=0, before=case.outcome, before_day=case.since,
        )  # fmt: skip
    if move.what == "hear":
        turn = Turn(move.reason, move.day, case.offered[-1] if case.offered else "")
        return replace(case, stage=to, turns=(*case.turns, turn), offered=(), since=move.day)
    if move.what in ("owe", "determine"):
        return case
    if move.what == "attempt":
        return replace(case, attempts=(*case.attempts, move.day), tried=(*case.tried, move.day))
    if move.what == "contact":
        attempts, tried = (*case.attempts, move.day), (*case.tried, move.day)
        return replace(case, stage=to, attempts=attempts, tried=tried, contacts=case.contacts + 1, since=move.day)
    if move.what == "offer":
        plan = case.plan_offered or move.option == "payment_plan"
        return replace(case, stage=to, offered=(*case.offered, move.option), plan_offered=plan, since=move.day)
    return replace(
        case, stage=to, outcome=move.outcome or ("left" if move.what == "leave" else case.outcome), since=move.day
    )


def stand(moves: Iterable[Move], until: date | None = None) -> Case:
    """Where the case stands after those moves, of days up to `until`; one that fits no more counts for nothing.

    A move was held against the table when it was recorded; what came in another way may have changed that since.
    """
    case = Case()
    for move in moves:
        if until is not None and move.day > until:
            continue
        try:
            case = after(case, move)
        except InputError:
            case = replace(case, moves=case.moves + 1)
    return case


def missing_before(stage: str, outcome: str) -> str:
    """What is still to be put on record, in words, before a case of that stage can be resolved so; empty for nothing.

    Empty too where the case is past the stages that the outcome asks for.
    """
    here = LIVE.index(stage)
    goal = min((LIVE.index(one) for one in OUTCOMES[outcome] if LIVE.index(one) >= here), default=here)
    steps = [RECORDED[one] for one in LIVE[here + 1 : goal + 1]]
    return " and ".join(filter(None, (", ".join(steps[:-1]), *steps[-1:])))


def refusal(case: Case, move: Move) -> str:
    """Why that move is not possible, and which are."""
    where = case.stage.replace("_", " ") or "not opened"
    if move.what == "resolve" and case.live:
        if move.outcome not in OUTCOMES:
            return f"That is no outcome; write one of {', '.join(OUTCOMES)}."
        needed = " or ".join(stage.replace("_", " ") for stage in OUTCOMES[move.outcome])
        lacks = missing_before(case.stage, move.outcome)
        put = f"; put on record first that {lacks}" if lacks else ""
        return f"A case that is {where} cannot be resolved as {move.outcome}: it must be {needed} before{put}."
    known = [BY_HAND[what] for what, stage in TABLE if stage == case.stage and what in BY_HAND]
    if move.what not in {what for what, _ in TABLE}:
        return f"That is no move; write one of {', '.join(dict.fromkeys(what for what, _ in TABLE))}."
    named = BY_HAND.get(move.what, move.what)
    return f"'{named}' is not possible in a case that is {where}; possible is {', '.join(known)}."
