"""Verification tasks and recorded answers in the database: one task a plan, nothing overwritten, nothing twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
import sqlalchemy as sa

from config.errors import InputError
from tasks.cover.eligibility import read
from tasks.store import coverage as stored
from tasks.store.coverage_tables import coverage_answers, coverage_tasks, eligibility, eligibility_files
from tests.cover.answers_271 import MEDICARE, PLAN, Asked, answer

pytestmark = pytest.mark.slow

NOW = dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
DUE = dt.date(2026, 11, 3)
ACORN = stored.Asked("medicare_advantage|SYN13|", "medicare_advantage", "Acorn Senior HMO", "SYN13", "", "by_plan")
RIVER = replace(ACORN, plan_key="medicare_advantage|SYN12|", payer_name="Silver River", payer_id="SYN12")
SAID = stored.Recorded(
    answer="covers",
    step="policy",
    source="Policy 12 of 2026",
    confidence="primary",
    reference_number="",
    answered_by="kim",
    answered_date=TODAY,
    holds_from=None,
    valid_until=dt.date(2027, 10, 20),
)


def asks(store, *plans, known=(), practice="P1", month="2026-10"):
    with store.writing() as connection:
        return stored.ask(connection, practice, month, plans, known, "billing", TODAY, DUE)


def answers(store, number, recorded=SAID, practice=None, now=NOW):
    with store.writing() as connection:
        return stored.answer(connection, stored.task_of(connection, number, practice), recorded, now)


def states(store, practice="P1"):
    with store.reading() as connection:
        return [(one["number"], one["plan_key"][-6:], one["state"]) for one in stored.tasks_of(connection, practice)]


def count(store, table):
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_plan_has_one_open_task_however_often_it_is_asked(store):
    assert asks(store, ACORN, RIVER, ACORN) == {RIVER.plan_key: 1, ACORN.plan_key: 2}
    assert asks(store, ACORN, RIVER, month="2026-11") == {RIVER.plan_key: 1, ACORN.plan_key: 2}
    assert count(store, coverage_tasks) == 2


def test_tasks_are_counted_within_a_practice(store):
    assert asks(store, ACORN) == {ACORN.plan_key: 1}
    assert asks(store, RIVER, practice="P2") == {RIVER.plan_key: 1}
    with pytest.raises(InputError, match="P1, P2"):
        answers(store, 1)
    assert answers(store, 1, practice="P2").task["plan_key"] == RIVER.plan_key


def test_an_answer_stands_and_the_same_again_changes_nothing(store):
    asks(store, ACORN)
    first, again = answers(store, 1), answers(store, 1)
    assert (first.before, first.new, again.new) == (None, True, False)
    assert states(store) == [(1, "SYN13|", "answered")]
    assert count(store, coverage_answers) == 1
    with store.reading() as connection:
        latest = stored.latest_answers(connection, "P1")
    assert latest[ACORN.plan_key]["holds_from"] == dt.date(2026, 10, 1), "the first day of the month that asked"
    assert latest[ACORN.plan_key]["task_number"] == 1


def test_a_later_answer_stands_beside_the_first_and_counts(store):
    asks(store, ACORN)
    answers(store, 1)
    answers(store, 1, replace(SAID, answer="does_not", answered_date=dt.date(2026, 10, 21)))
    answers(store, 1, replace(SAID, answered_date=dt.date(2026, 10, 2)))  # an older one found in a drawer
    assert count(store, coverage_answers) == 3
    with store.reading() as connection:
        assert stored.latest_answers(connection, "P1")[ACORN.plan_key]["answer"] == "does_not"


def test_what_an_answer_replaces_is_said_and_stays(store):
    asks(store, ACORN)
    answers(store, 1)
    second = answers(store, 1, replace(SAID, answer="does_not", answered_date=dt.date(2026, 10, 21)))
    assert (second.new, second.before["answer"], second.before["answered_by"]) == (True, "covers", "kim")


def test_who_pays_is_no_question_to_a_payer(store):
    nobody = stored.Asked("unknown|C-000007|", "unknown", "", "", "C-000007", "no_coverage")
    asks(store, nobody)
    with pytest.raises(InputError, match="asks who pays for C-000007; write that into the coverages"):
        answers(store, 1)
    assert asks(store, known=[nobody.plan_key]) == {}
    assert states(store)[0][2] == "settled"


def test_when_an_answer_expired_the_plan_is_asked_again_by_a_new_task(store):
    asks(store, ACORN)
    answers(store, 1)
    assert asks(store, replace(ACORN, reason="answer_expired"), month="2027-11") == {ACORN.plan_key: 2}
    assert states(store) == [(1, "SYN13|", "answered"), (2, "SYN13|", "open")]


def test_a_task_that_the_settings_answer_is_settled(store):
    asks(store, ACORN, RIVER)
    assert asks(store, RIVER, known=[ACORN.plan_key]) == {RIVER.plan_key: 1}
    assert states(store) == [(1, "SYN12|", "open"), (2, "SYN13|", "settled")]


@pytest.mark.parametrize("text", ["", "12", "T-", "T-0", "C-000001", "T-1; DROP", "T-٣", "T-9999999999"])
def test_what_is_no_task_is_refused(text):
    with pytest.raises(InputError, match="T-000012"):
        stored.task_number(text)


def test_an_unknown_task_is_refused_by_name_and_nothing_is_recorded(store):
    asks(store, ACORN)
    with pytest.raises(InputError, match="T-000099"):
        answers(store, stored.task_number("t-99"))
    with pytest.raises(InputError, match="of practice P9"):
        answers(store, 1, practice="P9")
    assert count(store, coverage_answers) == 0


def kept(store, content, name="a.271", read_at=NOW):
    rows = read(name, content, dt.date(2026, 12, 31))
    with store.writing() as connection:
        stored.keep_file(connection, stored.StoredFile(name, name, "read", "", 1), content, rows, read_at)
    return rows


def test_eligibility_answers_come_back_as_they_were_read(store):
    rows = kept(store, answer(Asked(benefits=(*MEDICARE, *PLAN))))
    with store.reading() as connection:
        found = stored.shown_since(connection, dt.date(2026, 10, 1))
        assert len(stored.shown_since(connection, dt.date(2026, 11, 1))) == 0
    pd.testing.assert_frame_equal(found[list(rows.columns)], rows, check_dtype=False)
    assert set(found["digest"]) == {"a.271"}
    assert set(found["read_at"]) == {pd.Timestamp("2026-10-20 12:00")}


def test_the_same_file_again_is_kept_once(store):
    content = answer(Asked(benefits=MEDICARE))
    kept(store, content)
    kept(store, content)
    assert count(store, eligibility) == 2


def test_of_a_file_that_was_set_aside_only_the_why_is_kept(store):
    file = stored.StoredFile("d", "letter.pdf", "quarantined", "letter.pdf: it is no X12", 0)
    with store.writing() as connection:
        stored.keep_file(
            connection, file, b"a letter about somebody", pd.DataFrame(columns=list(stored.ELIGIBILITY)), NOW
        )
        assert stored.file_known(connection, "d") == file
    kept(store, answer(Asked(benefits=MEDICARE)))
    with store.reading() as connection:
        table = eligibility_files.c
        sizes = dict(connection.execute(sa.select(table.file_name, sa.func.length(table.content))).all())
    assert sizes["letter.pdf"] == 0
    assert sizes["a.271"] > 500


def test_no_answers_at_all(store):
    with store.reading() as connection:
        found = stored.shown_since(connection, dt.date(2026, 10, 1))
    assert found.empty
    assert str(found["begin_date"].dtype) == "datetime64[ns]"
