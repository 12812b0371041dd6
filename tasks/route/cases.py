"""Co-pay cases: every patient who said that they cannot or will not pay, or left a share unpaid, with the next step.

Where a case stands follows from its moves: those of the store, what patients said, what payers answered, and payments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.case_settings import CaseSettings
from config.contract import inputs, outputs
from config.frames import among, as_contract, empty, of_patients
from config.month import Month
from config.settings import PracticeSettings
from tasks.route import balances as money
from tasks.route import options as tests
from tasks.route.causes import first_causes
from tasks.route.entries import Option, options_in
from tasks.route.facts import coverage_flags, facts
from tasks.route.guards import Known
from tasks.route.heard import said_moves, with_known
from tasks.route.listing import case_numbers, known_of, payments_by_case, row_of
from tasks.route.machine import Case, Move, stand
from tasks.route.work import Work
from tasks.store.day import zone_of

# Whatever was chosen before, they go first once they are open.
FIRST_OF_ALL = ("stop_at_month_end", "qmb_never_billed", "plan_bars_billing")

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Standing:
    """The cases as they stand on a day; `new` moves are not on record yet.

    `frame` has the contract's columns and `escalated_to`, which is said of that day and kept of no month. `protected`
    are the cases of Qualified Medicare Beneficiaries of whose share something is open.
    """

    frame: pd.DataFrame
    cases: Mapping[str, Case]
    known: Mapping[str, Known]
    new: Mapping[str, list[Move]]
    money: pd.DataFrame
    unpaid: pd.DataFrame
    protected: frozenset[str] = frozenset()

    @property
    def left_to_protected(self) -> dict[str, int]:
        """What payers left of the share of Qualified Medicare Beneficiaries, by case: nobody may ask for it."""
        theirs = self.unpaid[self.unpaid["case_number"].isin(self.protected)]
        cents = theirs.groupby("case_number")["unpaid_cents"].sum()
        return {str(number): int(one) for number, one in cents.items() if one > 0}

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
    unpaid = money.unpaid_claims(work.balances, payments, money.settled_cents(history, until, paid), until)
    protected = money.qmb_days(tables, work.balances, numbers, month)
    refunds, refund_moves = money.paid_by_qmb(payments, protected, until)
    owed = money.money_of_cases(work.balances, unpaid, refunds, until)
    patients = pd.Series(numbers.index, index=numbers.to_numpy())
    qmb = _qmb(unpaid, patients, tables, protected, owed, until)
    age = work.settings.balance_age_days
    _add(history, new, money.openings(unpaid, qmb, work.determinations, age, until))
    _add(history, new, refund_moves)
    _add(history, new, _leaving(tables["patients"], numbers, history, until))
    cases = {number: stand(moves, until) for number, moves in history.items()}
    cases = {number: case for number, case in cases.items() if case.stage}
    first, open_before = month.first, set(known["case_number"])
    listed = {
        number: case
        for number, case in cases.items()
        if number in patients.index and (case.live or number in open_before or (case.since or date.min) >= first)
    }
    options, about = _options(listed, patients, tables, owed, work, month, until)
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
        number: known_of(number, row, listed[number], money_by, work, until, zone, by_case)
        for number, row in about.items()
    }
    late = {row["case_number"]: row.get("escalated_to") for row in rows}
    frame = frame.assign(escalated_to=frame["case_number"].map(late).astype("str"))
    return Standing(frame, cases, facts_of, new, owed, unpaid, qmb)


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


def _leaving(
    patients: pd.DataFrame, numbers: pd.Series, history: Mapping[str, list[Move]], until: date
) -> dict[str, list[Move]]:
    """A closing move for each live case whose patient left or died; a balance and a refund outlast the program."""
    mine = of_patients(patients, numbers.index.to_series())
    mine = mine.assign(case_number=mine["patient_id"].map(numbers))
    mine = mine[mine["case_number"].isin(list(history))]
    dead = set(mine.loc[mine["death_date"].notna(), "case_number"])
    days = mine[["unenrolled_date", "death_date"]].min(axis=1)
    left = days[days <= pd.Timestamp(until)].groupby(mine["case_number"]).min()
    found = {}
    for number, day in zip(left.index, left.dt.date, strict=True):
        case = stand(history[number], until)
        if case.live and case.reason != "qmb_paid" and (case.reason != "unpaid_balance" or number in dead):
            found[number] = [Move("leave", day, f"left:{day}:{case.moves}")]
    return found


def _numbered_payments(tables: Tables, numbers: pd.Series) -> pd.DataFrame:
    payments = tables.get("patient_payments")
    if payments is None:
        payments = empty(inputs()["patient_payments"])
    return payments.assign(case_number=payments["patient_id"].map(numbers).astype("str"))


def _qmb(
    unpaid: pd.DataFrame, patients: pd.Series, tables: Tables, protected: pd.DataFrame, owed: pd.DataFrame, until: date
) -> frozenset[str]:
    """Cases with an unpaid share of Qualified Medicare Beneficiaries: now, on any day of its month, or by an answer."""
    rows = unpaid[unpaid["case_number"].isin(patients.index)].reset_index(drop=True)
    first = pd.to_datetime(rows["month"] + "-01").astype("datetime64[ns]")
    asks = pd.DataFrame({"patient_id": patients.reindex(rows["case_number"]).to_numpy(), "day": pd.Timestamp(until)})
    now = coverage_flags(asks, tables)["qmb"].to_numpy()
    both = asks.assign(row=asks.index, first=first, last=first + pd.offsets.MonthEnd(0)).merge(
        protected, on="patient_id"
    )
    inside = (both["start_date"] <= both["last"]) & (both["end_date"].isna() | (both["end_date"] >= both["first"]))
    then = rows.index.isin(both.loc[inside, "row"])
    told = owed.index[owed["qmb_told"]]
    return frozenset(rows["case_number"].to_numpy()[then | now]) | frozenset(told)


def _options(
    cases: Mapping[str, Case],
    patients: pd.Series,
    tables: Tables,
    owed: pd.DataFrame,
    work: Work,
    month: Month,
    until: date,
) -> tuple[dict[str, Option], dict[str, dict[str, Any]]]:
    """The option of each live case, and how every option is answered today, with the facts it rests on."""
    entries = options_in(month)
    live = {number: case for number, case in cases.items() if case.live}
    asks = asked_of(live, patients, owed, work.settings, until)
    frame = facts(asks, tables, owed, work.determinations, work.settings, until)
    answers = np.column_stack([getattr(tests, entry.name)(frame) for entry in entries])
    flags = frame.to_dict("records")
    chosen: dict[str, Option] = {}
    about: dict[str, dict[str, Any]] = {}
    place = 0
    for number, case in live.items():
        count = len(case.turns)
        turns, today = answers[place : place + count], answers[place + count]
        chosen[number] = entries[choose(case, turns, today, entries)]
        row = flags[place + count]
        about[number] = {"answers": dict(zip((entry.name for entry in entries), today, strict=True)), "row": row}
        place += count + 1
    is_today = ~asks["case_number"].duplicated(keep="last").to_numpy(bool)
    for one, causes in zip(about.values(), first_causes(frame[is_today], entries), strict=True):
        one["causes"] = causes
    return chosen, about


def asked_of(
    live: Mapping[str, Case], patients: pd.Series, owed: pd.DataFrame, settings: CaseSettings, until: date
) -> pd.DataFrame:
    """One row for each answer of each live case, on its day, and one for today at the end of each."""
    rows = []
    since, whose = owed["owed_since"].to_dict(), patients.to_dict()
    for number, case in live.items():
        cannot = False
        done = money.effort_days(case, since.get(number), until) >= settings.collection_days
        done = done and len(case.attempts) >= settings.collection_attempts
        for turn in case.turns:
            cannot = cannot or turn.response == "cannot_pay"
            rows.append((number, whose[number], turn.response, turn.day, cannot, False, False))
        rows.append((number, whose[number], case.turns[-1].response, until, cannot, case.plan_offered, done))
    names = ["case_number", "patient_id", "response", "day", "said_cannot_pay", "plan_offered", "effort_complete"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype({"day": "datetime64[ns]", **dict.fromkeys(names[4:], bool)})


def choose(case: Case, turns: npt.NDArray[Any], today: npt.NDArray[Any], entries: tuple[Option, ...]) -> int:
    """The place of the option that the case has now.

    Each answer got the first one open on its day that was not offered before, those that repeat aside. What was offered
    by hand stands. What is not open any more gives way to the next one that is; the right to stop and the one who must
    never be billed go before everything.
    """
    names = [entry.name for entry in entries]
    repeat = np.array([entry.repeat for entry in entries])
    chosen = -1
    for turn, answers in zip(case.turns, turns, strict=True):
        chosen = max(chosen, names.index(turn.offered) if turn.offered in names else -1)
        chosen = _first((answers != tests.NOT) & (repeat | (np.arange(len(names)) > chosen)), len(names) - 1)
    if case.offered and case.offered[-1] in names:
        chosen = names.index(case.offered[-1])
    for name in FIRST_OF_ALL:
        if today[names.index(name)] != tests.NOT:
            return names.index(name)
    if today[chosen] == tests.NOT:
        later = _first((today != tests.NOT) & (repeat | (np.arange(len(names)) > chosen)), -1)
        chosen = later if later >= 0 else _first(today != tests.NOT, names.index("payment_plan"))
    return chosen


def _first(mask: npt.NDArray[np.bool_], otherwise: int) -> int:
    return int(mask.argmax()) if mask.any() else otherwise


def no_known_cases() -> pd.DataFrame:
    """The known cases of a practice that never had one."""
    return empty(outputs()["copay_cases"])
