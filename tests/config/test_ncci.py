"""The NCCI edits of one date of service: two editions, their ends, and what is said when the date is not theirs."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from config import ncci
from config.cms.load import load_cms
from config.errors import RuleError
from tests.config import cms_files as cms

IN_QUARTER = date(2024, 8, 15)


def test_practitioner_and_hospital_differ() -> None:
    practitioner, hospital = ncci.edits(IN_QUARTER, "practitioner"), ncci.edits(IN_QUARTER, "hospital")
    assert (practitioner.limits["99489"].units, hospital.limits["99489"].units) == (10, 4)
    assert practitioner.limits["99439"].units == practitioner.limits["99437"].units == 2
    assert (practitioner.limits["99439"].adjudication, practitioner.limits["99437"].adjudication) == (2, 3)
    for edits, bypassable in ((practitioner, False), (hospital, True)):
        edit = edits.between("99487", "G0506")
        assert edit is not None
        assert edit.bypassable == bypassable
    assert practitioner.between("G0181", "99490") is not None
    assert hospital.between("G0181", "99490") is None


def test_an_edit_is_found_whichever_code_is_named_first() -> None:
    edits = ncci.edits(IN_QUARTER, "practitioner")
    for pair in edits.pairs:
        one, other = sorted(pair)
        assert edits.between(one, other) is edits.between(other, one) is not None


@pytest.mark.parametrize(
    ("code", "other", "day", "indicator"),
    [
        ("99490", "99495", date(2019, 12, 31), "0"),
        ("99490", "99495", date(2020, 1, 1), None),
        ("99490", "99495", date(2020, 10, 1), None),  # a row with indicator 9 was withdrawn from its start
        ("99490", "99091", date(2017, 12, 31), "0"),
        ("99490", "99091", date(2018, 1, 1), "1"),
        ("99490", "90960", IN_QUARTER, "0"),
        ("99490", "99457", IN_QUARTER, None),
        ("99424", "99495", IN_QUARTER, "0"),
    ],
)
def test_the_days_around_each_end(code: str, other: str, day: date, indicator: str | None) -> None:
    edit = ncci.edits(day, "practitioner").between(code, other)
    assert (edit.indicator if edit else None) == indicator


def test_since_october_2021_the_dialysis_code_is_the_one_denied() -> None:
    edit = ncci.edits(date(2021, 10, 1), "practitioner").between("99490", "90960")
    assert edit is not None
    assert edit.column2 == "90960"


def test_a_date_outside_of_the_quarter_says_so() -> None:
    assert ncci.edits(date(2024, 7, 1), "practitioner").note == ""
    assert ncci.edits(date(2024, 9, 30), "practitioner").note == ""
    after = ncci.edits(date(2024, 10, 1), "practitioner").note
    assert after == "The edits of 2024Q3 are used for this date; later ones are not loaded."
    assert "their ends, not their starts" in ncci.edits(date(2024, 6, 30), "practitioner").note


def test_an_add_on_knows_its_bases() -> None:
    add_ons = ncci.add_ons(IN_QUARTER)
    assert add_ons["99439"].bases == {"99490"}
    assert not add_ons["99439"].same_day
    assert add_ons["G0506"].same_day
    assert add_ons["G0506"].open_list
    assert "99211" not in add_ons["G0506"].bases


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("ptp_practitioner", "column1", "colum1", r"ptp_practitioner.csv: its columns must be column1"),
        ("ptp_practitioner", ",0,2019-12-31", ",0,12/31/2019", r"ptp_practitioner.csv, line \d+: '12/31/2019' is not"),
        ("ptp_practitioner", ",0,,2024Q3", ",3,,2024Q3", r"ptp_practitioner.csv, line \d+: the indicator is 0, 1 or 9"),
        ("ptp_practitioner", ",0,,2024Q3", ",0,,2024-3", r"ptp_practitioner.csv, line \d+: '2024-3' is no quarter"),
        ("mue_practitioner", "99489,10,3,2024Q3", "99489,10,3,", r"mue_practitioner.csv, line \d+: '' is no quarter"),
        ("mue_practitioner", "99489,10", "99489,ten", r"mue_practitioner.csv, line \d+: units are a number"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "ncci"
    shutil.copytree(ncci.FOLDER, folder)
    path = folder / f"{name}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=said):
        ncci.edits(IN_QUARTER, "practitioner", folder)


@pytest.fixture
def two_quarters(tmp_path: Path) -> Path:
    """The shipped edits, and two CMS files of the first quarter of 2026 loaded after them."""
    shutil.copytree(ncci.FOLDER, tmp_path / "ncci")
    pairs = cms.pairs(["99490", "99457", 20260101, "*", 0], ["99490", "99487", 20150101, "*", 0])
    load_cms(cms.write(tmp_path / "ccipra-2026Q1.txt", pairs), folder=tmp_path)
    units = cms.limits(["99439", 3, "2 Date of Service Edit: Policy"])
    load_cms(cms.write(tmp_path / "mue_practitioner_pra_2026Q1.xlsx", units), since=date(2026, 1, 1), folder=tmp_path)
    return tmp_path / "ncci"


@pytest.mark.parametrize(
    ("day", "quarter", "note", "barred"),
    [
        (date(2024, 8, 15), "2024Q3", "", False),
        (date(2025, 5, 10), "2024Q3", "The edits of 2024Q3 are used for this date; its own quarter's are not", False),
        (date(2025, 12, 31), "2024Q3", "The edits of 2024Q3 are used for this date; its own quarter's are not", False),
        (date(2026, 1, 1), "2026Q1", "", True),
        (date(2026, 10, 10), "2026Q1", "The edits of 2026Q1 are used for this date; later ones are not loaded.", True),
        (date(2019, 5, 10), "2024Q3", "The edits of 2024Q3 are used for this date; the file gives their ends", False),
    ],
)
def test_of_two_loaded_quarters_the_date_of_service_chooses(
    two_quarters: Path, day: date, quarter: str, note: str, barred: bool
) -> None:
    edits = ncci.edits(day, "practitioner", two_quarters)
    assert edits.quarter == quarter
    assert edits.note.startswith(note)
    assert bool(edits.note) == bool(note)
    assert (edits.between("99490", "99457") is not None) == barred
    assert edits.limits["99439"].units == (3 if barred else 2)
    assert edits.add_ons["99439"].bases == {"99490"}  # of one quarter alone, whatever the others have
    assert ncci.edits(day, "hospital", two_quarters).quarter == "2024Q3"  # each edition has its own quarters


def test_an_edition_without_a_row_is_named(tmp_path: Path) -> None:
    shutil.copytree(ncci.FOLDER, tmp_path / "ncci")
    (tmp_path / "ncci" / "mue_hospital.csv").write_text("code,units,adjudication,quarter\n", "utf-8")
    with pytest.raises(RuleError, match=r"mue_hospital.csv: it holds no edit of any quarter; load one"):
        ncci.edits(IN_QUARTER, "hospital", tmp_path / "ncci")
