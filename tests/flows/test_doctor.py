"""`ccm doctor`: fine where all is well, and a remedy for each thing that is broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows import doctor
from flows.deployments import Places
from flows.doctor import FAILS, FINE, LOOK, examine
from tasks.store.store import open_store

CLEAR = ["PREFECT_API_URL", "CCM_SMTP_HOST", "CCM_SOURCE_URL", "CCM_WORKBOOK_PASSWORD"]


@pytest.fixture
def places(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    for name in CLEAR:
        monkeypatch.delenv(name, raising=False)
    out = tmp_path / "out"
    out.mkdir(mode=0o750)
    settings = tmp_path / "settings.yaml"
    settings.write_text("practices:\n  P1:\n    messages: {operations: ops@maple.example}\n")
    return Places(str(clean), out, str(settings))


def found(places: Places, database: str = "") -> dict[str, tuple[str, str]]:
    address = database or f"sqlite:///{places.out / 'ccm.db'}"
    return {one.what: (one.state, one.words) for one in examine(places, address)}


def test_a_whole_installation_is_fine_and_a_server_that_does_not_run_is_said(places: Places) -> None:
    open_store(f"sqlite:///{places.out / 'ccm.db'}")
    told = found(places)
    server = told.pop("prefect server")
    assert (server[0], "not running" in server[1], "`ccm up`" in server[1]) == (LOOK, True, True)
    assert told.pop("mail")[0] == LOOK
    assert {what: state for what, (state, _) in told.items() if what != "disk"} == dict.fromkeys(
        ["python", "packages", "settings", "source", "results folder", "log", "database", "rulebook"], FINE
    )


def test_each_broken_thing_says_its_remedy(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("CCM_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("CCM_SMTP_PORT", "9")
    monkeypatch.setattr(doctor, "TOO_LITTLE", 10**18)
    monkeypatch.setattr(doctor, "_installed", lambda _name: "")
    Path(places.settings).write_text("practices:\n  P1:\n    watch: {panel: many}\n")
    told = found(Places(str(tmp_path / "none"), places.out, places.settings), "postgresql://u:secret@127.0.0.1:1/ccm")
    assert {what for what, (state, _) in told.items() if state == FAILS} == {
        "packages", "settings", "source", "disk", "database", "mail", "prefect server"
    }  # fmt: skip
    assert "prefect is not installed (locked: 3.8.8)" in told["packages"][1]
    assert "run `make install`" in told["packages"][1]
    assert "P1: setting 'watch.panel'" in told["settings"][1]
    assert "there is no such folder" in told["source"][1]
    assert "free some space" in told["disk"][1]
    assert "check that it runs" in told["database"][1]
    assert "secret" not in str(told)
    assert "check CCM_SMTP_HOST" in told["mail"][1]
    assert "start it with `ccm up`" in told["prefect server"][1]


def test_tables_of_another_version(places: Places) -> None:
    database = f"sqlite:///{places.out / 'ccm.db'}"
    assert found(places)["database"] == (LOOK, "no month is kept yet; the first run makes the tables.")
    assert not (places.out / "ccm.db").exists(), "looking makes nothing"
    open_store(database)
    engine = sa.create_engine(database)
    for version, state, words in (("0001", LOOK, "the next run migrates them"), ("9999", FAILS, "update the program")):
        with engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{version}'"))
        told = found(places)["database"]
        assert (told[0], words in told[1]) == (state, True)
    engine.dispose()


def test_a_folder_that_others_read_or_we_cannot_write(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    places.out.chmod(0o755)
    assert found(places)["results folder"] == (
        LOOK,
        f"{places.out} can be read by every user of this machine; close it: chmod 750 {places.out}",
    )
    monkeypatch.setattr(os, "access", lambda *_: False)  # whoever runs the tests may be root
    assert found(places)["results folder"][0] == FAILS


def test_a_month_whose_rules_are_not_loaded(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    monkeypatch.setattr(doctor, "today_in", lambda _zone: date(2035, 2, 1))
    state, words = found(places)["rulebook"]
    assert state == FAILS
    assert "The rules for 2035-01 are not loaded" in words
