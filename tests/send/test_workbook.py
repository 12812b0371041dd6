"""A table as a workbook: what a biller sees in a spreadsheet, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pandas as pd
import pytest

from config.contract import outputs
from config.frames import as_contract
from tasks.send.workbook import label, workbook

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
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:AD2")
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


def test_the_same_rows_are_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = as_contract(pd.DataFrame([{"code": "99490"}]), TABLE)
    first = workbook(frame, TABLE, "Superbill")
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 1, 1, 1, 1, 1, 0, 1, 0))
    assert workbook(frame, TABLE, "Superbill") == first
    assert b"2026" not in first
