"""What is typed about a denial is looked at whole before anything is done."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rich.console import Console

from config.errors import InputError
from flows.one_denial import change


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({}, "^Say what to change: "),
        ({"letter": date(2026, 12, 1)}, "^--letter is the day of the letter that refused an appeal; name the next one"),
        ({"following": "court"}, "'court' is no further appeal; write reconsideration or hearing"),
        ({"following": "hearing", "error": "late"}, "'late' is no error of the table"),
        ({"following": "hearing", "state": "gone"}, "'gone' is no state of a denial"),
    ],
)
def test_a_wrong_word_is_refused_before_the_database_is_opened(typed: dict[str, Any], why: str) -> None:
    whole = dict.fromkeys(("state", "error", "following", "letter")) | typed
    with pytest.raises(InputError, match=why):
        change(Console(), "sqlite:////nowhere/at/all.db", "C1", 1, note="", **whole)
