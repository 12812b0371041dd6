"""A query moves only as its table says, and where it stands follows from its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from config.deadlines import working_days_after
from config.errors import InputError
from tasks.query.machine import STATES, TABLE, Move, Query, after, stand

DAY = date(2026, 11, 20)
ROW = {"number": 1, "month": "2026-10", "case_number": "C-000001", "program": "ccm", "kind": "note_approved",
       "rule": "time_unapproved", "about": "E1", "asked_to": "S1"}  # fmt: skip


def moved(*names: str) -> Query:
    query = Query(**ROW)
    for name in names:
        query = after(query, Move(name, DAY, name, by="B1", answer="yes" if name == "answer" else ""))
    return query


@pytest.mark.parametrize(
    ("moves", "state"),
    [
        (("ask",), "asked"),
        (("ask", "tell", "answer", "accept", "close"), "closed"),
        (("ask", "escalate", "answer", "confirm"), "closed"),
        (("ask", "answer", "again", "tell"), "told"),
        (("ask", "tell", "withdraw", "report"), "closed"),
    ],
)
def test_the_way_of_a_query(moves: tuple[str, ...], state: str) -> None:
    assert moved(*moves).state == state


def test_whatever_is_not_in_the_table_is_refused() -> None:
    moves = sorted({what for what, _ in TABLE})
    for state in STATES:
        for what in moves:
            query, move = replace(Query(**ROW), state=state), Move(what, DAY, "x")
            if (what, state) in TABLE:
                assert after(query, move).state == TABLE[what, state]
            else:
                with pytest.raises(InputError, match=r"not possible|it was answered"):
                    after(query, move)


def test_an_answer_that_was_asked_about_again_or_withdrawn_counts_no_more() -> None:
    assert moved("ask", "answer").counts
    assert not moved("ask", "answer", "again").counts
    assert moved("ask", "answer", "again").round == 2
    assert not moved("ask", "answer", "withdraw").counts
    with pytest.raises(InputError, match="it was answered yes on 2026-11-20 by B1"):
        after(moved("ask", "answer"), Move("answer", DAY, "x", answer="no"))


def test_a_recorded_move_that_fits_no_more_counts_for_nothing() -> None:
    rows = [vars(Move(what, DAY, what)) for what in ("ask", "close", "tell")]
    assert stand(ROW, rows).state == "told"


def test_billing_hears_of_a_question_that_nobody_can_be_asked() -> None:
    assert not moved("ask").news
    assert after(replace(Query(**ROW), asked_to=""), Move("ask", DAY, "ask")).news


@pytest.mark.parametrize(
    ("day", "days", "due"),
    [
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (DAY, 5, date(2026, 11, 27)),
    ],
)
def test_a_working_day_is_monday_to_friday(day: date, days: int, due: date) -> None:
    assert working_days_after(day, days) == due
