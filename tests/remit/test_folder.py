"""The watched folder: each file is posted and put away once, whatever happened to the run before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.errors import InputError, PlaceError
from tasks.remit.folder import arrived, content_of, given, put_away
from tasks.remit.post import post
from tasks.store.remit_tables import claim_payments
from tests.remit.answers import answer, paid
from tests.remit.billed import bill, rows

TODAY = date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "payers"


def drop(folder: Path, name: str, content: bytes) -> None:
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "in" / name).write_bytes(content)


def take(store, folder: Path) -> list[str]:
    told = []
    for path in arrived(folder):
        posted = post(store, path.name, content_of(path), TODAY)
        put_away(folder, path, posted)
        told.append(posted.state)
    return told


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_files_are_posted_and_put_away_with_the_reason_where_they_are_set_aside(store, folder):
    bill(store, ("C7", "99490"))
    drop(folder, "a.835", answer(paid("C7"), "47.42"))
    drop(folder, "b.835", b"Dear clinic")
    drop(folder, "c.835.part", b"ISA*00")
    drop(folder, ".hidden", b"ISA*00")
    assert take(store, folder) == ["posted", "quarantined"]
    assert names(folder) == [
        "done/a.835",
        "in/.hidden",
        "in/c.835.part",
        "quarantine/b.835",
        "quarantine/b.835.why.txt",
    ]
    assert "b.835: it does not begin" in (folder / "quarantine/b.835.why.txt").read_text()
    assert take(store, folder) == []


def test_a_run_that_died_between_posting_and_putting_away_is_finished_by_the_next(store, folder):
    bill(store, ("C7", "99490"))
    drop(folder, "a.835", answer(paid("C7"), "47.42"))
    post(store, "a.835", (folder / "in/a.835").read_bytes(), TODAY)
    assert take(store, folder) == ["repeated"]
    assert names(folder) == ["done/a.835"]
    assert len(rows(store, claim_payments, "id")) == 1


def test_another_file_of_the_same_name_overwrites_nothing(store, folder):
    bill(store, ("C7", "99490"), ("C8", "99490"))
    drop(folder, "a.835", answer(paid("C7"), "47.42"))
    take(store, folder)
    drop(folder, "a.835", answer(paid("C8"), "47.42", trace="T2"))
    assert take(store, folder) == ["posted"]
    first, second = sorted((folder / "done").iterdir(), key=lambda path: len(path.name))
    assert first.name == "a.835"
    assert b"EFT1001" in first.read_bytes()
    assert b"T2" in second.read_bytes()


def test_places_that_cannot_be_used_are_named(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        given([str(tmp_path / "nowhere.835")])
    with pytest.raises(InputError, match=r"nowhere\.835: the file cannot be read"):
        content_of(tmp_path / "nowhere.835")
    (tmp_path / "file").write_text("x")
    with pytest.raises(PlaceError, match="the folder of remittances cannot be used"):
        arrived(tmp_path / "file")
