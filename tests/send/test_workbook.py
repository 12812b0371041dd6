"""A table as a workbook: what a biller sees in a spreadsheet, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from config.contract import answer_outputs, claim_outputs, coverage_outputs, outputs, worklist_outputs
from config.frames import as_contract
from config.worklist_answers import worklist_answers
from tasks.route.readback import read_answers, worklist_rows
from tasks.send.workbook import label, workbook
from tasks.send.worklists_folder import how_to_answer

TABLE = outputs()["claim_lines"]


def cells(**row: Any) -> tuple[dict[str, Any], Any]:
    content = workbook(as_contract(pd.DataFrame([row]), TABLE), TABLE, "Superbill")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    head, line = list(sheet.iter_rows())
    return dict(zip(TABLE.names, line, strict=True)), (sheet, [cell.value for cell in head])


def test_columns_have_headings_that_are_read() -> None:
    _, (sheet, head) = cells(code="99490")
    assert {"Case number", "Payer ID", "Rendering NPI", "Expected ($)", "Service date"} <= set(head)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:AE2")
    assert label("coinsurance_cents") == "Coinsurance ($)"


def test_codes_are_text_dates_dates_and_money_dollars() -> None:
    day = pd.Timestamp("2026-10-13")
    found, _ = cells(code="99490", place_of_service="02", units=2, service_date=day, expected_cents=6613)
    assert (found["code"].value, found["code"].data_type) == ("99490", "s")
    assert found["place_of_service"].value == "02"
    assert found["units"].value == 2
    assert found["service_date"].value == day.to_pydatetime()
    assert found["service_date"].is_date
    assert (found["expected_cents"].value, found["expected_cents"].number_format) == (66.13, "#,##0.00")
    assert found["coinsurance_cents"].value is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "\x01a\x0b", "x" * 40_000])
def test_no_text_is_a_formula(text: str) -> None:
    found, _ = cells(last_name=text)
    assert found["last_name"].data_type == "s"
    assert len(found["last_name"].value) <= 32_767
    if text.isprintable() and len(text) < 100:
        assert found["last_name"].value == text


WORKLIST = worklist_outputs()["copay_worklist"]


def filled(rows: int = 2) -> bytes:
    frame = pd.DataFrame([{"case_number": f"C-00000{n}", "revision": 1, "last_name": "=1+1"} for n in range(rows)])
    return workbook(as_contract(frame, WORKLIST), WORKLIST, "Co-pay cases", how_to_answer())


def test_answer_columns_have_their_words_to_choose_from_and_say_what_they_take() -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled()))
    assert book.sheetnames == ["Co-pay cases", "How to answer"]
    page, guide = book.worksheets
    heads = {cell.value: cell.column_letter for cell in page[1]}
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    for name in ("answer", "note_code"):
        rule = rules[f"{heads[label(name)]}2:{heads[label(name)]}3"]
        assert rule.type == "list"
        sheet, _, cells = rule.formula1.partition("!")
        assert sheet == "'How to answer'"
        assert [row[0].value for row in guide[cells.replace("$", "")]] == list(WORKLIST.column(name).values)
    assert rules[f"{heads['Answer date']}2:{heads['Answer date']}3"].type == "date"
    assert {rule.prompt for rule in rules.values()} == {one.takes for one in worklist_answers().columns}
    said = {row[0].value: [cell.value for cell in row] for row in guide.iter_rows()}
    assert said["voicemail"][2].startswith("Counts as an attempt")
    assert "left message" in said["voicemail"][2]
    assert said["Answered by"][1].startswith("Who did it, by staff identifier")
    colours = {cell.value: cell.fill.fgColor.rgb for cell in page[1]}
    assert {name for name, colour in colours.items() if colour != colours["Case number"]} == {
        label(one.column) for one in worklist_answers().columns
    }
    for sheet in book:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}


def test_a_list_is_filled_in_by_hand_and_read_back_in_many_words(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(4)))
    page = book.worksheets[0]
    heads = {cell.value: cell.column for cell in page[1]}
    told = [("Left message", "Phone"), ("No-answer", "by telephone"), ("CAN'T PAY", "In person"), ("reached", "")]
    for row, (answer, note) in enumerate(told, start=2):
        values = {"Answer": answer, "Note code": note, "Answer date": datetime(2026, 10, 20), "Answered by": "S1"}
        for name, value in values.items():
            page.cell(row, heads[name]).value = value
    book.save(tmp_path / "list.xlsx")
    found = read_answers(worklist_rows(tmp_path / "list.xlsx"))
    assert [(one.answer, one.note_code) for one in found] == [
        ("voicemail", "by_phone"), ("no_answer", "by_phone"), ("cannot_pay", "in_person"), ("reached", "")
    ]  # fmt: skip
    assert {one.read(date(2026, 11, 1)) for one in found} == {(1, date(2026, 10, 20))}


def test_an_empty_list_has_nothing_to_choose() -> None:
    empty = workbook(as_contract(pd.DataFrame(), WORKLIST), WORKLIST, "Co-pay cases", how_to_answer())
    assert openpyxl.load_workbook(io.BytesIO(empty)).sheetnames == ["Co-pay cases"]
    assert filled() == filled()


def test_the_same_rows_are_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = as_contract(pd.DataFrame([{"code": "99490"}]), TABLE)
    first = workbook(frame, TABLE, "Superbill")
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 1, 1, 1, 1, 1, 0, 1, 0))
    assert workbook(frame, TABLE, "Superbill") == first
    assert b"2026" not in first


SHEETS = outputs() | worklist_outputs() | claim_outputs() | answer_outputs() | coverage_outputs()


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("rows", [0, 1])
def test_every_table_as_a_workbook_has_a_frozen_header_and_a_filter(name: str, rows: int) -> None:
    table = SHEETS[name]
    frame = as_contract(pd.DataFrame([{}] * rows, columns=table.names), table)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(frame, table, "Sheet"))).worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{get_column_letter(len(table.columns))}{rows + 1}"
    assert [cell.value for cell in sheet[1]] == [label(column) for column in table.names]


def test_no_other_place_writes_a_workbook() -> None:
    root = Path(__file__).parents[2]
    sources = [
        path for folder in ("config", "expectations", "tasks", "flows") for path in (root / folder).rglob("*.py")
    ]
    writers = {path.name for path in sources if re.search(r"\bWorkbook\(|to_excel|xlsxwriter", path.read_text("utf-8"))}
    assert writers == {"workbook.py"}
