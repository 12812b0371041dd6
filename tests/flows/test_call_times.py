"""A call recorded by its day alone goes in and is asked about by name, by command and by list alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from click.testing import Result
from openpyxl import Workbook, load_workbook

from config.contract import worklist_outputs
from config.errors import InputError
from config.frames import as_contract
from config.month import EASTERN
from flows.typed_worklists import with_typed_cases
from tasks.route.calls import NO_TIME
from tasks.route.readback import read_answers, worklist_rows
from tasks.send.worklists_folder import write_worklists_folder
from tests.flows.test_case_command import NUMBER, practice

pytestmark = pytest.mark.slow

__all__ = ["practice"]
HEAD = ["case_number", "revision", "option", "answer", "answer_date", "answered_by", "note_code"]
NOT_CHECKED = "time not recorded: quiet hours not checked"


@pytest.fixture
def ccm(practice: Callable[..., Callable[..., Result]]) -> Callable[..., Result]:
    return practice()


def refused(result: Result) -> str:
    assert isinstance(result.exception, InputError), result.output
    return str(result.exception)


def shown(ccm: Callable[..., Result]) -> str:
    return " ".join(ccm("case", NUMBER).output.replace("│", " ").split())


def test_a_call_without_its_time_is_recorded_asked_about_and_shown_until_the_time_is_given(ccm) -> None:
    called = ("case", NUMBER, "attempted", "--by", "S1", "--note", "by_phone", "--date")
    said = ccm(*called, "2025-10-13").output
    assert f"{NUMBER}: {NO_TIME}; give it: ccm case {NUMBER} timed --by S1 --date '2025-10-13 HH:MM'" in said
    assert "not checked" in shown(ccm)
    timed = ("case", NUMBER, "timed", "--by", "S1", "--date")
    assert "with its time" in refused(ccm(*timed, "2025-10-13"))
    assert "with its time" in refused(ccm(*timed[:-1]))
    assert "no call of 2025-10-14 waits for its time" in refused(ccm(*timed, "2025-10-14 14:30"))
    assert ccm(*timed, "2025-10-13 14:30").exit_code == 0
    assert "14:30" in shown(ccm)
    assert "not checked" not in shown(ccm)
    assert "no call of 2025-10-13 waits for its time" in refused(ccm(*timed, "2025-10-13 15:00"))


def test_a_time_in_quiet_hours_that_is_given_later_is_kept_and_shown(ccm) -> None:
    assert ccm("case", NUMBER, "contacted", "--by", "S1", "--date", "2025-10-13").exit_code == 0
    assert ccm("case", NUMBER, "timed", "--by", "S1", "--date", "2025-10-13 22:15").exit_code == 0
    assert "22:15, in" in shown(ccm)


def test_a_time_that_is_told_with_the_call_is_judged_and_kept(ccm) -> None:
    called = ("case", NUMBER, "contacted", "--by", "S1", "--date")
    assert "it is 07:59 where the patient lives" in refused(ccm(*called, "2025-10-13 07:59"))
    assert "2025-10-12 is a Sunday, on which nobody is called" in refused(ccm(*called, "2025-10-12"))
    assert "2025-10-12 is a Sunday" in refused(ccm(*called, "2025-10-12 14:30"))
    said = ccm(*called, "2025-10-13 08:00").output
    assert NO_TIME not in said
    assert "08:00" in shown(ccm)


def test_a_call_that_is_still_to_come_is_none(ccm, tmp_path: Path) -> None:
    """In two minutes, which may be tomorrow."""
    soon = f"{datetime.now(ZoneInfo(EASTERN)) + timedelta(minutes=2):%Y-%m-%d %H:%M}"
    for note in ("by_phone", "in_person"):
        said = refused(ccm("case", NUMBER, "contacted", "--by", "S1", "--note", note, "--date", soon))
        assert "is in the future; correct --date" in said
        result = ccm("cases", "import", str(written(tmp_path, "csv", soon, "reached", note)))
        assert "is in the future; correct answer_date" in result.output


def test_a_letter_needs_no_time(ccm) -> None:
    said = ccm("case", NUMBER, "contacted", "--by", "S1", "--date", "2025-10-12", "--note", "by_letter").output
    assert NO_TIME not in said
    assert "not checked" not in shown(ccm)


def written(folder: Path, form: str, when: str, answer: str = "no_answer", note: str = "by_phone") -> Path:
    """A list of one line, as a spreadsheet program saves it."""
    line = [NUMBER, "1", "", answer, when, "S1", note]
    path = folder / f"list.{form}"
    if form == "csv":
        path.write_text(",".join(HEAD) + "\n" + ",".join(line) + "\n", "utf-8")
        return path
    book = Workbook()
    book.active.append(HEAD)
    book.active.append([*line[:4], datetime.fromisoformat(when), *line[5:]])
    book.save(path)
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_asks_for_the_time_by_line_and_takes_it_when_it_is_handed_in_again(
    ccm, tmp_path: Path, form: str
) -> None:
    def said(when: str) -> str:
        result = ccm("cases", "import", str(written(tmp_path, form, when)))
        assert result.exit_code == 0, result.output
        return result.output

    asked = f"list.{form}, line 2, {NUMBER}: {NO_TIME}; write answer_date as YYYY-MM-DD HH:MM"
    first = said("2025-10-13")
    assert asked in first
    assert "1 answer taken, 0 were there already, 0 refused." in first
    again = said("2025-10-13")
    assert asked in again
    assert "0 answers taken, 1 were there already, 0 refused." in again
    assert "not checked" in shown(ccm)
    timed = said("2025-10-13 14:30")
    assert NO_TIME not in timed
    assert "1 answer taken" in timed
    assert "0 answers taken, 1 were there already" in said("2025-10-13 14:30")
    assert "14:30" in shown(ccm)
    assert "not checked" not in shown(ccm)


@pytest.mark.parametrize("cell", ["2025-10-13 14:30", datetime(2025, 10, 13, 14, 30)])
def test_a_time_that_was_typed_and_not_taken_in_stands_in_the_list_that_takes_its_place(
    tmp_path: Path, cell: object
) -> None:
    table = worklist_outputs()["copay_worklist"]
    cases = pd.DataFrame({"case_number": [NUMBER], "revision": [1]})
    lists = {"copay_worklist": as_contract(cases.reindex(columns=table.names), table)}
    book = write_worklists_folder(tmp_path, "P1", lists) / "copay_cases.xlsx"
    opened = load_workbook(book)
    head = {one.value: one.column for one in opened.active[1]}
    for heading, value in {"Answer": "no_answer", "Answer date": cell, "Answered by": "S1"}.items():
        opened.active.cell(2, head[heading]).value = value
    opened.save(book)
    for _ in range(2):
        write_worklists_folder(tmp_path, "P1", with_typed_cases(tmp_path, "P1", lists))
    for path in (book, book.with_suffix(".csv")):
        (answer,) = read_answers(worklist_rows(path))
        assert answer.moment("America/New_York") == datetime(2025, 10, 13, 18, 30, tzinfo=UTC), path.name
    assert not list(book.parent.glob("*.kept*"))


@pytest.mark.parametrize(
    ("when", "note", "why"),
    [
        (
            "2025-10-12",
            "",
            "2025-10-12 is a Sunday, on which nobody is called; correct answer_date, or say",
        ),
        ("2025-10-13 22:00", "by_phone", "it is 22:00 where the patient lives"),
        ("10/13/2025 7:00", "by_phone", "it is 07:00 where the patient lives"),
    ],
)
def test_a_list_is_refused_as_the_command_is(ccm, tmp_path: Path, when: str, note: str, why: str) -> None:
    result = ccm("cases", "import", str(written(tmp_path, "csv", when, "reached", note)))
    assert f"list.csv, line 2, {NUMBER}: {why}" in result.output
    assert "--" not in result.output
    assert result.exit_code == InputError.exit_code
    assert "contact" not in shown(ccm)
