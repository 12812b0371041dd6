"""What was typed into a list and not taken in yet is not lost when the list is written again."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import load_workbook

from config.contract import coverage_outputs, inputs, outputs, worklist_outputs
from config.frames import as_contract, empty
from flows.tell_queries import write_queries
from flows.typed_worklists import lists_kept, with_typed_cases, with_typed_tasks
from tasks.send.coverage_folder import write_coverage_folder
from tasks.send.outreach import compose_outreach
from tasks.send.worklists_folder import write_worklists_folder
from tasks.store.step import open_place
from tests.flows.test_queries import filled
from tests.route.made import frame

TABLES = worklist_outputs()
TYPED = {"Answer": "yes", "Detail": "2026-10-05", "Answer date": "2026-11-20", "Answered by": "S1", "Note": "Seen"}


def to_answer(*numbers: int, asked: int = 1) -> dict[str, pd.DataFrame]:
    rows = [{"query_number": f"Q-{n:06d}", "round": asked, "month": "2026-10", "question": "When?"} for n in numbers]
    return {"S1": as_contract(pd.DataFrame(rows), TABLES["query_worklist"])}


def held(query: str | None = None, revision: int = 1) -> pd.DataFrame:
    row = {"month": "2026-10", "case_number": "C-000001", "program": "ccm", "rule": "time_unapproved"}
    return as_contract(pd.DataFrame([row | {"revision": revision, "query_number": query}]), TABLES["holds"])


def write(out: Path, own: dict[str, pd.DataFrame], holds: pd.DataFrame | None = None) -> Path:
    lists = {"queries": empty(TABLES["queries"])} | ({} if holds is None else {"holds": holds})
    write_queries.fn(SimpleNamespace(out=out), "P1", lists, own)
    return out / "P1" / "worklists"


def cells(path: Path, row: int = 2) -> dict[str, object]:
    page = load_workbook(path).worksheets[0]
    return {head.value: page.cell(row, head.column).value for head in page[1]}


def test_answers_in_the_workbook_are_carried_over(tmp_path: Path) -> None:
    folder = write(tmp_path, to_answer(1, 2))
    book = folder / "queries_S1.xlsx"
    filled(book, book, {"Q-000002": TYPED}, "Query number")
    write(tmp_path, to_answer(2, 3))
    now = cells(book)
    assert now["Query number"] == "Q-000002"
    assert [str(now[name])[:10] for name in TYPED] == list(TYPED.values())
    assert cells(book, 3)["Answer"] is None
    assert "Q-000002" in (folder / "queries_S1.csv").read_text("utf-8")
    before = book.read_bytes()
    write(tmp_path, to_answer(2, 3))
    assert book.read_bytes() == before


def test_answers_in_the_csv_are_carried_over_too(tmp_path: Path) -> None:
    folder = write(tmp_path, to_answer(1))
    path = folder / "queries_S1.csv"
    frame = pd.read_csv(path, dtype=str)
    frame.loc[0, ["answer", "answered_by"]] = ["no", "S1"]
    frame.to_csv(path, index=False)
    write(tmp_path, to_answer(1))
    assert cells(folder / "queries_S1.xlsx")["Answer"] == "no"


def test_an_answer_deleted_in_one_file_does_not_come_back_from_the_other(tmp_path: Path) -> None:
    folder = write(tmp_path, to_answer(1, 2))
    book, path = folder / "queries_S1.xlsx", folder / "queries_S1.csv"
    filled(book, book, {"Q-000001": TYPED, "Q-000002": TYPED}, "Query number")
    write(tmp_path, to_answer(1, 2))
    filled(book, book, {"Q-000001": dict.fromkeys(TYPED), "Q-000002": {"Answer": "no"}}, "Query number")
    later(book, path)
    write(tmp_path, to_answer(1, 2))
    assert (cells(book)["Answer"], cells(book, 3)["Answer"]) == (None, "no")
    assert "yes" in (folder / "queries_S1.kept.csv").read_text("utf-8"), "it may have been typed there alone"

    frame = pd.read_csv(path, dtype=str)
    frame.loc[1, "answer"] = "yes"
    frame.to_csv(path, index=False)
    later(path, book)
    write(tmp_path, to_answer(1, 2))
    assert cells(book, 3)["Answer"] == "yes", "whichever was changed last counts"


def later(newer: Path, older: Path) -> None:
    """The one was changed after the other, however coarse the clock of the disk is."""
    os.utime(newer, ns=(0, older.stat().st_mtime_ns + 2_000_000_000))


@pytest.mark.parametrize("now", [to_answer(1, asked=2), to_answer(2)], ids=["asked anew", "answered"])
def test_an_answer_to_what_is_not_asked_any_more_is_not(tmp_path: Path, now: dict[str, pd.DataFrame]) -> None:
    book = write(tmp_path, to_answer(1)) / "queries_S1.xlsx"
    filled(book, book, {"Q-000001": TYPED}, "Query number")
    write(tmp_path, now)
    assert cells(book)["Answer"] is None


def test_answers_of_the_copay_and_coverage_workbooks_are_carried_over(tmp_path: Path) -> None:
    cases = pd.DataFrame({"case_number": ["C-000001", "C-000002"], "revision": [3, 1]})
    lists = {
        "copay_worklist": as_contract(cases.reindex(columns=TABLES["copay_worklist"].names), TABLES["copay_worklist"])
    }
    said = {"Answer": "reached", "Answer date": "2026-11-20", "Answered by": "S1", "Note code": "by_phone"}
    folder = write_worklists_folder(tmp_path, "P1", with_typed_cases(tmp_path, "P1", lists))
    book = folder / "copay_cases.xlsx"
    filled(book, book, {"C-000001": said, "C-000002": said}, "Case number")
    moved = lists["copay_worklist"].assign(revision=[3, 2])  # something happened to the second since
    write_worklists_folder(tmp_path, "P1", with_typed_cases(tmp_path, "P1", {"copay_worklist": moved}))
    assert [str(cells(book)[name])[:10] for name in said] == list(said.values())
    assert cells(book, 3)["Answer"] is None

    tasks = coverage_outputs()["coverage_tasks"]
    rows = pd.DataFrame({"task_number": ["T-000001", "T-000002"], "state": ["open", "open"]})
    frames = {name: empty(table) for name, table in coverage_outputs().items()}
    frames["coverage_tasks"] = as_contract(rows.reindex(columns=tasks.names), tasks)
    book = write_coverage_folder(tmp_path, frames) / "coverage_tasks.xlsx"
    told = {"Answer": "covers", "Step": "policy", "Source": "Policy 12", "Valid until": "2027-06-30"}
    filled(book, book, {"T-000001": told, "T-000002": told}, "Task number")
    later = frames["coverage_tasks"].assign(state=["open", "answered"])
    write_coverage_folder(tmp_path, frames | {"coverage_tasks": with_typed_tasks(tmp_path, later)})
    assert [str(cells(book)[name])[:10] for name in told] == list(told.values())
    assert cells(book, 3)["Answer"] is None


def shares(stage: str = "qmb_share_left", *months: str) -> dict[str, pd.DataFrame]:
    table, rows = TABLES["copay_worklist"], pd.DataFrame({"month": months or ("2026-10",)})
    rows = rows.assign(case_number="C-000001", revision=0, stage=stage)
    return {"copay_worklist": as_contract(rows.reindex(columns=table.names), table)}


def test_a_months_share_is_found_though_a_spreadsheet_made_a_day_of_the_month_and_not_once_it_is_done(
    tmp_path: Path,
) -> None:
    folder = write_worklists_folder(tmp_path, "P1", shares())
    (folder / "copay_cases.csv").unlink()
    book = folder / "copay_cases.xlsx"
    said = {"Answer": "Statement blocked", "Answer date": "2026-11-20", "Answered by": "S1", "Month": "2026-10-01"}
    filled(book, book, {"C-000001": said}, "Case number")
    for stage, typed in (("qmb_share_left", True), ("statement_blocked", False)):
        found = with_typed_cases(tmp_path, "P1", shares(stage))["copay_worklist"]
        assert found["answer"].notna().tolist() == [typed]
    assert not list(folder.glob("*.kept*"))


def test_what_has_no_line_any_more_is_kept_beside_unless_it_is_on_record(tmp_path: Path) -> None:
    cases = pd.DataFrame({"case_number": ["C-000001"], "revision": [3]})
    table = TABLES["copay_worklist"]
    lists = {"copay_worklist": as_contract(cases.reindex(columns=table.names), table)}
    folder = write_worklists_folder(tmp_path, "P1", lists)
    book = folder / "copay_cases.xlsx"
    filled(book, book, {"C-000001": {"Answer": "reached", "Answer date": "2026-11-20"}}, "Case number")
    gone = {"copay_worklist": empty(table)}
    with_typed_cases(tmp_path, "P1", gone, {("C-000001", "worklist:3:reached:2026-11-20")})
    assert not list(folder.glob("*.kept*"))
    for number, answer in enumerate(("reached", "voicemail")):
        filled(book, book, {"C-000001": {"Answer": answer}}, "Case number")
        with_typed_cases(tmp_path, "P1", gone)
        with_typed_cases(tmp_path, "P1", gone)
        assert len(list(folder.glob("*.kept*"))) == number + 1, "the same is kept once, and nothing is written over"


def test_an_answer_that_the_case_outran_is_told_to_its_care_manager_and_billing_until_its_file_is_gone(
    tmp_path: Path,
) -> None:
    """One answer of each of two care managers' cases waits in the list; the first case moved meanwhile."""
    place = open_place(str(tmp_path), "sqlite://", None)
    table = TABLES["copay_worklist"]
    cases = pd.DataFrame({"case_number": ["C-000001", "C-000002"], "revision": [3, 1], "patient_id": ["1", "2"]})
    listed = as_contract(cases.reindex(columns=table.names), table)
    folder = write_worklists_folder(tmp_path, "P1", {"copay_worklist": listed})
    said = {"Answer": "reached", "Answer date": "2026-11-20"}
    filled(
        folder / "copay_cases.xlsx", folder / "copay_cases.xlsx", {"C-000001": said, "C-000002": said}, "Case number"
    )
    now = {"copay_worklist": listed.assign(revision=[4, 1])}
    staff = frame(inputs()["staff"], [{"staff_id": one, "email": f"{one}@x.example"} for one in ("S1", "S2")])
    people = pd.DataFrame({"patient_id": ["1", "2"], "care_manager_id": ["S1", "S2"]})
    open_cases = frame(outputs()["copay_cases"], cases.assign(state="open").to_dict("records")).assign(
        escalated_to=None
    )
    none = empty(TABLES["copay_alerts"])

    def told() -> dict[str, str]:
        kept = lists_kept(place, "P1", now, staff)
        messages = compose_outreach("P1", {}, open_cases, none, staff, people, date(2026, 11, 21), None, kept)
        return {message.kind: message.subject + message.text + message.html for message in messages}

    assert told() == {}
    write_worklists_folder(tmp_path, "P1", with_typed_cases(tmp_path, "P1", now))
    found = told()
    assert set(found) == {"outreach", "outreach-S1"}, "what S2 typed stands in the new list"
    for text in found.values():
        assert "worklists/copay_cases.kept.xlsx" in text
        assert "answers of 1 list to look at again" in text
        assert "C-000001" in text
        assert "C-000002" not in text
        assert "co-pay case due" not in text
    (folder / "copay_cases.kept.xlsx").rename(folder / "queries_S2.kept.xlsx")
    assert set(told()) == {"outreach", "outreach-S2"}
    (folder / "queries_S2.kept.xlsx").unlink()
    assert told() == {}


def test_what_the_new_list_cannot_hold_is_kept_beside(tmp_path: Path) -> None:
    folder = write(tmp_path, to_answer(1))
    book = folder / "queries_S1.xlsx"
    filled(book, book, {"Q-000001": TYPED | {"Answer date": "last week"}}, "Query number")
    write(tmp_path, to_answer(1))
    assert cells(folder / "queries_S1.kept.xlsx")["Answer date"] == "last week"
    assert cells(book)["Answer"] == "yes"
    write(tmp_path, {})
    assert sorted(path.name for path in folder.iterdir()) == ["queries_S1.kept.xlsx"]


def test_questions_in_the_list_of_holds_are_carried_over_until_they_are_asked(tmp_path: Path) -> None:
    book = write(tmp_path, {}, held()) / "holds.xlsx"
    filled(book, book, {"C-000001": {"Ask": "note_approved", "Asked by": "B1"}}, "Case number")
    write(tmp_path, {}, held(revision=2))
    assert (cells(book)["Ask"], cells(book)["Revision"]) == ("note_approved", 2)
    write(tmp_path, {}, held(query="Q-000001"))
    assert cells(book)["Ask"] is None
