"""When a settled case comes back: every entry is of an outcome, and a practice's own days are among them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.case_settings import case_settings
from config.errors import InputError
from config.still_unpaid import days_after, terms
from tasks.route.machine import OUTCOMES


def test_every_outcome_brings_its_case_back() -> None:
    assert {one.outcome for one in terms()} == {*OUTCOMES, "left"}
    assert all(one.confidence == "unverified" for one in terms()), "no rule sets a number of days"


def test_a_practice_has_its_own_days() -> None:
    day = date(2026, 10, 9)
    assert days_after("agreed", day, {}) == 30
    assert days_after("agreed", day, {"agreed": 60}) == 60
    assert days_after("written_off", day, {}) == 30, "what is younger than what was given up is owed still"
    assert days_after("agreed", date(2014, 12, 31), {}) is None


def test_an_outcome_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("defaults:\n  cases: {still_unpaid_days: {promised: 30}}\n", "utf-8")
    with pytest.raises(InputError, match=r"'cases.still_unpaid_days' has 'promised'; write outcomes among agreed"):
        case_settings("P1", path)
