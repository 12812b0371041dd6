"""The flow of remittances: files in, lists out; run again it changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from prefect.artifacts import Artifact
from typer.testing import CliRunner

from config.contract import answer_outputs
from config.errors import LOOK_AT_IT
from tasks.store import open_store
from tests.remit.answers import answer, paid
from tests.remit.billed import bill, bill_as_answered
from tests.remit.test_samples import FIXTURES, file

SAMPLE = "every_kind_with_withholding"


@pytest.mark.slow
def test_a_watched_folder_becomes_lists_for_billing(prefect_server: None, tmp_path: Path) -> None:
    from flows.remittance import remittance

    out, folder = tmp_path / "out", tmp_path / "payers"
    (folder / "in").mkdir(parents=True)
    out.mkdir()
    store = open_store(f"sqlite:///{out / 'ccm.db'}")
    bill_as_answered(store, file(SAMPLE))
    store.close()
    for name in (SAMPLE, "third_payer_shifted_elements"):
        shutil.copy(FIXTURES / f"{name}.835", folder / "in")
    (folder / "in" / "letter.txt").write_text("Dear clinic")

    told = remittance(folder=str(folder), out=str(out))
    assert [(one["file_name"], one["state"]) for one in told["files"]] == [
        (f"{SAMPLE}.835", "posted"),
        ("letter.txt", "quarantined"),
        ("third_payer_shifted_elements.835", "posted_in_part"),
    ]
    answers = out / "P1" / "answers"
    assert ("claims answered", "18") in told["answered"]["P1"]
    assert "18 claims answered" in (answers / "answers.html").read_text()
    artifact = Artifact.get("answers-p1")
    assert artifact is not None
    assert "| claims answered | 18 |" in str(artifact.data)
    lists = {
        name: pd.read_csv(answers / table.file)
        for name, table in answer_outputs().items()
        if name not in ("overpayments", "record_requests", "withheld")  # written where there are any
    }
    assert [list(lists[name]) == table.names for name, table in answer_outputs().items() if name in lists] == [True] * 4
    assert len(lists["denials"]) == 12
    assert len(lists["claim_balances"]) == 18
    assert (lists["claim_balances"]["open_cents"] == 0).all()
    sheet = load_workbook(answers / "denials.xlsx").active
    assert (sheet.max_row, sheet.freeze_panes) == (13, "B2")
    held = pd.read_csv(out / "suspense.csv")
    assert held["reason"].tolist() == ["out_of_balance: 97821.25"]

    before = {path.name: path.read_bytes() for path in answers.iterdir()}
    again = remittance(folder=str(folder), out=str(out))
    assert again["files"] == []
    assert {path.name: path.read_bytes() for path in answers.iterdir()} == before
    whole = str(told) + str(artifact.data) + (answers / "answers.html").read_text()
    whole += "".join(path.read_text() for path in answers.glob("*.csv"))
    assert not any(name in whole for name in ("HALVORSEN", "INGRID", "OKAFOR"))


@pytest.mark.slow
@pytest.mark.parametrize(("cents", "code"), [("47.42", 0), ("50.00", LOOK_AT_IT)])
def test_a_payment_that_does_not_tie_is_posted_and_the_exit_code_says_so(
    prefect_server: None, tmp_path: Path, cents: str, code: int
) -> None:
    from flows.cli import app

    store = open_store(f"sqlite:///{tmp_path / 'ccm.db'}")
    bill(store, ("C1", "99490"))
    store.close()
    sent = tmp_path / "a.835"
    sent.write_bytes(answer(paid("C1"), cents))
    result = CliRunner().invoke(app, ["remit", str(sent), "--out", str(tmp_path)])
    assert result.exit_code == code, result.output
    assert ("differs by" in result.output) == (code != 0)
    assert "posted" in result.output
    again = CliRunner().invoke(app, ["remit", str(sent), "--out", str(tmp_path)])
    assert (again.exit_code, "repeated" in again.output) == (0, True), "it was told once"
