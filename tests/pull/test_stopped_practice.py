"""A cell that cannot be read stops its own practice, and no other."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from config.errors import UnreadableError
from config.month import Month
from tasks.demo.write import write_demo_data
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
    edit(source, "patients", lambda rows: rows[0].update(birth_date="in spring", practice_id="", patient_id=""))
    with pytest.raises(UnreadableError, match=r"^patients\.csv, line 2"):
        pull_source.fn(str(source), None, None, None)
