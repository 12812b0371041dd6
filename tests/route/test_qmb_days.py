"""The days on which a patient is known as a Qualified Medicare Beneficiary, by every sign of it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from config.month import Month
from tasks.route.balances import qmb_days
from tasks.route.given_back import paid_by_qmb
from tests.route.made import NUMBER, PATIENT, balances, claim, tables

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
    due, moves = paid_by_qmb(payments, known, date(2026, 10, 31))
    assert due == {NUMBER: 1323}
    assert [move.source for move in moves[NUMBER]] == ["paid:Y1"]
