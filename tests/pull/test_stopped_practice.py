"""A cell that cannot be read stops its own practice, and no other."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from config.errors import InputError, UnreadableError
from config.month import Month
from tasks.demo.write import write_demo_data
from tasks.pull.owners import Whose
from tasks.pull.step import pull_practice, pull_source
from tests.flows.refusal import edit

MONTH, TODAY = Month(2026, 10), date(2026, 11, 5)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, list[str]]:
    """A source of two practices, and the practice of each patient in the order of the file."""
    source = tmp_path / "two"
    write_demo_data(source, 24, 1, 5, MONTH, dirty=False, practices=2)
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        return source, [row["practice_id"] for row in csv.DictReader(stream)]


def test_a_cell_that_cannot_be_read_stops_its_practice_alone(two: tuple[Path, list[str]]) -> None:
    source, practice = two
    line = practice.index("P1")
    edit(source, "patients", lambda rows: rows[line].update(birth_date="in spring"))
    pulled = pull_source.fn(str(source), None, None, None)
    assert pulled.practices == ["P1", "P2"]
    assert list(pulled.unplaced["source_line"]) == [line + 2], "it is listed"
    with pytest.raises(UnreadableError, match=rf"^patients\.csv, line {line + 2}, column birth_date: the cell is not"):
        pull_practice.fn(pulled, "P1", MONTH, TODAY)
    other = pull_practice.fn(pulled, "P2", MONTH, TODAY)
    assert len(other.tables["patients"]) == practice.count("P2")
    assert len(other.rejected) == 0
    assert pull_source.fn(str(source), "P2", None, None).stopped == {}, "asked for alone, the other is not looked at"


def test_a_cell_whose_row_tells_no_practice_stops_the_run(two: tuple[Path, list[str]]) -> None:
    source, _ = two
    nobody = dict.fromkeys(("practice_id", "patient_id", "practitioner_id", "care_manager_id"), "")
    edit(source, "patients", lambda rows: rows[0].update(nobody, birth_date="in spring"))
    with pytest.raises(UnreadableError, match=r"^patients\.csv, line 2"):
        pull_source.fn(str(source), None, None, None)


def test_settings_that_cannot_be_used_stop_their_practice_alone(two: tuple[Path, list[str]], tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    for own, said in (
        ("{P1: {unreadable_cells: halt}}", r"P1: setting 'unreadable_cells': write 'stop' or 'reject'"),
        ("{p1: {unreadable_cells: reject}}", r"setting 'practices\.p1': the practice is called 'P1'; write it so"),
        ("{P1: reject}", r"setting 'practices\.P1': write keys with their values"),
    ):
        settings.write_text(f"practices: {own}\n", "utf-8")
        pulled = pull_source.fn(str(two[0]), None, str(settings), None)
        assert pulled.practices == ["P1", "P2"]
        with pytest.raises(InputError, match=said):
            pull_practice.fn(pulled, "P1", MONTH, TODAY)
        assert len(pull_practice.fn(pulled, "P2", MONTH, TODAY).tables["patients"]) == two[1].count("P2")
    settings.write_text("practices: [P1]\n", "utf-8")
    with pytest.raises(InputError, match="setting 'practices': write keys"):
        pull_source.fn(str(two[0]), None, str(settings), None)


def test_the_source_is_gone_through_once_for_all_practices(
    two: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred practices in a million rows would be two hundred million looks otherwise."""
    looked: list[str] = []
    look = Whose.of
    monkeypatch.setattr(Whose, "of", lambda whose, name, rows: looked.append(name) or look(whose, name, rows))
    pulled = pull_source.fn(str(two[0]), None, None, None)
    assert looked.count("conditions") == 1, "rows that have no practice of their own are looked up by their patient"
    looked.clear()
    for name in ("P1", "P2", "P1", "P2"):
        pull_practice.fn(pulled, name, MONTH, TODAY)
    assert not looked
