"""No step of a case, share or letter is due on a day on which the practice is closed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from config.case_settings import case_settings
from config.errors import InputError
from flows.letter_grounds import answer_day
from tasks.route.entries import all_options
from tasks.route.machine import Move, stand
from tasks.route.next_step import next_step
from tasks.route.qmb_shares import shares_left
from tests.route.made import settings

MONDAY = date(2026, 10, 12)
CLOSED = settings(closed_days=(date(2026, 10, 19), date(2026, 10, 20)))


@pytest.mark.parametrize(("days", "due"), [(5, date(2026, 10, 21)), (7, date(2026, 10, 21)), (9, date(2026, 10, 21))])
def test_the_next_step_is_due_on_the_next_day_that_is_open(days: int, due: date) -> None:
    case = stand([Move("hear", MONDAY, "a", reason="refused")])
    step = next_step(case, all_options()[0], CLOSED, days, MONDAY)
    assert step.due == due
    assert next_step(case, all_options()[0], settings(), 7, MONDAY).due == date(2026, 10, 19)


def test_so_is_a_share_that_is_to_be_blocked_and_the_day_that_a_letter_gives() -> None:
    left = pd.DataFrame({"case_number": ["C-000001"], "patient_id": ["100"], "month": ["2026-08"], "before": [False],
                         "unpaid_cents": [1323], "answered_date": pd.to_datetime(["2026-10-14"])})  # fmt: skip
    (share,) = shares_left(left, {}, CLOSED, MONDAY)
    assert share.due == date(2026, 10, 21), "2026-10-19 and the day after it are closed"
    written = date(2026, 10, 19) - timedelta(days=CLOSED.follow_up_days)
    assert answer_day(written, CLOSED) == date(2026, 10, 21)


def test_the_closed_days_are_those_of_the_deadlines_and_stand_nowhere_else(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("practices: {P1: {deadlines: {closed_days: [2026-12-25]}}}\n", "utf-8")
    assert case_settings("P1", own).closed_days == (date(2026, 12, 25),)
    assert case_settings("P2", own).closed_days == ()
    own.write_text("practices: {P1: {cases: {closed_days: [2026-12-25]}}}\n", "utf-8")
    with pytest.raises(InputError, match="closed_days"):
        case_settings("P1", own)
