"""An answer corrects what it was asked about, takes time away freely, and gives only where the source is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from config.contract import worklist_outputs
from config.month import Month
from config.query_kinds import ANSWERS, query_kinds
from config.rulebook import all_rules
from tasks.query.evidence import LIFTED, NOT_FOUND, SOURCE_SAYS, STANDS, found_by_run, with_answers
from tasks.query.machine import Query
from tests.query.test_machine import ROW

MONTH, TODAY = Month(2026, 10), date(2026, 11, 27)
ANSWERED = replace(Query(**ROW), state="answered", round=1, answer="yes", answered_by="S1", answered=date(2026, 11, 2))


def entries(*approved: bool | None) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame({"entry_id": [f"E{n}" for n, _ in enumerate(approved, 1)], "patient_id": "100"})
    return {"time_entries": frame.assign(approved=pd.array(list(approved), dtype="boolean"))}


def ran(query: Query, tables: dict[str, pd.DataFrame], *rules: str) -> list[tuple[str, str]]:
    key = {"case_number": "C-000001", "program": "ccm"}
    findings = pd.DataFrame([key | {"rule": rule} for rule in rules], columns=["case_number", "program", "rule"])
    moves = found_by_run([query], tables, findings, pd.DataFrame([key | {"patient_id": "100"}]), MONTH, TODAY)
    return [(move.what, move.words) for move in moves.get(1, [])]


@pytest.mark.parametrize(
    ("source", "answer", "then"),
    [(None, "yes", True), (False, "yes", False), (True, "yes", True), (None, "no", False), (True, "no", False)],
)
def test_what_the_source_has_refused_no_answer_gives_back(source: bool | None, answer: str, then: bool) -> None:
    found = with_answers(entries(source, None), [replace(ANSWERED, answer=answer)], MONTH)
    assert found["time_entries"]["approved"].iloc[0] is then or found["time_entries"]["approved"].iloc[0] == then
    assert found["time_entries"]["approved"].isna().iloc[1], "nobody asked about the other"
    assert ("query_answers" in found) is (source is not then)


@pytest.mark.parametrize("change", [{"state": "told"}, {"month": "2026-09"}, {"answer": "not_known"}, {"about": "E9"}])
def test_what_does_not_count_changes_nothing(change: dict[str, str]) -> None:
    tables = entries(None)
    found = with_answers(tables, [replace(ANSWERED, **change)], MONTH)
    assert found["time_entries"] is tables["time_entries"]
    assert "query_answers" not in found


def test_of_two_answers_about_one_entry_the_one_that_takes_it_away_stands() -> None:
    no = replace(ANSWERED, number=2, kind="activity_clinical", answer="no")
    for both in ([ANSWERED, no], [no, ANSWERED]):
        assert not with_answers(entries(None), both, MONTH)["time_entries"]["approved"].iloc[0]


def test_a_run_closes_what_it_went_by_and_says_whether_the_hold_is_lifted() -> None:
    assert ran(ANSWERED, entries(True)) == [("accept", LIFTED), ("close", LIFTED)]
    assert ran(ANSWERED, entries(True), "time_unapproved") == [("accept", STANDS), ("close", STANDS)]
    assert ran(ANSWERED, entries()) == [("accept", NOT_FOUND), ("close", NOT_FOUND)]
    assert ran(ANSWERED, entries(False), "time_unapproved") == [("accept", SOURCE_SAYS), ("close", SOURCE_SAYS)]
    assert ran(ANSWERED, entries(None), "time_unapproved") == [], "it came in while the run was deciding"
    assert ran(replace(ANSWERED, answer="not_known"), entries(None)) == []


def test_a_question_whose_finding_is_gone_needs_no_answer() -> None:
    asked = replace(Query(**ROW), state="told", round=1)
    assert ran(asked, entries(None), "time_unapproved") == []
    assert [what for what, _ in ran(asked, entries(True))] == ["withdraw"]


@pytest.mark.parametrize(
    ("day", "program", "closes"),
    [("2026-09-01", "ccm", True), ("2026-09-02", "ccm", False), ("2026-09-01", "pcm", False)],
)
def test_a_fact_of_the_source_waits_until_the_source_has_it(day: str, program: str, closes: bool) -> None:
    consents = pd.DataFrame({"patient_id": ["100"], "program": [program], "consent_date": [pd.Timestamp(day)]})
    query = replace(ANSWERED, kind="consent_date", rule="consent_missing", about="", detail="2026-09-01")
    assert bool(ran(query, {"consents": consents})) is closes
    assert ran(replace(query, answer="no", detail=""), {"consents": consents}, "consent_missing")[-1] == (
        "close",
        STANDS,
    )


def test_every_kind_is_about_rules_that_there_are_and_stands_in_the_lists() -> None:
    known = {rule.name for rule in all_rules()}
    assert {rule for one in query_kinds().values() for rule in one.rules} <= known
    assert worklist_outputs()["holds"].column("ask").values == tuple(query_kinds())
    assert worklist_outputs()["query_worklist"].column("answer").values == ANSWERS


def test_what_follows_from_an_answer_is_said_by_its_kind():
    said = {name: kind.follows("2026-10", "yes") for name, kind in query_kinds().items()}
    assert said["note_approved"] == "The next run of 2026-10 goes by it; billing is told."
    assert said["consent_date"] == "Billing is told; the next run of 2026-10 looks for it in consents."
    assert said["other"] == "Billing is told; it changes nothing by itself."
    unknown = {kind.follows("2026-10", "not_known") for kind in query_kinds().values()}
    assert unknown == {said["other"]}, "what nobody knows corrects nothing"
