"""Days that no practice sets: each is dated, has its source, and is none from before it was said."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from config.case_days import Name, case_days, entries
from config.errors import RuleError


def test_every_name_has_an_entry_and_none_is_called_a_rule() -> None:
    assert {one.name for one in entries()} == set(get_args(Name))
    assert all(one.confidence == "unverified" for one in entries()), "no rule sets a number of days"


def test_a_day_before_the_first_entry_has_no_number() -> None:
    assert case_days("confirm_within", date(2026, 10, 9)) == 31
    with pytest.raises(RuleError, match="'confirm_within' is on 2014-12-31; add an entry"):
        case_days("confirm_within", date(2014, 12, 31))
