"""What an output folder or a database gets that cannot be used: one clear sentence, and the old month stays."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from config.errors import PlaceError
from flows.monthly_cycle import monthly_cycle
from tests.flows.refusal import MONTH, edit, refused

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_output_folder_that_is_a_file(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("in the way")
    refused(PlaceError, "choose another --out", source, tmp_path)
    assert out.read_text() == "in the way"


def test_database_in_a_missing_folder(source: Path, tmp_path: Path) -> None:
    refused(PlaceError, "no/such/folder", source, tmp_path, database=f"sqlite:///{tmp_path}/no/such/folder/ccm.db")


def test_database_that_does_not_answer_keeps_its_password(source: Path, tmp_path: Path) -> None:
    url = "postgresql+psycopg://ccm:secret@127.0.0.1:1/ccm"
    with pytest.raises(PlaceError) as caught:
        monthly_cycle(month=MONTH, source=str(source), out=str(tmp_path / "out"), database=url)
    assert "secret" not in str(caught.value)


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
