"""A case that money opened, and of which nothing is open any more: nobody is called or written to about it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tasks.route.machine import STILL_UNPAID
from tasks.route.next_step import NOTHING_OPEN
from tests.route.made import balances, claim, moves, stood, tables

OWED = {"what": "owe", "day": "2026-10-01", "reason": "unpaid_balance", "source": "owed:K1", "cents": 1323}
SETTLED = (
    OWED,
    {"what": "resolve", "day": "2026-10-02", "outcome": "agreed"},
    {"what": "owe", "day": "2026-10-20", "reason": STILL_UNPAID, "note": "agreed", "cents": 1323},
)
PAID = {"payment_date": "2026-10-05", "amount": "1323"}


def row(*told: dict[str, Any], answer: dict[str, Any] | None = None, said: Any = (), paid: bool = False) -> Any:
    """The case's row where the payer's answer stands as it is told and the patient did and said that."""
    made = tables(["medicare_part_b"], [list(one) for one in said], payments=[PAID] if paid else [])
    return stood(made, recorded=moves(*told), owed=balances(claim(**(answer or {})))).frame.iloc[0]


TAKEN_BACK = {"state": "reversed", "patient_cents": 0, "answered_date": "2026-10-21"}
DENIED_NOW = {"state": "denied", "patient_cents": 0}


@pytest.mark.parametrize("told", [(OWED,), SETTLED])
@pytest.mark.parametrize(
    "now", [{"answer": TAKEN_BACK}, {"answer": DENIED_NOW}, {"paid": True}], ids=["taken back", "denied", "paid"]
)
def test_whose_balance_is_gone_is_not_called_about_it(told: tuple[dict[str, Any], ...], now: dict[str, Any]) -> None:
    case = row(*told, **now)
    assert (case["stage"], case["ask_cents"]) == ("open", 0)
    assert case["next_step"] == NOTHING_OPEN
    assert pd.isna(case["letter"])


def test_while_something_is_open_the_step_is_the_options() -> None:
    case = row(OWED)
    assert (case["ask_cents"], case["letter"]) == (1323, "share_explained")
    assert case["next_step"] != NOTHING_OPEN


def test_what_the_patient_said_is_answered_though_nothing_is_open() -> None:
    assert row(OWED, said=[("2026-10-09", "disputes")], paid=True)["next_step"] != NOTHING_OPEN
    assert row(said=[("2026-10-09", "surprised")], answer=TAKEN_BACK)["next_step"] != NOTHING_OPEN
