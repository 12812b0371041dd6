"""The table of exclusions: every entry is sound, says where it stands, and reads the same from both sides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import RuleError
from config.exclusions import all_circumstances, all_pairs
from config.month import Month
from config.rulebook import RULES, all_rules, load_rulebook

MONTHS = ["2015-01", "2017-12", "2018-01", "2019-12", "2020-01", "2022-01", "2025-09", "2026-10"]


@pytest.mark.parametrize("month", MONTHS)
def test_the_table_reads_the_same_from_both_sides(month: str) -> None:
    exclusions = load_rulebook(Month.parse(month)).exclusions
    codes = sorted({code for sides in exclusions.sides.values() for side in sides for code in side})
    between = {(code, other): exclusions.between(code, other) for code in codes for other in codes}
    for (code, other), pairs in between.items():
        assert pairs == between[other, code], (code, other)
    assert sum(map(bool, between.values())) > len(codes)


@pytest.mark.slow
def test_every_entry_acts_in_some_month() -> None:
    """Its lists exist and have codes in a month of its span."""
    acting = {
        (pair.name, pair.since)
        for year in range(2015, 2027)
        for number in (1, 12)
        for pair in load_rulebook(Month(year, number)).exclusions.pairs
    }
    assert {(pair.name, pair.since) for pair in all_pairs(RULES)} == acting


def test_sources_that_differ_are_told() -> None:
    told = {pair.name for pair in all_pairs(RULES) if pair.disagreement}
    assert {"chronic_with_dialysis", "chronic_with_transitional", "add_on_with_collaborative"} <= told


def test_an_unverified_pair_warns() -> None:
    unverified = [pair for pair in all_pairs(RULES) if pair.confidence == "unverified"]
    assert unverified
    assert {pair.effect for pair in unverified} <= {"warn", "allowed"}


def test_circumstances_name_rules_that_exist() -> None:
    rules = {rule.name for rule in all_rules()}
    decided = [name for entry in all_circumstances(RULES) for name in entry.decided_by]
    assert decided
    assert set(decided) <= rules


@pytest.mark.parametrize(
    ("ours", "theirs", "month", "strengths"),
    [
        ("99490", "99495", "2019-11", {"hard"}),
        ("99490", "99495", "2019-12", {"hard"}),
        ("99490", "99495", "2020-01", {"allowed"}),
        ("99490", "90960", "2019-12", {"hard"}),
        ("99490", "90960", "2020-01", {"hard"}),
        ("99490", "90960", "2026-12", {"hard"}),
        ("99490", "G2065", "2019-12", set()),
        ("99490", "G2065", "2020-01", {"hard"}),
        ("99490", "G2065", "2022-01", set()),
        ("99490", "99426", "2021-12", set()),
        ("99490", "99426", "2022-01", {"hard"}),
        ("99490", "G0557", "2024-12", set()),
        ("99490", "G0557", "2025-01", {"hard"}),
        ("99490", "G0511", "2017-12", set()),
        ("99490", "G0511", "2018-01", {"hard"}),
        ("99490", "G0511", "2025-09", {"hard"}),
        ("99490", "G0511", "2025-10", set()),
        ("99490", "99091", "2017-12", {"hard"}),
        ("99490", "99091", "2018-01", {"modifier"}),
        ("99491", "99091", "2019-01", {"hard"}),
        ("99490", "G3002", "2022-12", set()),
        ("99490", "G3002", "2023-01", {"allowed"}),
        ("99490", "G0019", "2023-12", set()),
        ("99490", "G0019", "2024-01", {"allowed"}),
        ("99424", "99496", "2021-12", set()),
        ("99424", "99496", "2026-10", {"hard"}),
        ("G0557", "99496", "2025-01", {"hard"}),
        ("99484", "99492", "2018-01", {"hard"}),
        ("G0570", "99484", "2025-12", set()),
        ("G0570", "99484", "2026-01", {"hard"}),
        ("99445", "99454", "2026-01", {"hard"}),
        ("99470", "99457", "2026-01", {"hard"}),
        ("99457", "98980", "2022-01", {"hard"}),
        ("99495", "90960", "2019-12", {"hard"}),
        ("99495", "90960", "2020-01", {"allowed"}),
    ],
)
def test_the_months_around_each_date(ours: str, theirs: str, month: str, strengths: set[str]) -> None:
    exclusions = load_rulebook(Month.parse(month)).exclusions
    assert {pair.strength for pair in exclusions.between(ours, theirs)} == strengths


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a: staff_care_management_codes", "a: stuff", r"staff_with_personal: there is no list 'stuff'"),
        ("outcome: not_billable", "outcom: not_billable", r"chronic_care.yaml, pairs, entry 1 \(one_pract.*outcom"),
        ('modifier: "59 or XU", ', "", r"entry 20 \(staff_with_data_review\).*a modifier lifts names it"),
        (
            'until: "2019-12"',
            'until: "2020-01"',
            r"chronic_care.yaml, pairs, entry \d+ \(chronic_with_transitional\): the entry since 2020",
        ),
        ("scope: same_practitioner", "scope: anyone", r"entry 2 .*different practitioners a pair only warns"),
        ("circumstances:", "circumstance:", r"chronic_care.yaml: only the keys 'pairs' and 'circumstances'"),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    path = folder / "exclusions" / "chronic_care.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=said):
        load_rulebook(Month(2026, 10), folder)


def test_the_table_is_part_of_the_digest(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    path = folder / "exclusions" / "other_programs.yaml"
    path.write_text(path.read_text("utf-8").replace("scope: anyone", "scope: same_practice", 1), "utf-8")
    assert load_rulebook(Month(2026, 10), folder).digest != load_rulebook(Month(2026, 10)).digest
