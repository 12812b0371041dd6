"""Whatever happens, in any order: no QMB is asked for money, no case is without a step, no waiver without ground.

Each example is a practice of many patients, so that a few examples try hundreds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.case_settings import case_settings
from config.contract import outputs
from config.errors import InputError
from config.frames import empty
from config.month import Month
from tasks.route.cases import Standing, standing
from tasks.route.determinations import Determination, decide
from tasks.route.entries import all_options
from tasks.route.guards import checked
from tasks.route.machine import OUTCOMES, REDUCTIONS, TAKES_MONEY, Move
from tasks.route.work import Work
from tests.payer_kinds import PAYER_KINDS
from tests.route.made import SETTINGS, balances, claim, tables

pytestmark = pytest.mark.slow  # hundreds of practices
START, UNTIL = date(2026, 8, 3), date(2027, 4, 30)
CASES = case_settings("P1")
SAID = ("refused", "cannot_pay", "disputes", "surprised", "asks_to_stop", "agreed")
PLACES = ("office", "fqhc", "rhc", "hopd_on_campus", "cah_method_2", "nursing_facility", "home")
ASKING = ("payment_plan", "reminder", "hardship_application", "sliding_fee_application", "savings_program")
# `share_explained` tells a Qualified Medicare Beneficiary that nothing is owed: the letter itself is held to that.
FOR_MONEY = ("payment_plan", "reasonable_collection", "bad_debt", "write_off", "hardship_determination", "sliding_fee")
BY_HAND = ("attempt", "contact", "contact", "offer", "offer", "apply", "refuse", "resolve", "close", "reopen")
FEW = settings(
    max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)

day = st.integers(0, 260).map(lambda number: START + timedelta(days=number))
left = st.fixed_dictionaries(
    {
        "month": st.sampled_from(["2026-07", "2026-08", "2026-09", "2026-10"]),
        "patient_cents": st.integers(0, 30_000),
        "waiting": st.booleans(),
        "payers_answered": st.integers(1, 3),
        "answered_date": day.map(str),
        "state": st.sampled_from(["paid", "part_paid", "denied", "replaced", "voided"]),
    }
)
payment = st.fixed_dictionaries(
    {
        "payment_date": day.map(str),
        "amount": st.integers(-5_000, 20_000),
        "service_month": st.sampled_from([None, "2026-07", "2026-08"]),
    }
)
named = st.sampled_from([entry.name for entry in all_options()])
patient = st.fixed_dictionaries(
    {
        "said": st.lists(st.tuples(day.map(str), st.sampled_from(SAID)), max_size=4),
        "kinds": st.lists(st.sampled_from(PAYER_KINDS), max_size=3),
        "claims": st.lists(left, max_size=3),
        "paid": st.lists(payment, max_size=3),
        "tried": st.lists(st.tuples(st.sampled_from(BY_HAND), named, st.sampled_from(list(OUTCOMES))), max_size=6),
        "determined": st.lists(st.dates(START, date(2027, 3, 31)), max_size=2),
    }
)
practices = st.tuples(st.lists(patient, min_size=25, max_size=60), st.sampled_from(PLACES))


class Practice:
    """Many patients of one practice, and what was recorded of them so far."""

    def __init__(self, patients: list[dict[str, Any]], place: str) -> None:
        self.patients = {f"C-{number:06d}": one for number, one in enumerate(patients, start=1)}
        parts = [self._tables(number, one, place) for number, one in self.patients.items()]
        self.tables = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}
        rows = [
            claim(f"{number}-{n}", case_number=number, **row)
            for number, one in self.patients.items()
            for n, row in enumerate(one["claims"])
        ]
        self.owed = balances(*rows)
        self.moves: dict[str, list[Move]] = {}
        self.determined: dict[str, list[Determination]] = {}

    def _tables(self, number: str, one: dict[str, Any], place: str) -> dict[str, pd.DataFrame]:
        made = tables(one["kinds"], [list(words) for words in one["said"]], place, one["paid"])
        renamed = {name: frame.assign(patient_id=number) for name, frame in made.items() if name != "practices"}
        paid = renamed["patient_payments"]
        keys = (number + paid["payment_id"].astype("str")).astype("str")
        return made | renamed | {"patient_payments": paid.assign(payment_id=keys)}

    def stood(self, until: date) -> Standing:
        """Where the cases stand on that day."""
        numbers = pd.Series({number: number for number in self.patients})
        work = Work(self.moves, self.determined, self.owed, CASES)
        return standing(
            self.tables, numbers, SETTINGS, Month.of(until), until, empty(outputs()["copay_cases"]), work
        )  # fmt: skip

    def work(self) -> Iterator[tuple[str, Move]]:
        """Every patient's moves tried in turn, a month apart; those that table and guards let through are recorded."""
        for turn in range(6):
            today = START + timedelta(days=30 * (turn + 2))
            now = self.stood(today)
            for number, moves in now.new.items():
                self.moves[number] = [*self.moves.get(number, []), *moves]
            for number, known in now.known.items():
                tried = self.patients[number]["tried"]
                if turn >= len(tried):
                    continue
                what, option, outcome = tried[turn]
                outcome = outcome if what == "resolve" else ""
                move = Move(what, today, f"try:{turn}", option=option, outcome=outcome, by="S1")
                try:
                    checked(now.cases[number], move, known, CASES)
                except InputError:
                    continue
                self.moves[number] = [*self.moves.get(number, []), move]
                yield number, move


@FEW
@given(practices)
def test_no_live_case_is_without_owner_step_day_and_what_to_put_on_record(made) -> None:
    frame = Practice(*made).stood(UNTIL).frame
    live = frame[frame["state"] == "open"]
    assert live[["owner", "next_step", "due_date", "option", "document", "source"]].notna().all(axis=None)
    assert (live["due_date"].dt.day_of_week < 5).all()
    assert (live["ask_cents"] <= live["owed_cents"]).all()


@FEW
@given(practices)
def test_a_qualified_beneficiary_is_never_asked_for_money(made) -> None:
    patients, place = made
    practice = Practice([one | {"kinds": [*one["kinds"], "qmb"]} for one in patients], place)
    taken = [move for _, move in practice.work()]
    frame = practice.stood(UNTIL).frame
    assert (frame["ask_cents"] == 0).all()
    assert not frame["letter"].isin(ASKING).any()
    assert not frame["option"].isin(FOR_MONEY).any()
    assert not [
        move for move in taken if move.outcome in TAKES_MONEY or (move.option in FOR_MONEY and move.what == "offer")
    ]


@FEW
@given(practices)
def test_every_reduction_has_its_determination(made) -> None:
    practice = Practice(*made)
    for number, one in practice.patients.items():
        practice.determined[number] = [
            decide(number, "hardship", 1, 1_800_000, "attested", "S1", on, CASES) for on in one["determined"]
        ]
    for number, move in practice.work():
        if move.outcome in REDUCTIONS:
            assert any(one.holds_on(move.day) for one in practice.determined[number])


@FEW
@given(practices)
def test_no_balance_is_forgotten_however_its_case_was_settled(made) -> None:
    practice = Practice(*made)
    list(practice.work())
    later = UNTIL + timedelta(days=120)  # longer than any case waits (config/still_unpaid.yaml)
    found = practice.stood(later)
    asked = found.unpaid.groupby("case_number")["asked_cents"].sum()
    for number, cents in asked[asked > 0].items():
        if "qmb" not in practice.patients[str(number)]["kinds"]:
            case = found.cases[str(number)]
            assert case.live, (case, cents, practice.moves.get(str(number)))


@FEW
@given(practices)
def test_amounts_tie_to_what_payers_left_and_patients_paid(made) -> None:
    practice = Practice(*made)
    money = practice.stood(UNTIL).money
    owed, goes_back = money["owed_cents"], money["refund_cents"]
    for number, one in practice.patients.items():
        counted = [row for row in one["claims"] if row["state"] not in ("replaced", "voided") and not row["waiting"]]
        total = sum(row["patient_cents"] for row in counted)
        net = sum(row["amount"] for row in one["paid"])
        assert max(0, total - max(net, 0)) <= owed.get(number, 0) <= total
        if all(row["service_month"] is None for row in one["paid"]):
            kept = net - goes_back.get(number, 0)  # what goes back pays nothing
            assert owed.get(number, 0) == max(0, total - max(kept, 0))
