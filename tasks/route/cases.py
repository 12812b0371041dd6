"""Co-pay cases: every patient who said that they cannot or will not pay, or left a share unpaid, with the next step.

Where a case stands follows from its moves: those of the store, what patients said, what payers answered, and payments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from config.contract import inputs, outputs
from config.frames import among, as_contract, empty, of_patients
from config.month import Month
from config.settings import PracticeSettings
from tasks.route import balances as money
from tasks.route.choosing import efforts_of, options_of
from tasks.route.facts import coverage_flags
from tasks.route.given_back import (
    BARRED_PAID,
    QMB_PAID,
    TO_GIVE_BACK,
    given_back,
    not_for_an_open_bill,
    paid_on_qmb_days,
    paid_though_barred,
)
from tasks.route.guards import Known
from tasks.route.heard import said_moves, with_known
from tasks.route.in_its_month import Bars, as_of_month
from tasks.route.listing import case_numbers, known_of, payments_by_case, row_of, unconfirmed
from tasks.route.lowered import with_lowered
from tasks.route.machine import ABOUT_MONEY, Case, Move, stand
from tasks.route.qmb_shares import ShareLeft, shares_left
from tasks.route.work import Work
from tasks.store.day import zone_of

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Standing:
    """The cases as they stand on a day; `new` moves are not on record yet.

    `frame` has the contract's columns and `escalated_to`, which is said of that day and kept of no month. `shares`
    are those of Qualified Medicare Beneficiaries of which something is left, by month.
    """

    frame: pd.DataFrame
    cases: Mapping[str, Case]
    known: Mapping[str, Known]
    new: Mapping[str, list[Move]]
    money: pd.DataFrame
    unpaid: pd.DataFrame
    shares: Sequence[ShareLeft] = ()

    @property
    def of_month(self) -> pd.DataFrame:
        """The frame as a month keeps it, in contract columns alone."""
        return self.frame[outputs()["copay_cases"].names]


def copay_cases(
    tables: Tables,
    decisions: pd.DataFrame,
    settings: PracticeSettings,
    month: Month,
    known: pd.DataFrame,
    work: Work | None = None,
) -> pd.DataFrame:
    """The co-pay cases as they stand at the month's end, in contract columns, the soonest due first."""
    numbers = case_numbers(decisions, known, tables["patients"])
    return standing(tables, numbers, settings, month, month.last, known, work or Work()).of_month


def standing(
    tables: Tables,
    numbers: pd.Series,
    settings: PracticeSettings,
    month: Month,
    until: date,
    known: pd.DataFrame,
    work: Work,
) -> Standing:
    """The cases as they stand on `until`, of which nothing later is seen; listed as of the month.

    A patient has one case, called by their number in `numbers`. Each further answer since it was opened gets an option
    further down. A case that is over is listed in the month in which it ended, or as long as `known` (the open cases of
    the store) has it. An answer of somebody without a number is of no patient of the practice.
    """
    numbers = _in_question(tables, numbers, known, work)
    history = {number: list(moves) for number, moves in work.moves.items()}
    new: dict[str, list[Move]] = {}
    heard = said_moves(tables["copay_responses"], numbers, until)
    _add(history, new, with_known(heard, known, history))
    payments = _numbered_payments(tables, numbers)
    paid = frozenset(payments["case_number"].dropna())
    protected = money.qmb_days(tables, work.balances, numbers, month)
    age, bars = work.settings.balance_age_days, Bars(tables, month, work.barred)
    patients = pd.Series(numbers.index, index=numbers.to_numpy())
    in_its_month = partial(as_of_month, patients=patients, tables=tables, qmb_days=protected, bars=bars)
    settled = money.settled_cents(history, until, paid)
    shares = money.shares_of_claims(work.balances, until, in_its_month)
    of_its_day = not_for_an_open_bill(payments, shares, settled, until)
    by_qmb = paid_on_qmb_days(of_its_day, protected)
    refunds, refund_moves = given_back(by_qmb, QMB_PAID)
    despite = paid_though_barred(of_its_day, bars, by_qmb["payment_id"])
    barred_paid, barred_moves = given_back(despite, BARRED_PAID)
    unpaid = money.unpaid_claims(shares, payments, settled, until, refunds, barred_paid)
    unpaid = with_lowered(unpaid, history, work.determinations, payments, age, until)
    owed = money.money_of_cases(work.balances, unpaid, refunds, barred_paid, until)
    qmb = _never_asked(unpaid, tables, owed, until)
    _add(history, new, money.openings(unpaid, qmb, age, until))
    _add(history, new, refund_moves)
    _add(history, new, barred_moves)
    gone = _gone(tables["patients"], numbers, history, until)
    _add(history, new, _leaving(gone, history, _asked(unpaid, qmb), until))
    dead = frozenset(gone.index[gone["dead"]])
    _add(history, new, money.returns(unpaid, qmb, dead, history, payments, work.settings, until))
    cases = {number: stand(moves, until) for number, moves in history.items()}
    cases = {number: case for number, case in cases.items() if case.stage}
    first, open_before = month.first, set(known["case_number"])
    listed = {
        number: case
        for number, case in cases.items()
        if number in patients.index
        and (
            case.live
            or number in open_before
            or (case.since or date.min) >= first
            or unconfirmed(case, work.letters.get(number, ()), until)
        )
    }
    made = efforts_of(listed, history, unpaid, work.settings, until)
    options, about = options_of(listed, patients, tables, owed, work, month, until, made)
    money_by, whose = owed.to_dict(), patients.to_dict()  # looked up case by case, which a frame does slowly
    days = settings.copay_contact_days
    about_of = {number: (options.get(number), about.get(number)) for number in listed}
    rows = [
        row_of(number, whose[number], case, history[number], *about_of[number], money_by, work, days, until)
        for number, case in listed.items()
    ]
    contract = outputs()["copay_cases"]
    frame = as_contract(pd.DataFrame(rows, columns=contract.names), contract)
    frame = as_contract(frame.sort_values(["due_date", "case_number"], kind="stable"), contract)
    zone, by_case = zone_of(tables), payments_by_case(payments)
    facts_of = {
        number: known_of(number, row, listed[number], work, until, zone, by_case) for number, row in about.items()
    }
    late = {row["case_number"]: row.get("escalated_to") for row in rows}
    frame = frame.assign(escalated_to=frame["case_number"].map(late).astype("str"))
    left = shares_left(_of_beneficiaries(unpaid, qmb), work.qmb_shares, work.settings, until)
    return Standing(frame, cases, facts_of, new, owed, unpaid, left)


def _in_question(tables: Tables, numbers: pd.Series, known: pd.DataFrame, work: Work) -> pd.Series:
    """Those of the numbers of which a case may be: who said, paid or owes something, and the cases there are."""
    ids = [
        tables[name]["patient_id"].astype("str") for name in ("copay_responses", "patient_payments") if name in tables
    ]
    cases = [known["case_number"].astype("str"), work.balances["case_number"].astype("str")]
    cases.append(pd.Series([*work.moves, *work.determinations], dtype="str"))
    heard = among(numbers.index.to_series(), pd.concat(ids)) if ids else np.zeros(len(numbers), dtype=bool)
    return numbers[heard | among(numbers, pd.concat(cases))]


def _add(history: dict[str, list[Move]], new: dict[str, list[Move]], moves: Mapping[str, Iterable[Move]]) -> None:
    """Those of the moves that are not there yet stand at the end of their case's history, and among the new ones.

    Agreeing without having refused, and leaving without a case, is no case.
    """
    for number, several in moves.items():
        mine = history.get(number, [])
        sources = {move.source for move in mine}
        fresh = [move for move in several if move.source not in sources]
        while not mine and fresh and fresh[0].what in ("resolve", "leave"):
            fresh = fresh[1:]
        if fresh:
            history[number] = [*mine, *fresh]
            new[number] = [*new.get(number, []), *fresh]


def _gone(patients: pd.DataFrame, numbers: pd.Series, history: Mapping[str, list[Move]], until: date) -> pd.DataFrame:
    """By case of a patient who left or died up to that day: the day, and whether they died."""
    mine = of_patients(patients, numbers.index.to_series())
    mine = mine.assign(case_number=mine["patient_id"].map(numbers))
    mine = mine[mine["case_number"].isin(list(history))]
    days = mine.assign(day=mine[["unenrolled_date", "death_date"]].min(axis=1), dead=mine["death_date"].notna())
    days = days[days["day"] <= pd.Timestamp(until)]
    return days.groupby("case_number").agg(day=("day", "min"), dead=("dead", "any")).astype({"dead": bool})


def _leaving(
    gone: pd.DataFrame, history: Mapping[str, list[Move]], asked: Mapping[str, int], until: date
) -> dict[str, list[Move]]:
    """A closing move for each live case whose patient left or died; a balance and a refund outlast the program."""
    found = {}
    for row in gone.itertuples():
        number, day = str(row.Index), row.day.date()
        case = stand(history[number], until)
        goes_back = case.reason in TO_GIVE_BACK
        stays = goes_back or case.reason in ABOUT_MONEY or asked.get(number, 0) > 0
        if case.live and (not stays or (row.dead and not goes_back)):
            found[number] = [Move("leave", day, f"left:{day}:{case.moves}")]
    return found


def _asked(unpaid: pd.DataFrame, qmb: frozenset[str]) -> dict[str, int]:
    """What is left to ask for by case, of everybody but Qualified Medicare Beneficiaries."""
    cents = unpaid[~unpaid["case_number"].isin(list(qmb))].groupby("case_number")["asked_cents"].sum()
    return {str(number): int(one) for number, one in cents.items()}


def _numbered_payments(tables: Tables, numbers: pd.Series) -> pd.DataFrame:
    payments = tables.get("patient_payments")
    if payments is None:
        payments = empty(inputs()["patient_payments"])
    return payments.assign(case_number=payments["patient_id"].map(numbers).astype("str"))


def _of_beneficiaries(unpaid: pd.DataFrame, qmb: frozenset[str]) -> pd.DataFrame:
    """What is left of a Qualified Medicare Beneficiary's months, and `before` of who is one by now."""
    rows = unpaid[unpaid["patient_id"].notna()]
    before = ~rows["protected"] & ~rows["barred"] & rows["case_number"].isin(list(qmb))
    return rows.assign(before=before)[rows["protected"] | before]


def _never_asked(unpaid: pd.DataFrame, tables: Tables, owed: pd.DataFrame, until: date) -> frozenset[str]:
    """Cases with an unpaid share that nobody asks for, of whatever month: a Qualified Medicare Beneficiary's of today,
    or of whom a payer's answer says it."""
    rows = unpaid[unpaid["patient_id"].notna()].reset_index(drop=True)
    told = owed.index[owed["qmb_told"]]
    if rows.empty:
        return frozenset(told)
    now = coverage_flags(rows[["patient_id"]].assign(day=pd.Timestamp(until)), tables)
    return frozenset(rows["case_number"].to_numpy()[now["qmb"].to_numpy(bool)]) | frozenset(told)


def no_known_cases() -> pd.DataFrame:
    """The known cases of a practice that never had one."""
    return empty(outputs()["copay_cases"])
