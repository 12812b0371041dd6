"""Diagnoses are looked up in the list of the service month's fiscal year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.errors import RuleError
from config.month import Month
from config.reference import SHIPPED, Reference

HEAD = "file,since,until,confidence,source\n"
FIRST = "a.csv,2015-10-01,2023-09-30,primary,a list of that year\n"
SECOND = "b.csv,2023-10-01,2024-09-30,primary,a list of the next year\n"


def reference(folder: Path, lines: str, codes: dict[str, str]) -> Reference:
    (folder / "codes").mkdir()
    (folder / "ncci").mkdir()
    (folder / "codes" / "icd10cm_lists.csv").write_text(HEAD + lines)
    for name, text in codes.items():
        (folder / "codes" / name).write_text("code,chronic\n" + text)
    return Reference(folder)


@pytest.mark.parametrize(
    ("month", "chronic", "until"),
    [
        ("2015-09", {"I471": 0}, 2023),
        ("2023-09", {"I471": 0}, 2023),
        ("2023-10", {"I4710": 1}, 2024),
        ("2024-09", {"I4710": 1}, 2024),
        ("2026-10", {"I4710": 1}, 2024),
    ],
)
def test_each_month_has_the_list_of_its_year_and_later_ones_the_last(
    tmp_path: Path, month: str, chronic: dict[str, int], until: int
) -> None:
    found = reference(tmp_path, SECOND + FIRST, {"a.csv": "I471,0\n", "b.csv": "I4710,1\n"})
    when = Month.parse(month)
    assert dict(found.chronic_in(when)) == chronic
    assert found.listed_in(when) == list(chronic)
    assert found.listed_until(when) == date(until, 9, 30)
    assert {"codes/icd10cm_lists.csv", "codes/a.csv", "codes/b.csv"} <= set(found.files)


@pytest.mark.parametrize("lines", ["", FIRST + FIRST.replace("a.csv", "b.csv"), FIRST.replace("2015-10-01", "soon")])
def test_lists_that_overlap_or_say_no_day_are_refused(tmp_path: Path, lines: str) -> None:
    with pytest.raises(RuleError, match=r"icd10cm_lists\.csv: "):
        reference(tmp_path, lines, {}).list_of(Month(2026, 10))


def test_what_was_stored_before_lists_were_dated_has_the_first(tmp_path: Path) -> None:
    found = reference(tmp_path, FIRST, {"icd10cm_chronic_v2023_1.csv": "I10,1\n"})
    (tmp_path / "codes" / "icd10cm_lists.csv").unlink()
    assert dict(found.chronic_in(Month(2026, 10))) == {"I10": 1}
    assert "codes/icd10cm_lists.csv" not in found.files


def test_a_list_of_changes_has_the_codes_of_the_list_before_it_and_the_new_ones(tmp_path: Path) -> None:
    lines = FIRST + "b_changes.csv,2023-10-01,2024-09-30,secondary,what changed since\n"
    found = reference(tmp_path, lines, {"a.csv": "I10,1\nI471,0\n"})
    changes = "code,change,after,by\nI471,ended,2023-09-30,2024-04-01\nI4710,new,2023-09-30,2024-04-01\n"
    (tmp_path / "codes" / "b_changes.csv").write_text(changes)
    assert dict(found.chronic_in(Month(2024, 1))) == {"I10": 1, "I471": 0, "I4710": 9}
    assert found.changes_in(Month(2024, 1))["I471"] == (True, date(2023, 9, 30), date(2024, 4, 1))
    assert dict(found.chronic_in(Month(2023, 9))) == {"I10": 1, "I471": 0}
    assert found.changes_in(Month(2023, 9)) == {}
    assert "codes/b_changes.csv" in found.files


def test_changes_without_a_list_before_them_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"icd10cm_lists\.csv: the first list must have every code"):
        reference(tmp_path, FIRST.replace("a.csv", "a_changes.csv"), {}).list_of(Month(2026, 10))


def test_shipped_changes_are_of_codes_that_the_list_before_has_or_has_not() -> None:
    month = Month(2026, 10)
    before, changes = SHIPPED.chronic_in(Month(2023, 9)), SHIPPED.changes_in(month)
    assert len(changes) > 2000
    ended = {code for code, change in changes.items() if change.ended}
    assert ended <= before.keys()
    assert not [code for code, change in changes.items() if not change.ended and code in before]
    assert all(change.after < change.by for change in changes.values())
    assert SHIPPED.listed_until(month) == date(2026, 9, 30)
