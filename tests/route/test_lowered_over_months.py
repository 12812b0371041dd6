"""What one determination takes off month after month is counted, and needs its second person above the set amount."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from config.contract import inputs
from config.frames import empty
from tasks.route.cases import Standing
from tasks.route.determinations import Determination
from tasks.route.lowered import lowered_by_day
from tasks.route.machine import Move
from tasks.route.measures import measures
from tasks.route.safeguards import alerts
from tests.route.made import CASES, NUMBER, balances, claim, determination, moves, stood, tables

UNTIL = date(2027, 8, 31)
NO_PAYMENTS = empty(inputs()["patient_payments"]).assign(case_number=pd.Series(dtype="str"))
WAIVED: list[dict[str, Any]] = [
    {"what": "hear", "day": "2026-10-13", "reason": "cannot_pay"},
    {"what": "contact", "day": "2026-10-13", "by": "S1"},
    {"what": "offer", "day": "2026-10-13", "option": "hardship_determination", "by": "S1"},
    {"what": "apply", "day": "2026-10-13", "by": "S1"},
    {"what": "resolve", "day": "2026-10-14", "outcome": "waived", "by": "S1", "cents": 1323},
]


def after_months(many: int, done: list[Move], *determined: Determination) -> Standing:
    """Where the case stands after so many months of $13.23 each, the first answered before the determination."""
    claims = [
        claim(f"K{n}", month=f"{pd.Period('2026-08') + n}", answered_date=f"{pd.Period('2026-09') + n}-05")
        for n in range(many)
    ]
    return stood(tables(["medicare_part_b"], []), str(UNTIL), done, balances(*claims), list(determined))


def told(many: int, done: list[Move], *determined: Determination, until: date = UNTIL) -> list[str]:
    found = after_months(many, done, *determined)
    assert found.money["asked_cents"].sum() == 0, "nothing of it is asked"
    lowered = lowered_by_day(found.unpaid)
    rows = alerts({NUMBER: done}, {NUMBER: list(determined)}, {}, "P1", CASES, until, lowered=lowered)
    assert set(rows["alert"]) <= {"lowered_above_limit"}
    assert set(rows["whose"]) <= {NUMBER}
    return rows["words"].tolist()


@pytest.mark.parametrize("done", [[], moves(*WAIVED)], ids=["no case was resolved", "the first was waived in its case"])
def test_what_one_person_lets_off_month_after_month_is_told_once_it_is_above_the_set_amount(done: list[Move]) -> None:
    assert told(7, done, determination()) == []  # 92.61
    (words,) = told(8, done, determination())
    assert "$105.84" in words
    assert "$100.00" in words


def test_it_ends_once_a_second_person_has_decided_too() -> None:
    assert told(8, [], determination(second_by="S2")) == []
    assert told(8, [], determination(), determination("2027-03-20", second_by="S2")) == []
    assert told(8, [], determination(), determination("2027-03-20")) != []


def test_it_is_not_told_for_ever() -> None:
    assert told(8, [], determination(), until=date(2028, 10, 11)) != []
    assert told(8, [], determination(), until=date(2028, 10, 12)) == []


def test_what_is_lowered_without_a_case_stands_among_the_dollars_by_month_and_what_was_waived_once() -> None:
    done = moves(*WAIVED)
    found = after_months(3, done, determination())
    counted = measures({NUMBER: done}, NO_PAYMENTS, UNTIL, unpaid=found.unpaid)
    dollars = counted[counted["measure"] == "dollars"]
    assert dollars[["month", "name", "cases", "cents"]].to_numpy().tolist() == [
        ["2026-10", "lowered", 1, 1323],
        ["2026-10", "waived", 1, 1323],
        ["2026-11", "lowered", 1, 1323],
    ]


@pytest.mark.parametrize("first", [{"second_by": "S2"}, {"decided_by": "S9"}], ids=["two persons", "another person"])
def test_what_an_earlier_determination_lets_off_is_not_counted_to_the_last(first: dict[str, str]) -> None:
    """Seven months by the first, and one by the one that renewed it: $13.23."""
    assert told(8, [], determination("2026-08-20", **first), determination("2027-03-20")) == []
