"""What an output folder or a database gets that cannot be used: one clear sentence, and the old month stays."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from prefect.exceptions import ParameterTypeError

from config.errors import InputError, PlaceError
from flows.monthly_cycle import monthly_cycle
from tasks.store.step import open_place
from tests.flows.refusal import MONTH, edit, refused

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]  # a Prefect server starts for them


def test_output_folder_that_is_a_file(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("in the way")
    refused(PlaceError, "choose another --out", source, tmp_path)
    assert out.read_text() == "in the way"


def test_database_in_a_missing_folder(source: Path, tmp_path: Path) -> None:
    refused(PlaceError, "no/such/folder", source, tmp_path, database=f"sqlite:///{tmp_path}/no/such/folder/ccm.db")


def test_a_database_is_named_by_its_variable_and_keeps_its_password(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://ccm:secret@127.0.0.1:1/ccm"
    monkeypatch.setenv("CCM_ELSEWHERE", url)
    refused(PlaceError, "127.0.0.1:1/ccm", source, tmp_path, database="env:CCM_ELSEWHERE")
    with pytest.raises(PlaceError) as caught:
        open_place(str(tmp_path / "out"), "env:CCM_ELSEWHERE", None)
    assert "secret" not in str(caught.value)
    refused(InputError, "CCM_NOWHERE is not set", source, tmp_path, database="env:CCM_NOWHERE")
    with pytest.raises(ParameterTypeError):
        monthly_cycle(month=MONTH, source=str(source), out=str(tmp_path / "out"), database=url)


@pytest.mark.slow
def test_locked_database(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCM_DATABASE_WAIT_SECONDS", "0.5")
    out = tmp_path / "out"
    monthly_cycle(month=MONTH, source=str(source), out=str(out))
    edit(source, "visits", lambda rows: rows.clear())
    before = (out / "P1" / MONTH / "decisions.csv").read_bytes()
    with sqlite3.connect(out / "ccm.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PlaceError, match=r"locked|busy"):
            monthly_cycle(month=MONTH, source=str(source), out=str(out))
    assert (out / "P1" / MONTH / "decisions.csv").read_bytes() == before
