"""A case as a row of the contract, and what is known of its patient when a move is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from config.case_days import case_days
from config.contract import outputs
from config.frames import as_contract
from tasks.route.determinations import OPTION_OF
from tasks.route.entries import Option
from tasks.route.guards import Known
from tasks.route.machine import ABOUT_MONEY, Case, Move
from tasks.route.next_step import next_step
from tasks.route.options import AT_COST, AVAILABLE
from tasks.route.work import Work

Owed = Mapping[str, Mapping[str, Any]]
"""The money of cases by column, then by case number."""
ABOUT_A_BALANCE = ("payment_plan", "reminder")
WITHDRAWAL = "withdrawal"
BARS = "plan_bars_billing"


def row_of(
    number: str,
    patient_id: str,
    case: Case,
    moves: list[Move],
    option: Option | None,
    about: Mapping[str, Any] | None,
    owed: Owed,
    work: Work,
    contact_days: int,
    until: date,
) -> dict[str, Any]:
    """The case's row; one that is over has neither option, step nor date."""
    response, day = _said_last(case, moves, until)
    cents, back = (int(owed[name].get(number, 0)) for name in ("owed_cents", "refund_cents"))
    found: dict[str, Any] = {
        "case_number": number,
        "patient_id": patient_id,
        "response": response,
        "response_date": day,
        "state": "open" if case.live else "closed",
        "stage": case.stage,
        "outcome": case.outcome or None,
        "settled_date": None if case.live else case.since,
        "reason": case.reason,
        "opened_date": case.opened,
        "owed_cents": cents,
        "refund_cents": back,
        "ask_cents": 0,
        "attempts": len(case.attempts),
        "revision": case.moves,
    }
    if option is None or about is None:
        return found | ({"letter": WITHDRAWAL} if unconfirmed(case, work.letters.get(number, ()), until) else {})
    granted = option.name in OPTION_OF.values() and about["answers"][option.name] == AVAILABLE
    flags = about["row"]
    option = option.for_patient(bool(flags["outside_medicare"]))
    option = option.beside(bool(flags["owed_cents"] > flags["lowered_cents"] and not flags["not_billed"]))
    asked = int(flags["ask_cents"])
    given_up = min((one.complete_on for one in about["efforts"] if one.complete_on), default=None)
    gone = not (cents or back or flags["waiting"]) and all(turn.response in ABOUT_MONEY for turn in case.turns)
    step = next_step(case, option, work.settings, contact_days, until, granted, given_up, gone)
    return found | {
        "option": option.name,
        "option_words": option.words,
        "owner": step.owner,
        "next_step": step.words,
        "source": option.source,
        "due_date": step.due,
        "letter": _letter(step.letter, bool(flags["qmb"]), option.name == BARS, back, asked),
        "document": step.document,
        "escalated_to": step.escalated_to or None,
        "ask_cents": asked,
    }


def unconfirmed(case: Case, letters: Iterable[Move], until: date) -> bool:
    """Whether the patient stopped of late, whatever had opened the case, and has no confirmation in writing."""
    if case.live or case.outcome != "withdrew" or case.since is None or case.opened is None:
        return False
    recent = until - case.since <= timedelta(days=case_days("confirm_within", until))
    return recent and not any(one.reason == WITHDRAWAL and one.day >= case.opened for one in letters)


def known_of(
    number: str,
    about: Mapping[str, Any],
    case: Case,
    work: Work,
    until: date,
    zone: str,
    payments: Mapping[str, list[tuple[date, int]]],
) -> Known:
    """What a guard may ask of the case's patient."""
    flags = about["row"]
    return Known(
        case_number=number,
        qmb=bool(flags["qmb"]),
        not_billed=bool(flags["not_billed"]),
        owed_cents=int(flags["owed_cents"]),
        ask_cents=int(flags["ask_cents"]),
        lowered_cents=int(flags["lowered_cents"]),
        efforts=about["efforts"],
        waiting=bool(flags["waiting"]),
        answers=about["answers"],
        causes=about["causes"],
        determinations=tuple(work.determinations.get(number, ())),
        at_cost=flags["setting"] in AT_COST and not (flags["medicare_advantage"] or flags["outside_medicare"]),
        zone=zone,
        schedule=bool(flags["sliding_schedule"]),
        paid_cents=sum(cents for day, cents in payments.get(number, ()) if (case.opened or day) <= day <= until),
    )


def payments_by_case(payments: pd.DataFrame) -> dict[str, list[tuple[date, int]]]:
    """Day and cents of each payment on file by case; one that was given back is below nought."""
    found: dict[str, list[tuple[date, int]]] = {}
    rows = payments.dropna(subset=["case_number", "payment_date", "amount"])
    for number, day, cents in zip(rows["case_number"], rows["payment_date"].dt.date, rows["amount"], strict=True):
        found.setdefault(number, []).append((day, int(cents)))
    return found


def worked_since(cases: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """The month's cases, but those of which more has happened by now: they stand as they are stored, also if over."""
    known = stored.set_index("case_number")["revision"].reindex(cases["case_number"]).fillna(0)
    since = cases.loc[known.to_numpy() > cases["revision"].to_numpy(), "case_number"]
    if since.empty:
        return cases
    rest, newer = (frame[frame["case_number"].isin(since) == new] for frame, new in ((cases, False), (stored, True)))
    both = pd.concat([rest, newer[cases.columns]])
    return as_contract(both.sort_values(["due_date", "case_number"], kind="stable"), outputs()["copay_cases"])


def case_numbers(decisions: pd.DataFrame, known: pd.DataFrame, patients: pd.DataFrame) -> pd.Series:
    """The case number of each patient: of the decisions, else of the known cases, else of the patients table."""
    sources = [decisions, known] + ([patients] if "case_number" in patients else [])
    every = pd.concat([frame[["patient_id", "case_number"]].astype("str") for frame in sources])
    return every.dropna().drop_duplicates("patient_id").set_index("patient_id")["case_number"]


def _letter(letter: str, qmb: bool, barred: bool, refund_cents: int, ask_cents: int) -> str | None:
    """A Qualified Medicare Beneficiary gets no letter but that nothing is owed, or that care ends; and nobody one that
    names a balance where none may be asked for."""
    if letter in ABOUT_A_BALANCE and ask_cents <= 0:
        return None
    if barred and refund_cents:
        return "refund"
    if letter == "refund" and not refund_cents:
        return "share_explained"  # nothing was paid, so nothing comes back
    if qmb and letter not in ("refund", "withdrawal"):
        return None
    return letter or None


def _said_last(case: Case, moves: list[Move], until: date) -> tuple[str, date | None]:
    if case.outcome == "agreed":
        agreed = [move for move in moves if move.outcome == "agreed" and move.day <= until]
        return "agreed", agreed[-1].day
    last = case.turns[-1]
    return last.response, last.day
