"""Answers as they were typed, and those of a list that came back: what cannot be is refused, the rest goes in."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from config.contract import coverage_outputs, worklist_outputs
from config.errors import InputError
from config.frames import as_contract
from config.identities import Identities
from config.payer_questions import questions
from config.worklist_answers import worklist_answers
from tasks.cover import lists
from tasks.cover.record import DAYS, IN_LIST, NEEDED, READ, Taken, take_in, written
from tasks.route.readback import filled_rows
from tasks.send.coverage_folder import write_coverage_folder
from tasks.send.workbook import label, workbook
from tasks.store import coverage as stored
from tests.cover.test_tasks import ACORN, RIVER, SAID, TODAY, answers, asks
from tests.store.months import knows

pytestmark = pytest.mark.slow

TABLE = coverage_outputs()["coverage_tasks"]
NOBODY = stored.Asked("unknown|C-000007|", "unknown", "", "", "C-000007", "no_coverage")
TOLD = {"answer": "covers", "step": "policy", "source": "Policy 12 of 2026", "reference_number": ""}
GIVEN = TOLD | {"answer_date": "2026-10-20", "answered_by": "kim"}


@pytest.mark.parametrize(
    ("told", "by", "days", "said"),
    [
        ({"source": " x "}, "kim", (None, None, None), "^--source: say where it stands"),
        ({}, " ", (None, None, None), "^--by: say who"),
        ({}, "kim", (dt.date(2999, 1, 1), None, None), "yet to come; correct --on"),
        ({}, "kim", (dt.date(2020, 1, 1), None, None), "The answer held until 2021-01-01"),
        ({}, "kim", (None, dt.date(2999, 1, 1), None), "before it begins .* --since or --until"),
    ],
)
def test_what_is_wrong_is_named_as_it_was_typed(told: dict[str, str], by: str, days: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        written(TOLD | told, by, *days, TODAY, Identities())
    with pytest.raises(InputError) as caught:
        written(TOLD | told, by, *days, TODAY, Identities(), IN_LIST)
    assert "--" not in str(caught.value)


def listed(store: Any, *plans: stored.Asked) -> pd.DataFrame:
    """The list of the tasks of these plans, as the month's folder has it."""
    asks(store, *plans)
    with store.reading() as connection:
        tasks = stored.tasks_of(connection, "P1")
    mine = pd.DataFrame({"plan_key": [one.plan_key for one in plans], "patient_id": ["P1"] * len(plans)})
    nobody = pd.DataFrame({"case_number": [one.plan for one in plans if one.payer_kind == "unknown"]})
    return lists.worklist(
        mine.assign(asks=True, place=1, codes="", codes_not_covered="", bill=""), nobody, tasks, questions()
    )


def came_back(folder: Path, frame: pd.DataFrame, filled: dict[int, dict[str, Any]], more: int = 0) -> Path:
    """The workbook with these cells filled in by row of the list, the last line `more` times again."""
    book = load_workbook(BytesIO(workbook(frame, TABLE, "Plans to ask")))
    sheet = book.worksheets[0]
    for row, cells in filled.items():
        for name, value in cells.items():
            sheet.cell(row + 2, TABLE.names.index(name) + 1, value)
    last = [cell.value for cell in sheet[sheet.max_row]]
    for _ in range(more):
        sheet.append(last)
    path = folder / "coverage_tasks.xlsx"
    book.save(path)
    return path


def taken(store: Any, path: Path, practice: str | None = None) -> list[Taken]:
    return take_in(store, filled_rows(path, READ, NEEDED, "the list", "x.xlsx", DAYS), practice, TODAY)


def states(found: list[Taken]) -> list[tuple[int, str]]:
    return [(one.line, one.state) for one in found]


def test_a_list_is_taken_in_once(store: Any, tmp_path: Path) -> None:
    path = came_back(tmp_path, listed(store, ACORN, RIVER), {0: GIVEN | {"answer_date": dt.datetime(2026, 10, 20)}})
    assert states(taken(store, path)) == [(2, "taken")]
    assert states(taken(store, path)) == [(2, "known")]
    with store.reading() as connection:
        (found,) = stored.latest_answers(connection, "P1").values()
    assert (found["answer"], found["answered_by"], found["confidence"]) == ("covers", "kim", "primary")
    assert (found["answered_date"], found["valid_until"]) == (dt.date(2026, 10, 20), dt.date(2027, 10, 20))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"answer": "perhaps"}, "answer: write one of covers, does_not"),
        ({"step": ""}, "step: write one of"),
        ({"source": "x"}, "source: say where it stands"),
        ({"answered_by": ""}, "answered_by: say who"),
        ({"answer_date": "soon"}, "answer_date: that is no day"),
        ({"answer_date": ""}, "answer_date: say when"),
        ({"valid_until": "2026-10-01", "holds_from": "2026-10-02"}, "before it begins .* holds_from or valid_until"),
        (
            {"takes_coinsurance": "some"},
            "takes_coinsurance: write one of all, 75%, 50%, part, none, unknown",
        ),
        ({"task_number": "T-000099"}, "no verification task T-000099"),
        ({"task_number": "12"}, "is no verification task"),
        ({"plan": "H9999-001"}, "names another plan"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_the_other_goes_in(
    store: Any, tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    path = came_back(tmp_path, listed(store, ACORN, RIVER), {0: GIVEN | cells, 1: GIVEN | {"answer": "does not"}})
    first, second = taken(store, path)
    assert (first.state, second.state) == ("refused", "taken")
    with pytest.raises(InputError, match=said):
        raise InputError(first.why)


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("source", "Cora Pine's card", "name"),
        ("reference_number", "MRN 7654321", "record or member number"),
        ("note", "asked for somebody born 5/6/1941", "birth date"),
        ("answered_by", "Pine, Cora", "name"),
    ],
)
def test_a_patient_in_a_text_is_refused_by_line_and_the_other_goes_in(
    store: Any, tmp_path: Path, column: str, text: str, kind: str
) -> None:
    knows(store)
    path = came_back(tmp_path, listed(store, ACORN, RIVER), {0: GIVEN | {column: text}, 1: GIVEN})
    first, second = taken(store, path)
    assert (first.state, second.state) == ("refused", "taken")
    assert first.why.startswith(f"{column}: a patient's {kind} stands in the text")
    assert not [word for word in ("Cora", "Pine", "7654321", "1941") if word in first.why]


def test_who_pays_is_not_answered_by_a_list(store: Any, tmp_path: Path) -> None:
    (found,) = taken(store, came_back(tmp_path, listed(store, NOBODY), {0: GIVEN}))
    assert "asks who pays for C-000007" in found.why


def test_a_stale_list_is_refused_by_line(store: Any, tmp_path: Path) -> None:
    path = came_back(tmp_path, listed(store, ACORN), {0: GIVEN | {"answer": "does_not"}})
    answers(store, 1, SAID)
    (found,) = taken(store, path)
    assert found.state == "refused"
    assert "stale: the task is answered covers on 2026-10-20" in found.why


def test_two_lines_that_contradict_are_refused_both(store: Any, tmp_path: Path) -> None:
    frame = listed(store, ACORN)
    twice = pd.concat([frame, frame], ignore_index=True)
    path = came_back(tmp_path, twice, {0: GIVEN, 1: GIVEN | {"answer": "does_not"}})
    assert states(taken(store, path)) == [(2, "refused"), (3, "refused")]
    path = came_back(tmp_path, frame, {0: GIVEN}, more=1)
    assert states(taken(store, path)) == [(2, "taken"), (3, "known")]


def test_the_list_as_it_was_written_comes_back_in_many_words(store: Any, tmp_path: Path) -> None:
    frames = {name: as_contract(pd.DataFrame(), table) for name, table in coverage_outputs().items()}
    folder = write_coverage_folder(tmp_path, frames | {"coverage_tasks": listed(store, ACORN, RIVER)})
    book = load_workbook(folder / "coverage_tasks.xlsx")
    page, guide = book.worksheets
    assert (page.title, guide.title) == ("Plans to ask", "How to answer")
    heads = {cell.value: cell for cell in page[1]}
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    for name in ("answer", "step", "authorization", "takes_coinsurance", "takes_deductible", "patient_owes"):
        letter = heads[label(name)].column_letter
        _, _, cells = rules[f"{letter}2:{letter}3"].formula1.partition("!")
        assert [row[0].value for row in guide[cells.replace("$", "")]] == list(TABLE.column(name).values)
    assert {one.takes for one in worklist_answers().coverage.columns} == {rule.prompt for rule in rules.values()}
    told = {"answer": "Not covered", "step": "medical policy", "source": "Policy 12", "answered_by": "kim"}
    told |= {"answer_date": dt.datetime(2026, 10, 20), "authorization": "Not required", "takes_coinsurance": "100%"}
    for name, value in told.items():
        page.cell(2, heads[label(name)].column).value = value
    book.save(tmp_path / "back.xlsx")
    text = pd.read_csv(folder / "coverage_tasks.csv", dtype="str", keep_default_na=False)
    text.loc[1, list(told)] = [str(value)[:10] if "date" in name else value for name, value in told.items()]
    text.to_csv(tmp_path / "back.csv", index=False)
    for name, line in (("back.xlsx", 2), ("back.csv", 3)):
        assert states(taken(store, tmp_path / name)) == [(line, "taken")]
        assert states(taken(store, tmp_path / name)) == [(line, "known")]
    with store.reading() as connection:
        found = stored.latest_answers(connection, "P1").values()
    assert [(one["answer"], one["step"], one["needs_authorization"], one["takes_coinsurance"]) for one in found] == [
        ("does_not", "policy", False, "all")
    ] * 2


def test_what_is_no_such_list_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("task_number,answer\nT-000001,covers\n", "utf-8")
    with pytest.raises(InputError, match="the columns step, source, answer_date, answered_by are missing"):
        filled_rows(path, READ, NEEDED, "the list", "coverage_tasks.xlsx")
    path.write_text(",".join(worklist_outputs()["copay_worklist"].names), "utf-8")
    with pytest.raises(InputError, match=r"worklist of co-pay cases \(copay_cases\), which ccm cases import takes"):
        filled_rows(path, READ, NEEDED, "the list", "coverage_tasks.xlsx")
