"""A worklist comes back as spreadsheet programs save it; whatever cannot be used is refused by name."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from config.contract import coverage_outputs, outputs, worklist_outputs
from config.errors import InputError
from tasks.route.determining import DETERMINED
from tasks.route.machine import Move
from tasks.route.readback import TYPED, Answer, read_answers, without_word, worklist_rows
from tasks.route.worklist import letters_due, moves_for, worklist
from tasks.send.workbook import workbook
from tests.route.made import balances as answered
from tests.route.made import claim, frame, stood, tables

TODAY = date(2026, 11, 5)
HEAD = "case_number,revision,option,answer,answer_date,answered_by,note_code"


def written(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_list_that_nobody_filled_in_has_no_answers(tmp_path: Path) -> None:
    made = tables(["medicare_part_b"], [["2026-10-09", "refused"]])
    made["patients"] = made["patients"].assign(last_name="=Doe", first_name="Jamie", phone="555-0142")
    rows = worklist(stood(made, owed=answered(claim())).frame, made["patients"])
    assert rows["case_number"].tolist() == ["C-000001"]
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook(rows, worklist_outputs()["copay_worklist"], "Co-pay cases"))
    assert read_answers(worklist_rows(path)) == []
    assert pd.read_excel(path).iloc[0]["Ask ($)"] == 13.23


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\nC-000001,3,payment_plan,offered,2026-10-20,S1,by_phone\n",
        f"{HEAD.replace(',', ';')}\nC-000001;3;payment_plan;Offered;10/20/2026;S1;By phone\n",
        "\ufeff" + f'{HEAD}\n"C-000001",3,payment_plan,offered,\'2026-10-20,S1,by_phone\n,,,,,,\n',
        "Case number\tRevision\tOption\tAnswer\tAnswer date\tAnswered by\tNote code\n"
        "C-000001\t3\tpayment_plan\toffered\t2026-10-20\tS1\tby_phone\n",
    ],
    ids=["as written", "semicolons and other dates", "mark, quotes, apostrophe, empty line", "tabs and headings"],
)
def test_lists_come_back_in_many_forms(tmp_path: Path, text: str) -> None:
    (answer,) = read_answers(worklist_rows(written(tmp_path, text)))
    assert (answer.line, answer.case_number, answer.answer, answer.note_code) == (2, "C-000001", "offered", "by_phone")
    assert answer.read(TODAY) == (3, date(2026, 10, 20))


def test_a_workbook_may_hold_real_dates_and_numbers(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Case number", "Revision", "Answer", "Answer date", "Answered by"])
    book.active.append(["C-000001", 3.0, "reached", datetime(2026, 10, 20), "S1"])
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "list.xlsx").write_bytes(stream.getvalue())
    (answer,) = read_answers(worklist_rows(tmp_path / "list.xlsx"))
    assert answer.read(TODAY) == (3, date(2026, 10, 20))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"answer": "forgiven"}, "answer: that word is none of reached"),
        ({"note_code": "told her sister Ann"}, "note_code: that is none of by_phone"),
        ({"answered_by": ""}, "say who did it"),
        ({"revision": ""}, "the revision is missing"),
        ({"answer_date": ""}, "say when in answer_date"),
        ({"answer_date": "soon"}, "answer_date is no day"),
        ({"answer_date": "2026-11-06"}, "2026-11-06 is in the future"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(change: dict[str, str], why: str) -> None:
    given = {"case_number": "C-000001", "revision": "3", "option": "", "answer": "reached", "note_code": ""}
    given |= {"answer_date": "2026-10-20", "answered_by": "S1"}
    with pytest.raises(InputError, match=why):
        Answer(2, **(given | change)).read(TODAY)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("letter.csv", b"Dear clinic\n", "it is none of the lists that are handed back; fill in copay_cases.xlsx or"),
        ("part.csv", b"case_number,answer\n", "the columns revision, answer_date, answered_by are missing; fill in"),
        (
            "tasks.csv",
            ",".join(coverage_outputs()["coverage_tasks"].names).encode(),
            r"it is the list of plans to ask \(coverage_tasks\), which ccm coverage import takes; fill in copay_cases",
        ),
        (
            "holds.csv",
            ",".join(worklist_outputs()["holds"].names).encode(),
            r"it is the list of holds to ask about \(holds\), which ccm query import takes; fill in copay_cases",
        ),
        (
            "queries_S1.csv",
            ",".join(worklist_outputs()["query_worklist"].names).encode(),
            r"it is the care manager's list of questions \(queries_<staff>\), which ccm query import takes; fill in",
        ),
        ("bill.csv", ",".join(outputs()["claim_lines"].names).encode(), "it is superbill.csv, which no command takes"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", "no workbook that can be read"),
        ("empty.csv", b"", "the file is empty; fill in"),
        ("quote.csv", f'{HEAD}\nC-1,"3\n'.encode(), "this is no CSV"),
    ],
)
def test_what_is_no_worklist_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=why):
        read_answers(worklist_rows(tmp_path / name))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone.csv: the file cannot be read"):
        read_answers(worklist_rows(tmp_path / "gone.csv"))


@pytest.mark.parametrize("month", ["2026-09", "Sep-26", "2026-09-01", "9/1/2026"])
def test_a_month_is_read_as_a_spreadsheet_program_saves_it(tmp_path: Path, month: str) -> None:
    head = "Case number,Revision,Month,Answer,Answer date,Answered by"
    (tmp_path / "a.csv").write_text(f"{head}\nC-000001,0,{month},blocked,2026-10-20,S1\n", "utf-8")
    (found,) = read_answers(worklist_rows(tmp_path / "a.csv"))
    assert (found.month, found.answer) == ("2026-09", "statement_blocked")


def test_every_answer_of_the_list_stands_for_moves() -> None:
    case = stood(tables(["medicare_part_b"], [["2026-10-09", "refused"]])).cases["C-000001"]
    for answer in worklist_outputs()["copay_worklist"].column("answer").values:
        if answer == DETERMINED:  # its move follows from what was determined
            continue
        moves = moves_for(answer, case, TODAY, "S1", "", "payment_plan", 0, "x")
        assert len({move.source for move in moves}) == len(moves) > 0


@pytest.mark.parametrize("said", ["disputes", "surprised", "asks_to_stop"])
def test_what_a_patient_said_is_an_answer_of_the_list(said: str) -> None:
    made = tables(["medicare_part_b"], [["2026-10-09", "refused"]])
    case = stood(made).cases["C-000001"]
    (move,) = moves_for(said, case, TODAY, "S1", "", "", 0, "x")
    opened = Move("hear", date(2026, 10, 9), "said:2026-10-09:refused", reason="refused")
    found = stood(made, str(TODAY), [opened, move])
    assert found.cases["C-000001"].turns[-1].response == said
    wanted = {"asks_to_stop": "stop_at_month_end"}.get(said, "screen_for_savings_program")
    assert found.frame["option"].item() == wanted


def test_letters_due_name_their_language_and_what_to_do_where_it_is_not_read() -> None:
    made = tables(["medicare_part_b"], [["2026-10-09", "refused"]])
    cases = stood(made).frame

    def of(reads: str | None, *languages: str) -> pd.Series:
        return letters_due(cases, made["patients"].assign(language=reads), languages).iloc[0]

    assert (of("Spanish", "en", "es")["language"], pd.isna(of("es", "en", "es")["language_note"])) == ("es", True)
    assert "interpreter" in of("vi", "en", "es")["language_note"]
    assert "add es to letters.languages" in of("es", "en")["language_note"]
    assert pd.isna(letters_due(cases, made["patients"].drop(columns="language"), ("en",)).iloc[0]["language_note"])


def test_the_list_has_no_closed_case() -> None:
    made = tables(["medicare_part_b"], [["2026-10-05", "refused"], ["2026-10-09", "agreed"]])
    assert worklist(stood(made).frame, made["patients"]).empty
    assert frame(worklist_outputs()["copay_worklist"], []).empty


def test_a_line_with_something_typed_and_no_answer_is_named(tmp_path: Path) -> None:
    lines = ["C-000001,1,explain_the_share,,2026-10-20,S1,", "C-000002,1,explain_the_share,,,,",
             "C-000003,1,explain_the_share,reached,2026-10-20,S1,"]  # fmt: skip
    rows = worklist_rows(written(tmp_path, "\n".join([HEAD, *lines])))
    said = "passed over: answer_date, answered_by filled in, and answer is empty; write it."
    assert without_word(rows, "answer", TYPED) == [(2, said)]
