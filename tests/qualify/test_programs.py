"""Every program beside chronic care management: its thresholds at every boundary, its dates, and who excludes whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.exclusions import Pair
from config.frames import cents_at_stake
from config.month import Month
from tasks.qualify.decide import decide
from tests.qualify.cases import decided, rulebook, settings_of, tables_of
from tests.qualify.together import decided_apart

MONTH = Month(2026, 10)
MOOD = [{"icd10_code": "E11.9"}, {"icd10_code": "I10"}, {"icd10_code": "F33.1"}]


def month_of(program: str, minutes: str, month: str = "2026-10", who: str = "S1", **more: Any) -> dict[str, Any]:
    """A patient of one program, who consented in the year before, with that many minutes on the tenth."""
    time = [{"at": f"{month}-10 09:00", "length": minutes, "program": program, "performer_id": who}]
    return {"consents": [{}, {"program": program}], "conditions": MOOD, "time": time, **more}


def billed(result: dict[str, Any], program: str) -> str:
    rows = result["decisions"]
    rows = rows[(rows["program"] == program) & (rows["outcome"] == "bill")]
    return str(rows["codes"].iloc[0]) if len(rows) else ""


FIRST = {"consents": [{}, {"program": "cocm", "consent_date": "2026-10-01"}]}
BOUNDARIES = [
    *[("pcm", minutes, "S1", {}, codes) for minutes, codes in [
        ("29:59", ""), ("30", "99426 x1"), ("59:59", "99426 x1"), ("60", "99426 x1 99427 x1"),
        ("89:59", "99426 x1 99427 x1"), ("90", "99426 x1 99427 x2"), ("300", "99426 x1 99427 x2")]],
    *[("pcm", minutes, "D1", {}, codes) for minutes, codes in [
        ("29:59", ""), ("30", "99424 x1"), ("60", "99424 x1 99425 x1"), ("90", "99424 x1 99425 x2"),
        ("300", "99424 x1 99425 x2")]],
    *[("bhi", minutes, "S1", {}, codes) for minutes, codes in [
        ("11", ""), ("19:59", ""), ("20", "99484 x1"), ("120", "99484 x1")]],
    *[("cocm", minutes, "S1", FIRST, codes) for minutes, codes in [
        ("15:59", ""), ("16", "G2214 x1"), ("30:59", "G2214 x1"), ("36", "99492 x1"), ("85:59", "99492 x1"),
        ("86", "99492 x1 99494 x1"), ("115:59", "99492 x1 99494 x1"), ("116", "99492 x1 99494 x2"),
        ("400", "99492 x1 99494 x4")]],
    *[("cocm", minutes, "S1", {}, codes) for minutes, codes in [
        ("30:59", "G2214 x1"), ("31", "99493 x1"), ("75:59", "99493 x1"), ("76", "99493 x1 99494 x1"),
        ("105:59", "99493 x1 99494 x1"), ("106", "99493 x1 99494 x2")]],
    *[("cpm", minutes, "D1", {}, codes) for minutes, codes in [
        ("29:59", ""), ("30", "G3002 x1"), ("44:59", "G3002 x1"), ("45", "G3002 x1 G3003 x1"),
        ("90", "G3002 x1 G3003 x4"), ("120", "G3002 x1 G3003 x4")]],
    ("cpm", "60", "S1", {}, ""),
    *[("rpm", minutes, "S1", {}, codes) for minutes, codes in [
        ("9:59", ""), ("10", "99470 x1"), ("19:59", "99470 x1"), ("20", "99457 x1"), ("39:59", "99457 x1"),
        ("40", "99457 x1 99458 x1"), ("60", "99457 x1 99458 x2"), ("80", "99457 x1 99458 x3"),
        ("200", "99457 x1 99458 x3")]],
]  # fmt: skip


def test_minutes_to_units_at_every_boundary() -> None:
    cases = [month_of(program, minutes, who=who, **more) for program, minutes, who, more, _ in BOUNDARIES]
    results = decided_apart(cases)
    found = [billed(result, case[0]) for result, case in zip(results, BOUNDARIES, strict=True)]
    wrong = [(case[:3], got) for case, got in zip(BOUNDARIES, found, strict=True) if got != case[4]]
    assert not wrong


@pytest.mark.parametrize(
    ("program", "who", "month", "codes"),
    [
        ("pcm", "S1", "2019-12", ""),
        ("pcm", "S1", "2020-01", "G2065 x1"),
        ("pcm", "S1", "2021-12", "G2065 x1"),
        ("pcm", "S1", "2022-01", "99426 x1 99427 x1"),
        ("pcm", "D1", "2021-12", "G2064 x1"),
        ("pcm", "D1", "2022-01", "99424 x1 99425 x1"),
        ("bhi", "S1", "2016-12", ""),
        ("bhi", "S1", "2017-12", "G0507 x1"),
        ("bhi", "S1", "2018-01", "99484 x1"),
        ("cocm", "S1", "2018-01", "99493 x1"),
        ("cpm", "D1", "2022-12", ""),
        ("cpm", "D1", "2023-01", "G3002 x1 G3003 x3"),
        ("rpm", "S1", "2018-12", ""),
        ("rpm", "S1", "2019-12", "99457 x1"),
        ("rpm", "S1", "2020-01", "99457 x1 99458 x2"),
    ],
)
def test_codes_by_year(program: str, who: str, month: str, codes: str) -> None:
    year = int(month[:4])
    visits = [{"practitioner_id": "D1", "visit_date": f"{year - 1}-12-20", "code": "99214", "ccm_discussed": True}]
    case = month_of(program, "75", month, who, visits=visits)
    assert billed(decided([case], month), program) == codes


def test_twelve_minutes_of_monitoring_before_2026_are_nothing() -> None:
    assert billed(decided([month_of("rpm", "12", "2025-12")], "2025-12"), "rpm") == ""


APCM = {"consents": [{"program": "apcm"}], "patient": {"enrolled_date": "2026-11-05"}}
PART_B = {"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2010-01-01"}
QMB = {"priority": 2, "payer_kind": "qmb", "start_date": "2026-01-01"}


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"conditions": [{"icd10_code": "E11.9"}]}, "G0556 x1"),
        ({"conditions": []}, "G0556 x1"),
        ({}, "G0557 x1"),
        ({"coverages": [PART_B, QMB]}, "G0558 x1"),
        ({"coverages": [PART_B, QMB | {"end_date": "2026-09-30"}]}, "G0557 x1"),
        ({"coverages": [PART_B, QMB], "conditions": [{"icd10_code": "E11.9"}]}, "G0556 x1"),
    ],
)
def test_advanced_primary_care_by_level_and_without_minutes(facts: dict[str, Any], codes: str) -> None:
    result = decided([APCM | facts])
    assert billed(result, "apcm") == codes
    assert str(result["decisions"].iloc[-1]["service_date"].date()) == "2026-10-31"


def test_advanced_primary_care_begins_in_2025() -> None:
    assert billed(decided([APCM], "2024-12"), "apcm") == ""
    visits = [{"practitioner_id": "D1", "visit_date": "2023-02-20", "code": "99214"}]
    assert billed(decided([APCM | {"visits": visits, "patient": {}}], "2025-01"), "apcm") == "G0557 x1"


def test_a_visit_within_three_years_suffices_for_advanced_primary_care_even_to_a_colleague() -> None:
    def with_visit(day: str, who: str) -> dict[str, Any]:
        consents = [{"program": "apcm", "consent_date": "2026-10-05"}]
        return APCM | {"consents": consents, "visits": [{"practitioner_id": who, "visit_date": day, "code": "99214"}]}

    cases = [with_visit("2023-10-05", "D1"), with_visit("2023-10-05", "D2"), with_visit("2023-10-04", "D1")]
    assert [billed(result, "apcm") for result in decided_apart(cases)] == ["G0557 x1", "G0557 x1", ""]


@pytest.mark.slow
def test_add_ons_of_advanced_primary_care_stand_in_the_place_of_what_they_mirror() -> None:
    consents = [{"program": "apcm"}, {"program": "bhi"}]
    case = month_of("bhi", "5") | {"consents": consents, "patient": {"enrolled_date": "2026-11-05"}}
    result = decided([case])
    assert (billed(result, "apcm"), billed(result, "bhi")) == ("G0557 x1", "G0570 x1")
    assert billed(decided([case], "2025-10"), "bhi") == ""
    without = decided([month_of("bhi", "20")])
    assert billed(without, "bhi") == "99484 x1"


@pytest.mark.slow
def test_chronic_care_and_advanced_primary_care_by_one_practitioner_are_never_both_billed() -> None:
    both = {"consents": [{}, {"program": "apcm"}], "staff": "20"}
    result = decided([both])
    assert (billed(result, "ccm"), billed(result, "apcm")) == ("99490 x1", "")
    assert result["decisions"].set_index("program").loc["apcm", "reason"] == "another_program_chosen"
    fewer = decided([both | {"staff": "19:59"}])
    assert (billed(fewer, "ccm"), billed(fewer, "apcm")) == ("", "G0557 x1")
    simplest = decided([both], choose_family="simplest")
    assert billed(simplest, "ccm") == "99490 x1"


def test_behavioral_health_and_collaborative_care_are_never_both_billed() -> None:
    time = [
        {"at": "2026-10-10 09:00", "length": "25", "program": "bhi"},
        {"at": "2026-10-11 09:00", "length": "40", "program": "cocm"},
    ]
    case = {"consents": [{}, {"program": "bhi"}, {"program": "cocm"}], "conditions": MOOD, "time": time}
    result = decided([case])
    assert (billed(result, "bhi"), billed(result, "cocm")) == ("", "99493 x1")


def test_a_patient_in_three_programs_is_billed_for_three_each_with_its_own_minutes() -> None:
    time = [
        {"at": "2026-10-10 09:00", "length": "25", "program": "ccm"},
        {"at": "2026-10-11 09:00", "length": "25", "program": "bhi"},
        {"at": "2026-10-12 09:00", "length": "25", "program": "rpm"},
    ]
    consents = [{}, {"program": "bhi"}, {"program": "rpm"}]
    result = decided([{"consents": consents, "conditions": MOOD, "time": time}])
    assert result["decisions"][["program", "codes"]].to_numpy().tolist() == [
        ["ccm", "99490 x1"],
        ["bhi", "99484 x1"],
        ["rpm", "99457 x1"],
    ]
    assert result["code_lines"]["program"].tolist() == ["ccm", "bhi", "rpm"]


def test_consent_to_one_program_is_no_consent_to_another() -> None:
    case = month_of("bhi", "25") | {"consents": [{}]}
    row = decided([case])["decisions"].set_index("program").loc["bhi"]
    assert (row["outcome"], row["reason"]) == ("hold", "consent_missing")


def test_time_in_hospital_counts_for_behavioral_health_and_not_for_chronic_care() -> None:
    stay = [{"kind": "inpatient", "admit_date": "2026-10-09", "discharge_date": "2026-10-12"}]
    result = decided([month_of("bhi", "25", stays=stay, staff="25")])
    assert (billed(result, "ccm"), billed(result, "bhi")) == ("", "99484 x1")


def test_principal_care_needs_one_condition_and_its_own_billing_practitioner_may_differ() -> None:
    one = month_of("pcm", "35") | {"conditions": [{"icd10_code": "E11.9"}], "patient": {"enrolled_date": "2026-11-05"}}
    assert billed(decided([one]), "pcm") == "99426 x1"
    none = decided([one | {"conditions": []}])["decisions"].iloc[-1]
    assert (none["outcome"], none["reason"]) == ("hold", "principal_condition_missing")
    other = one | {"consents": [{"program": "pcm", "practitioner_id": "D2"}]}
    assert decided([other])["decisions"].iloc[-1]["practitioner_id"] == "D2"


def test_of_two_programs_whose_codes_exclude_one_another_one_is_billed_whatever_their_kinds() -> None:
    """No pair of the table does so today; one that comes with a new edition must not let both through."""
    pair = {"name": "made_up", "a": "behavioral_integration_codes", "b": "remote_monitoring_management_codes"}
    pair |= {"scope": "same_practitioner", "strength": "hard", "outcome": "not_billable", "since": "2015-01"}
    made_up = Pair.model_validate(pair | {"confidence": "primary", "source": "made up for this test"})
    book = rulebook(MONTH)
    sides = {**book.exclusions.sides, "made_up": (("99484",), ("99457", "99458"))}
    exclusions = book.exclusions.model_copy(update={"pairs": (*book.exclusions.pairs, made_up), "sides": sides})
    time = [
        {"at": "2026-10-11 09:00", "length": "25", "program": "bhi"},
        {"at": "2026-10-12 09:00", "length": "25", "program": "rpm"},
    ]
    consents = [{}, {"program": "bhi"}, {"program": "rpm"}]
    colleague = [{}, {"program": "bhi"}, {"program": "rpm", "practitioner_id": "D2"}]
    cases = [{"consents": who, "conditions": MOOD, "time": time} for who in (consents, colleague)]
    result = decide(tables_of(cases, MONTH), MONTH, replace(book, exclusions=exclusions), settings_of())
    rows = result["decisions"].set_index(["patient_id", "program"])
    assert rows.loc[("P1", "bhi"), "codes"] == "99484 x1"
    assert rows.loc[("P1", "rpm"), "reason"] == "another_program_chosen"
    assert [rows.loc[("P2", program), "outcome"] for program in ("bhi", "rpm")] == ["bill", "bill"]
    assert "rpm" not in set(result["code_lines"].query("patient_id == 'P1'")["program"])


@pytest.mark.slow
def test_a_hold_that_is_mended_never_turns_the_choice_of_programs_round() -> None:
    """Chronic care is held, then signed: what went out while it was held is what goes out afterwards."""
    unsigned = {"care_plans": [{"established_date": "2025-02-02", "copy_given_date": "2025-02-03"}]}
    for coverages in ([PART_B], [PART_B, QMB]):
        both = {"consents": [{}, {"program": "apcm"}], "staff": "20", "coverages": coverages}
        held, mended = decided([both | unsigned]), decided([both])
        sent = set(held["code_lines"]["code"])
        assert len(sent) <= 1
        assert sent <= set(mended["code_lines"]["code"])
        assert len(set(mended["code_lines"]["code"])) == 1


UNSIGNED = [{"established_date": "2025-02-02", "copy_given_date": "2025-02-03"}]


@pytest.mark.parametrize(
    ("facts", "outcomes", "earns"),
    [
        ({}, {"ccm": "hold", "apcm": "hold"}, "ccm"),  # both wait, and one of them is paid
        ({"stays": [{"kind": "hospice", "admit_date": "2026-10-01"}]}, {"ccm": "hold", "apcm": "hold"}, "ccm"),
        ({"consents": [{"program": "apcm"}], "care_plans": None}, {"ccm": "hold", "apcm": "bill"}, ""),
    ],
)
def test_what_two_held_rivals_could_earn_counts_once(
    facts: dict[str, Any], outcomes: dict[str, str], earns: str
) -> None:
    case = {"consents": [{}, {"program": "apcm"}], "staff": "20", "care_plans": UNSIGNED} | facts
    result = decided([{name: value for name, value in case.items() if value is not None}])
    decisions = result["decisions"].set_index("program")
    assert decisions["outcome"].astype("str").to_dict() == outcomes
    stake = cents_at_stake(result["decisions"], result["findings"])
    assert int(stake.fillna(0).sum()) == (decisions.loc[earns, "expected_cents"] if earns else 0)


def test_what_two_held_programs_side_by_side_could_earn_counts_for_each() -> None:
    case = {"consents": [{}, {"program": "bhi"}], "conditions": MOOD, "care_plans": UNSIGNED, "staff": "20"}
    stays = [{"kind": "hospice", "admit_date": "2026-10-01"}]
    time = [{"at": "2026-10-12 09:00", "length": "20", "program": "bhi"}]
    result = decided([case | {"time": time, "stays": stays}])
    decisions = result["decisions"]
    assert list(decisions["outcome"]) == ["hold", "hold"]
    assert cents_at_stake(decisions, result["findings"]).sum() == decisions["expected_cents"].sum() > 0


def test_a_book_without_the_rule_of_own_codes_still_gives_a_reason() -> None:
    """A month stored before there was one is decided again by its own book."""
    month = Month.parse("2025-11")
    facts = {
        "setting": "rhc",
        "credential": "CP",
        "conditions": [{"icd10_code": "F33.1"}],
        "consents": [{"program": "bhi"}],
    }
    tables = tables_of([facts], month)
    whole = rulebook(month)
    before = replace(
        whole, rules={name: rule for name, rule in whole.rules.items() if name != "own_code_not_payable_here"}
    )
    reasons = []
    for book in (whole, before):
        decisions = decide(tables, month, book, settings_of())["decisions"]
        reasons += decisions.loc[decisions["program"] == "bhi", "reason"].tolist()
    assert reasons == ["own_code_not_payable_here", "nothing_payable_here"]
