"""The code catalogue is complete, dated by the day, sourced, and agrees with the families that decide."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.catalogue import CODES, OPEN, Catalogue, catalogue, load_catalogue
from config.errors import InputError, RuleError
from config.month import Month
from config.rulebook import RULES, load_rulebook
from config.strict_yaml import load_yaml

# Every code by program, as the work list names it.
ALL = {
    "ccm": "99490 G2058 99439 99491 99437 99487 99489 G0506",
    "clinic": "G0511 G0512",
    "pcm": "G2064 G2065 99424 99425 99426 99427",
    "apcm": "G0556 G0557 G0558 G0568 G0569 G0570",
    "bhi": "G0507 99484 G0323",
    "cocm": "G0502 G0503 G0504 99492 99493 99494 G2214",
    "cpm": "G3002 G3003",
    "tcm": "99495 99496",
    "rpm": "99453 99454 99457 99458 99091 99445 99470",
    "rtm": "98975 98976 98977 98978 98979 98980 98981 98984 98985 98986",
    "chi": "G0019 G0022 G0136",
    "pin": "G0023 G0024 G0140 G0146",
    "oversight": "G0181 G0182",
    "esrd": " ".join(str(code) for code in range(90951, 90971)),
    "prolonged": "99358 99359",
}

# code, first day, last day; a code whose last day is missing is in force to this day.
DATES = [
    ("99490", "2015-01-01", ""),
    ("G2058", "2020-01-01", "2020-12-31"),
    ("99439", "2021-01-01", ""),
    ("99491", "2019-01-01", ""),
    ("99437", "2022-01-01", ""),
    ("99487", "2017-01-01", ""),
    ("99489", "2017-01-01", ""),
    ("G0506", "2017-01-01", ""),
    ("G0511", "2018-01-01", "2025-09-30"),
    ("G0512", "2018-01-01", "2025-12-31"),
    ("G2064", "2020-01-01", "2021-12-31"),
    ("G2065", "2020-01-01", "2021-12-31"),
    ("99424", "2022-01-01", ""),
    ("99426", "2022-01-01", ""),
    ("G0556", "2025-01-01", ""),
    ("G0568", "2026-01-01", ""),
    ("G0507", "2017-01-01", "2017-12-31"),
    ("99484", "2018-01-01", ""),
    ("G0323", "2023-01-01", ""),
    ("G0502", "2017-01-01", "2017-12-31"),
    ("99492", "2018-01-01", ""),
    ("G2214", "2021-01-01", ""),
    ("G3002", "2023-01-01", ""),
    ("99457", "2019-01-01", ""),
    ("99458", "2020-01-01", ""),
    ("99445", "2026-01-01", ""),
    ("99470", "2026-01-01", ""),
    ("98975", "2022-01-01", ""),
    ("98978", "2023-01-01", ""),
    ("98985", "2026-01-01", ""),
    ("G0019", "2024-01-01", ""),
    ("G0136", "2024-01-01", "2025-12-31"),
    ("99358", "2015-01-01", "2022-12-31"),
]


def test_every_code_of_the_work_list_is_there_and_no_other() -> None:
    expected = {code: program for program, codes in ALL.items() for code in codes.split()}
    assert {name: code.program for name, code in catalogue().codes.items()} == expected


@pytest.mark.parametrize(("code", "first", "last"), DATES)
def test_a_code_holds_from_its_first_to_its_last_day(code: str, first: str, last: str) -> None:
    begin = date.fromisoformat(first)
    assert code not in catalogue().on(begin - timedelta(days=1))
    assert code in catalogue().on(begin)
    if last:
        end = date.fromisoformat(last)
        assert code in catalogue().on(end)
        assert code not in catalogue().on(end + timedelta(days=1))
    else:
        assert code in catalogue().on(date(2026, 12, 31))


def test_in_a_month_are_the_codes_of_any_of_its_days() -> None:
    for month in (Month(2020, 12), Month(2021, 1), Month(2025, 9), Month(2025, 10)):
        days = [month.first + timedelta(days=day) for day in range((month.last - month.first).days + 1)]
        assert set(catalogue().in_month(month)) == set().union(*(catalogue().on(day) for day in days))


def test_the_bundled_code_changes_its_cap_but_not_its_name_in_2024() -> None:
    assert catalogue().entry("G0511", date(2023, 12, 31)).most_a_month == 1
    assert catalogue().entry("G0511", date(2024, 1, 1)).most_a_month is None


@pytest.mark.parametrize(
    ("code", "threshold", "unit", "base", "most"),
    [
        ("99490", 20, 20, (), 1),
        ("99439", 20, 20, ("99490",), 2),
        ("99491", 30, 30, (), 1),
        ("99437", 30, 30, ("99491",), None),
        ("99487", 60, 60, (), 1),
        ("99489", 30, 30, ("99487",), None),
        ("99425", 30, 30, ("99424",), None),
        ("99492", 36, 70, (), 1),
        ("99493", 31, 60, (), 1),
        ("99494", 16, 30, ("99492", "99493"), None),
        ("G3003", 15, 15, ("G3002",), None),
        ("99470", 10, 10, (), 1),
        ("G0557", 0, 0, (), 1),
        ("G0570", 0, 0, ("G0556", "G0557", "G0558"), 1),
        ("G0022", 30, 30, ("G0019",), None),
    ],
)
def test_what_a_unit_takes(code: str, threshold: int, unit: int, base: tuple[str, ...], most: int | None) -> None:
    entry = catalogue().entry(code, date(2026, 10, 31))
    assert (entry.threshold_minutes, entry.minutes, entry.base, entry.most_a_month) == (threshold, unit, base, most)


@pytest.mark.parametrize(
    ("code", "practitioner", "hospital"),
    [
        ("99439", (2, 2), (2, 2)),
        ("99437", (2, 3), (2, 3)),
        ("99489", (10, 3), (4, 3)),
        ("G0511", (8, 3), (8, 3)),
        ("99359", (2, 3), (1, 3)),
    ],
)
def test_unit_limits_of_both_files(code: str, practitioner: tuple[int, int], hospital: tuple[int, int]) -> None:
    limits = catalogue().find(code).limits
    assert limits is not None
    assert (limits.practitioner_units, limits.practitioner_mai) == practitioner
    assert (limits.hospital_units, limits.hospital_mai) == hospital


def test_only_collaborative_care_has_a_midpoint() -> None:
    midpoint = {
        code.program
        for code in catalogue().codes.values()
        for entry in code.entries
        if entry.minutes_rule == "midpoint" or entry.threshold_minutes != entry.minutes
    }
    assert midpoint == {"cocm"}


def test_complex_codes_alone_of_chronic_care_need_decision_making() -> None:
    wanting = {name for name in catalogue().of("ccm") if catalogue().find(name).needs.mdm != "not_needed"}
    assert wanting == {"99487", "99489"}


def test_what_is_recalled_says_so() -> None:
    for code in ("99491", "99495", "G0136", "90951"):
        entry = catalogue().find(code).entries[-1]
        assert entry.confidence == "unverified"
        assert "recalled" in entry.source


def test_an_unknown_code_gets_one_sentence() -> None:
    with pytest.raises(InputError, match=r"^'99999' is not in the code catalogue; correct it"):
        catalogue().find("99999")
    with pytest.raises(InputError, match=r"^99437 cannot be billed for 2021-12-31; it is in force 2022-01-01 to today"):
        catalogue().entry("99437", date(2021, 12, 31))
    assert catalogue().find(" g0511 ").code == "G0511"


def test_families_decide_what_the_catalogue_says() -> None:
    """Same codes, same minutes, same base; a cap is the code's own or CMS's unit limit; every month is covered."""
    bundled: dict[str, set[int]] = {"G0511": set(), "G0512": set()}  # each bundled service counts by its own rule
    for path in sorted((RULES / "families").glob("*.yaml")):
        for entry in load_yaml(path)["entries"]:
            for day in (Month.parse(entry["since"]).first, Month.parse(entry.get("until", "2026-12")).last):
                first = catalogue().entry(entry["first"], day)
                if entry["first"] in bundled:
                    bundled[entry["first"]].add(entry["first_minutes"])
                    assert first.threshold_minutes <= entry["first_minutes"], path.name
                else:
                    assert first.threshold_minutes == entry.get("first_minutes", 0), path.name
                if entry.get("further"):
                    further, limits = (
                        catalogue().entry(entry["further"], day),
                        catalogue().find(entry["further"]).limits,
                    )
                    assert further.minutes == entry["further_minutes"], path.name
                    assert entry["first"] in further.base, path.name
                    assert entry["further_cap"] == (further.most_a_month or (limits and limits.practitioner_units))
    assert bundled == {"G0511": {20, 30}, "G0512": {60, 70}}


def test_the_content_for_the_fingerprint_is_that_of_the_month() -> None:
    assert {item["code"] for item in catalogue().content(Month(2015, 3))} == set(catalogue().in_month(Month(2015, 3)))
    assert catalogue().content(Month(2023, 12)) != catalogue().content(Month(2024, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("ccm.yaml", "minutes: 20", "minuts: 20", r"ccm.yaml, entry 1 \(99490\): 'entries.0.minuts'"),
        (
            "ccm.yaml",
            'source: "CMS MLN909188, May 2015; CMS FAQ on CCM, 2017-01-18"}',
            'source: ""}',
            r"ccm.yaml, entry 1 .*source",
        ),
        ("ccm.yaml", "confidence: primary", "confidence: sure", r"ccm.yaml, entry 1 .*confidence"),
        ("ccm.yaml", 'since: "2015-01-01"', 'since: "2015-02-30"', r"ccm.yaml, entry 1 .*since"),
        ("ccm.yaml", 'code: "99490"', "code: 99490", r"ccm.yaml, entry 1 \(99490\): write the code in quotes"),
        (
            "ccm.yaml",
            'until: "2020-12-31"',
            'until: "2019-12-31"',
            r"entry 2 \(G2058\): an entry ends .* before it begins",
        ),
        ("ccm.yaml", 'base: ["99491"]', 'base: ["99999"]', r"99437: its base 99999 is not in the catalogue"),
        (
            "clinics.yaml",
            'until: "2023-12-31"',
            'until: "2024-01-01"',
            r"clinics.yaml, entry 1 \(G0511\): the entry since 2024-01-01",
        ),
        (
            "cocm.yaml",
            "least_minutes: 36, ",
            "",
            r"cocm.yaml, entry 1 \(G0502\): a midpoint rule needs 'least_minutes'",
        ),
        ("pcm.yaml", 'code: "G2064"', 'code: "G2058"', r"pcm.yaml: G2058 stands twice"),
        ("tcm.yaml", "codes:", "kodes:", r"tcm.yaml: it must hold one list named 'codes'"),
        ("tcm.yaml", "program: tcm", "program: tmc", r"tcm.yaml, entry 1 \(99495\): 'program'"),
    ],
)
def test_a_wrong_code_file_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "codes"
    shutil.copytree(CODES, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=said):
        load_catalogue(folder)


def test_every_entry_is_sourced_and_open_ends_are_open() -> None:
    found: Catalogue = load_catalogue()
    for code in found.codes.values():
        assert len(code.entries[-1].source) >= 10
        assert code.entries[-1].until == OPEN or code.entries[-1].until <= date(2026, 12, 31)


def test_what_a_code_needs_is_asked_by_a_rule_of_its_program() -> None:
    """Consent, visit, care plan: what the catalogue calls needed some rule of the program looks for, and no other."""
    book = load_rulebook(Month(2026, 10))
    asked = {
        "consent": ("consent_missing", "consent_not_on_file"),
        "initiating_visit": ("initiating_visit_missing", "visit_not_on_file"),
        "care_plan": ("care_plan_missing", "care_plan_not_on_file"),
    }
    seen = 0
    for family, entry in book.families:
        needs = catalogue().find(entry.first).needs
        for need, rules in asked.items():
            looks = any(family.program in book.rules[rule].programs for rule in rules)
            assert looks == (getattr(needs, need) in ("needed", "as_base")), f"{entry.first}: {need}"
            seen += 1
    assert seen > 20
