"""The rule files hold what they promise; a wrong one is named with file and entry before anything is decided."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import InputError, RuleError
from config.fees import load_fees
from config.month import Month
from config.rulebook import RULES, all_families, all_rules, load_rulebook

YEARS = range(2015, 2027)


# No source at hand has these amounts; a run says "rate not loaded" beside each. Chronic care management has them all.
NOT_LOADED = {
    2017: {"G0502", "G0503", "G0504", "G0507"},
    2018: {"99484", "99492", "99493", "99494"},
    2019: {"99457", "99484", "99492", "99493", "99494", "G0512"},
    2026: {"99426", "99457", "99470", "G0323", "G3002", "G3003"},
}


@pytest.mark.parametrize("year", YEARS)
def test_every_loaded_month_resolves_with_the_amounts_that_are_known(year: int) -> None:
    for number in (1, 12):
        book = load_rulebook(Month(year, number))
        codes = {code for _, entry in book.families for code in (entry.first, entry.further) if code}
        assert {code for code in codes if not book.fees.spans(code)} == NOT_LOADED.get(year, set())


def test_the_digest_is_stable_and_differs_between_months() -> None:
    read_anew = load_rulebook.__wrapped__(Month(2026, 10))
    assert load_rulebook(Month(2026, 10)).digest == read_anew.digest
    assert load_rulebook(Month(2026, 10)).digest != load_rulebook(Month(2026, 9)).digest


@pytest.mark.parametrize("month", ["2014-12", "2027-01"])
def test_a_month_that_is_not_loaded_stops(month: str) -> None:
    with pytest.raises(RuleError, match=rf"rules for {month} are not loaded \(loaded.yaml: 2015-01 to 2026-12\)"):
        load_rulebook(Month.parse(month))


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "October", "", "2026-10-01"])
def test_a_month_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write it as 2026-10"):
        Month.parse(text)


def test_an_unverified_rule_warns_and_never_blocks() -> None:
    unverified = [rule for rule in all_rules() if rule.confidence == "unverified"]
    assert unverified
    assert {rule.effect for rule in unverified} == {"warn"}


def test_what_blocks_says_who_mends_it_and_how() -> None:
    for rule in all_rules():
        if rule.outcome not in ("exclude",):
            assert rule.owner, rule.name
            assert rule.fix, rule.name


def test_families_are_payable_only_with_a_source() -> None:
    for family in all_families():
        for entry in family.entries:
            assert entry.source
            assert entry.confidence
            assert bool(entry.further) == bool(entry.further_minutes) == bool(entry.further_cap)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("eligibility.yaml", '    denial: "CO-13"', '    denail: "CO-13"', r"eligibility.yaml, entry 1 .*denail"),
        ("eligibility.yaml", "confidence: primary", "confidence: certain", r"eligibility.yaml, entry 1 .*confidence"),
        ("eligibility.yaml", 'since: "2015-01"', "since: 2015", r"eligibility.yaml, entry 1 .*since"),
        ("minutes.yaml", "confidence: primary", "confidence: unverified", r"unverified rule may not exclude"),
        (
            "minutes.yaml",
            "outcome: exclude",
            "outcome: hold",
            r"minutes.yaml, entry 1 .*exclude time or warn, not 'hold'",
        ),
        (
            "minutes.yaml",
            "  - name: not_enrolled",
            "  - name: other_month",
            r"minutes.yaml, entry 2 \(other_month\): the entry since 2015-01 begins before",
        ),
        ("minutes.yaml", "rules:", "rulez:", r"minutes.yaml: .*'rulez'"),
        ("numbers.yaml", "numbers:", "number:", r"numbers.yaml: .*'number'"),
        ("numbers.yaml", "    entries:", "    entry:", r"numbers.yaml, entry 1 \(.*\): .*'entr"),
        ("numbers.yaml", "    meaning:", "    means:", r"numbers.yaml, entry 1 \(.*\): .*'mean"),
        ("numbers.yaml", "    program:", "    programm:", r"numbers.yaml, entry 2 \(.*\): .*'programm'"),
        ("code_lists.yaml", "    entries:", "    entry:", r"code_lists.yaml, entry 1 \(.*\): .*'entr"),
        (
            "families/staff.yaml",
            'until: "2019-12"',
            'until: "2020-12"',
            r"families/staff.yaml, entry 2 \(staff\): the entry since 2020-01 begins before",
        ),
        (
            "programs/ccm.yaml",
            "entries:",
            'entries:\n  - {since: "2015-01", confidence: primary, source: "a source of some length"}',
            r"programs/ccm.yaml, entry 2 \(ccm\): the entry since 2015-01 begins before",
        ),
        ("exclusions/chronic_care.yaml", "decided_by:", "decides:", r"exclusions/chronic_care.yaml, circum.*decid"),
        ("settings/office.yaml", '"25":', '"255":', r"office.yaml, claim .*modifiers"),
        ("numbers.yaml", 'until: "2016-12"', 'until: "2017-12"', r"the entry since 2017-01 begins before"),
        ("code_lists.yaml", 'codes: ["99490"]', "codes: [99490]", r"care_management_codes.*codes"),
        ("families/staff.yaml", "first_minutes: 20", "first_minutes: 0", r"staff.yaml.*first_minutes"),
        ("exclusions.yaml", "topic: exclusions", "topic: exclusions\ntopic: again", r"exclusions.yaml.*stands twice"),
        ("loaded.yaml", "first_month", "  - [", r"loaded.yaml.*not YAML"),
    ],
)
def test_a_wrong_rule_file_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=said):
        load_rulebook(Month(2016, 10), folder)


def test_overlapping_amounts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "amounts.csv"
    head = "code,since,until,nonfacility_cents,facility_cents,confidence,source\n"
    row = "99490,2026-01-01,2026-12-31,6613,,primary,a source of some length\n"
    path.write_text(head + row + row.replace("2026-01", "2026-06"))
    with pytest.raises(RuleError, match=r"amounts.csv, line 3: the span of 99490 overlaps"):
        load_fees(Month(2026, 10), path)
    path.write_text(head + row.replace("6613", "0"))
    with pytest.raises(RuleError, match=r"amounts.csv, line 2, column nonfacility_cents"):
        load_fees(Month(2026, 10), path)
