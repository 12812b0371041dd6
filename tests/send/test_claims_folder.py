"""The superbill's workbook: the lines that billing keys, and on a second sheet what is held of them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from config.contract import claim_outputs, outputs
from config.frames import as_contract, empty
from tasks.send.claims_folder import write_claims_folder


def test_what_is_held_stands_on_a_second_sheet_with_cause_fix_owner_and_day(tmp_path: Path) -> None:
    line = {"case_number": "C-000001", "code": "99491", "modifiers": "59", "service_date": pd.Timestamp(2026, 10, 12)}
    superbill = as_contract(pd.DataFrame([line]), outputs()["claim_lines"])
    hold = {"case_number": "C-000002", "need": "edit_needs_modifier", "words": "=1+1", "fix": "ccm modifier"}
    hold |= {"owner": "billing", "due_date": pd.Timestamp(2027, 10, 12), "expected_cents": 8918, "payer_order": 1}
    holds = as_contract(pd.DataFrame([hold]), claim_outputs()["claim_holds"])
    folder = write_claims_folder(tmp_path / "claims", {}, {"claim_holds": holds}, superbill)
    content = (folder / "superbill.xlsx").read_bytes()
    book = openpyxl.load_workbook(folder / "superbill.xlsx")
    assert "C-000001" in (folder / "superbill.csv").read_text("utf-8"), "as it is now, whenever the month was decided"
    assert book.sheetnames == ["Superbill", "Held"]
    assert book["Held"].auto_filter.ref == "A1:O2"
    head, row = ([cell.value for cell in cells] for cells in book["Held"].iter_rows())
    told = dict(zip(head, row, strict=True))
    assert (told["Case number"], told["Need"], told["Fix"], told["Owner"]) == (
        *("C-000002", "edit_needs_modifier", "ccm modifier", "billing"),
    )
    assert f"{told['Due date']:%Y-%m-%d}" == "2027-10-12"
    assert told["Expected ($)"] == 89.18
    words = next(cell for cell in book["Held"][2] if cell.value == "=1+1")
    assert words.data_type == "s", "text is text where it begins like a formula"
    (_, first) = book["Superbill"].iter_rows(values_only=True)
    assert {"C-000001", "99491", "59"} <= set(first)
    write_claims_folder(tmp_path / "claims", {}, {"claim_holds": holds}, superbill)
    assert (folder / "superbill.xlsx").read_bytes() == content


def test_the_folder_is_called_as_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_claims_folder(Path("claims"), {"a.x12": b"1"}, {}, empty(outputs()["claim_lines"])) == Path("claims")
    assert (tmp_path / "claims" / "a.x12").read_bytes() == b"1"
