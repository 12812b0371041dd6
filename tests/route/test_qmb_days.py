"""The days on which a patient is known as a Qualified Medicare Beneficiary, by every sign of it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from config.month import Month
from tasks.route.balances import qmb_days
from tasks.route.given_back import QMB_PAID, given_back, goes_back, paid_on_qmb_days
from tests.route.made import NUMBER, PATIENT, balances, claim, moves, stood, tables

MONTH = Month(2026, 10)
NUMBERS = pd.Series({PATIENT: NUMBER})


def days(coverages: list[str], claims: list[dict], owes: str = "") -> list[tuple[str, str]]:
    own = tables(coverages, [])
    if owes:
        answer = {"patient_id": PATIENT, "coverage_id": "V0", "answer": "covers", "patient_owes": owes}
        own["payer_answers"] = pd.DataFrame([answer])
    found = qmb_days(own, balances(*claims), NUMBERS, MONTH)
    return [(str(row.start_date)[:10], str(row.end_date)[:10]) for row in found.itertuples()]


def test_every_sign_counts_for_its_own_days() -> None:
    assert days(["medicare_part_b", "qmb"], []) == [("2020-01-01", "NaT")]
    assert days(["medicare_part_b"], [claim(qmb_told=True)]) == [("2026-08-01", "2026-08-31")]
    assert days(["medicare_part_b"], [claim(qmb_told=True, state="voided")]) == []
    assert days(["medicare_part_b"], [claim()], owes="never") == [("2026-10-01", "2026-10-31")]
    assert days(["medicare_part_b"], [claim()], owes="share") == []


def test_what_was_paid_on_those_days_goes_back() -> None:
    paid = {"payment_id": "Y1", "case_number": NUMBER, "patient_id": PATIENT, "amount": 1323}
    both = [
        paid | {"payment_date": pd.Timestamp("2026-10-05"), "service_month": None},
        paid | {"payment_id": "Y2", "payment_date": pd.Timestamp("2026-09-05"), "service_month": None},
    ]
    own = tables(["medicare_part_b"], []) | {
        "payer_answers": pd.DataFrame([{"patient_id": PATIENT, "patient_owes": "never"}])
    }
    known = qmb_days(own, balances(claim()), NUMBERS, MONTH)
    payments = pd.DataFrame(both).astype({"service_month": "str"})
    due, moves = given_back(paid_on_qmb_days(payments, known), QMB_PAID)
    assert due == {NUMBER: 1323}
    assert [move.source for move in moves[NUMBER]] == ["paid:Y1"]


PART_B = {"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2020-01-01"}


def test_a_refund_pays_first_for_what_is_no_beneficiarys() -> None:
    rows = [("1", "2026-03-10", 1300), ("2", "2026-07-10", 5000), ("3", "2026-08-01", -5000)]
    paid = pd.DataFrame(rows, columns=["payment_id", "payment_date", "amount"]).assign(
        patient_id="P", service_month=None, case_number="C1"
    )
    paid["payment_date"] = pd.to_datetime(paid["payment_date"])
    covered = pd.DataFrame({"patient_id": ["P"], "start_date": ["2026-03-01"], "end_date": ["2026-03-31"]})
    covered[["start_date", "end_date"]] = covered[["start_date", "end_date"]].apply(pd.to_datetime)
    assert given_back(paid_on_qmb_days(paid, covered), QMB_PAID)[0] == {"C1": 1300}
    paid.loc[2, "amount"] = -6300
    assert given_back(paid_on_qmb_days(paid, covered), QMB_PAID)[0] == {}


def money_of(qmb: tuple[str, str], payments: list[tuple[str, str | None, int]], **told: Any) -> pd.DataFrame:
    """The case's money where August's claim left 13.23."""
    covered = [PART_B, {"priority": 2, "payer_kind": "qmb", "start_date": qmb[0], "end_date": qmb[1]}]
    paid = [{"payment_date": day, "amount": cents, "service_month": month} for day, month, cents in payments]
    return stood(tables(covered, [], payments=paid), owed=balances(claim()), **told).money


def asked_and_back(*case: Any, **told: Any) -> tuple[int, int]:
    """What is asked and what goes back."""
    money = money_of(*case, **told).loc[NUMBER]
    return money["asked_cents"], money["refund_cents"]


def test_a_bill_paid_on_such_a_day_is_not_asked_again() -> None:
    september = ("2026-09-01", "2026-09-30")
    assert asked_and_back(september, [("2026-09-20", None, 1323)]) == (0, 0), "it is for August, which may be asked"
    assert asked_and_back(september, [("2026-09-20", "2026-09", 1323)]) == (1323, 1323), "it says that it is not"
    twice = [("2026-09-20", "2026-09", 1323), ("2026-09-25", None, -1323)]
    assert asked_and_back(september, twice) == (1323, 0), "what was given back does not go back twice"
    july = ("2026-07-01", "2026-07-31")
    assert asked_and_back(july, [("2026-07-20", None, 1323)]) == (1323, 1323), "nobody pays for a month before it began"


@pytest.mark.parametrize(
    ("payments", "asked", "back"),
    [
        ([("2026-09-20", None, 5000)], 0, 3677),  # August's bill is 13.23
        ([("2026-09-20", None, 5000), ("2026-09-28", None, -3677)], 0, 0),
        ([("2026-09-20", None, 5000), ("2026-09-28", None, -1000)], 0, 2677),
        ([("2026-09-20", None, 5000), ("2026-10-10", None, -3677)], 0, 0),  # given back when the days were over
        ([("2026-09-20", None, 1000), ("2026-09-21", None, 1000)], 0, 677),
        ([("2026-08-20", "2026-08", 1323), ("2026-09-20", None, 1323)], 0, 1323),  # the bill was paid before
        ([("2026-08-20", None, 1000), ("2026-09-20", None, 1323)], 0, 1000),  # of a day on which they might be asked
    ],
)
def test_what_exceeds_the_open_bill_goes_back(
    payments: list[tuple[str, str | None, int]], asked: int, back: int
) -> None:
    assert asked_and_back(("2026-09-01", "2026-09-30"), payments) == (asked, back)
    barred = {"2026-09": frozenset({PATIENT}), "2026-08": frozenset[str]()}
    assert asked_and_back(("2020-01-01", "2020-01-31"), payments, barred=barred) == (asked, back), "and of a ban"


def test_what_exceeds_a_bill_that_was_waived_goes_back() -> None:
    waived = moves({"what": "owe", "day": "2026-09-02", "reason": "unpaid_balance"},
                   {"what": "resolve", "day": "2026-09-10", "outcome": "waived", "cents": 1000})  # fmt: skip
    paid = [("2026-09-20", None, 1323)]
    assert asked_and_back(("2026-09-01", "2026-09-30"), paid, recorded=waived) == (0, 1000)


def test_money_of_a_barred_month_goes_back_beside_that_of_such_days() -> None:
    july, barred = ("2026-07-01", "2026-07-31"), {"2026-06": frozenset({PATIENT})}
    paid = [("2026-08-20", "2026-06", 1323), ("2026-08-20", "2026-07", 1323)]
    assert asked_and_back(july, paid, barred=barred) == (1323, 2646)
    assert goes_back(money_of(july, paid, barred=barred)) == ({NUMBER: 1323}, {NUMBER: 1323}), (
        "each told with its reason"
    )
    both = {"2026-07": frozenset({PATIENT})}
    assert asked_and_back(july, paid[1:], barred=both) == (1323, 1323), "once for two reasons"
