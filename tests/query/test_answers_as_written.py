"""An answer is read as people write it, and all that is wrong with it is told at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from config.errors import InputError
from tasks.query import desk
from tasks.query.desk import Told
from tasks.query.machine import Query
from tasks.query.take_in import IN_LIST

DAY = date(2026, 11, 20)


def checked(monkeypatch: pytest.MonkeyPatch, told: Told, kind: str = "note_approved") -> Told:
    monkeypatch.setattr(desk, "people", lambda *_: ({"RN1"}, {"D1"}))
    monkeypatch.setattr(desk, "free_text", lambda _connection, _practice, text, _place: text)
    query = Query(number=1, month="2026-10", case_number="C-000001", program="ccm", kind=kind, rule="", about="",
                  asked_to="RN1")  # fmt: skip
    connection: Any = None
    return desk._checked(connection, "P1", query, told, DAY, IN_LIST)


@pytest.mark.parametrize(("written", "kept"), [("Y", "yes"), ("no", "no"), ("N", "no"), ("Not known", "not_known")])
def test_yes_and_no_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch, written: str, kept: str) -> None:
    assert checked(monkeypatch, Told(written, "", "rn1", DAY)) == Told(kept, "", "RN1", DAY)


def test_a_practitioner_is_known_whatever_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(monkeypatch, Told("yes", "d1", "RN1", DAY), "who_bills").detail == "D1"


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError) as refused:
        checked(monkeypatch, Told("perhaps", "", "Cora", None))
    said = str(refused.value)
    for part in ("answer: write one of yes, no, not_known; ", "; known are D1, RN1; ", "answer_date: say when"):
        assert part in said
    assert "Cora" not in said
