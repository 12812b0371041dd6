"""Minutes to units at every boundary and year; dates of service; amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from config.fees import FeeSchedule
from config.month import Month
from config.rulebook import load_rulebook
from tasks.qualify.decide import decide
from tests.qualify.cases import codes_of, decided, settings_of, tables_of
from tests.qualify.together import Case, decided_apart


def with_decision(month: str, **facts: object) -> dict[str, object]:
    """A month with high decision making, and with the care plan revised, as 2017 to 2019 asked as well."""
    year = int(month[:4]) - 1
    signed = {"established_date": f"{year}-02-02", "signed_date": f"{year}-02-03", "copy_given_date": f"{year}-02-03"}
    facts = {"care_plans": [signed | {"revised_date": f"{month}-02"}], **facts}
    return {**facts, "medical_decisions": [{"practitioner_id": "D1", "decided_date": f"{month}-15", "level": "high"}]}


def codes_of_each(minutes: Iterable[str], case: Callable[[str], Case], **settings: object) -> dict[str, str]:
    """The codes by minutes, as codes_of gives them for each case alone."""
    told = list(minutes)
    rows = [result["decisions"].iloc[0] for result in decided_apart([case(one) for one in told], **settings)]
    return {one: row["codes"] if row["outcome"] == "bill" else "" for one, row in zip(told, rows, strict=True)}


def test_staff() -> None:
    codes = {
        "19:59": "",
        "20:00": "99490 x1",
        "39:59": "99490 x1",
        "40:00": "99490 x1 99439 x1",
        "59:59": "99490 x1 99439 x1",
        "60:00": "99490 x1 99439 x2",
        "200": "99490 x1 99439 x2",
    }
    assert codes_of_each(codes, lambda minutes: {"staff": minutes}) == codes


def test_personal() -> None:
    codes = {
        "29:59": "99490 x1",
        "30:00": "99491 x1",
        "59:59": "99491 x1",
        "60:00": "99491 x1 99437 x1",
        "89:59": "99491 x1 99437 x1",
        "90:00": "99491 x1 99437 x2",
        "400": "99491 x1 99437 x2",
    }
    assert codes_of_each(codes, lambda minutes: {"practitioner": minutes}, choose_family="personal") == codes


def test_complex() -> None:
    codes = {
        "59:59": "99490 x1 99439 x1",
        "60:00": "99487 x1",
        "89:59": "99487 x1",
        "90:00": "99487 x1 99489 x1",
        "119:59": "99487 x1 99489 x1",
        "120:00": "99487 x1 99489 x2",
        "1000": "99487 x1 99489 x10",
    }
    assert (
        codes_of_each(codes, lambda minutes: with_decision("2026-10", staff=minutes), choose_family="complex") == codes
    )


@pytest.mark.parametrize(
    ("month", "staff", "personal", "complex_"),
    [
        ("2015-01", "99490 x1", "99490 x1", "99490 x1"),
        pytest.param("2016-12", "99490 x1", "99490 x1", "99490 x1", marks=pytest.mark.slow),
        ("2017-01", "99490 x1", "99490 x1", "99487 x1 99489 x1"),
        pytest.param("2018-12", "99490 x1", "99490 x1", "99487 x1 99489 x1", marks=pytest.mark.slow),
        ("2019-01", "99490 x1", "99491 x1", "99487 x1 99489 x1"),
        pytest.param("2019-12", "99490 x1", "99491 x1", "99487 x1 99489 x1", marks=pytest.mark.slow),
        ("2020-01", "99490 x1 G2058 x2", "99491 x1", "99487 x1 99489 x1"),
        pytest.param("2020-12", "99490 x1 G2058 x2", "99491 x1", "99487 x1 99489 x1", marks=pytest.mark.slow),
        ("2021-01", "99490 x1 99439 x2", "99491 x1", "99487 x1 99489 x1"),
        pytest.param("2021-12", "99490 x1 99439 x2", "99491 x1", "99487 x1 99489 x1", marks=pytest.mark.slow),
        ("2022-01", "99490 x1 99439 x2", "99491 x1 99437 x2", "99487 x1 99489 x1"),
        pytest.param("2026-12", "99490 x1 99439 x2", "99491 x1 99437 x2", "99487 x1 99489 x1", marks=pytest.mark.slow),
    ],
)
def test_codes_by_year(month: str, staff: str, personal: str, complex_: str) -> None:
    assert codes_of({"staff": "95"}, month, choose_family="staff") == staff
    assert codes_of({"practitioner": "95"}, month, choose_family="personal") == personal
    assert codes_of(with_decision(month, staff="95"), month, choose_family="complex") == complex_


def test_seconds_are_summed_then_floored() -> None:
    """Four times 4:59 and once 4 seconds are twenty minutes; rounding each up would say so at the fourth."""
    time = [{"at": f"2026-10-0{day} 10:00", "length": "4:59"} for day in (1, 2, 5, 6)]
    assert codes_of({"time": time}) == ""
    assert codes_of({"time": [*time, {"at": "2026-10-07 10:00", "length": "0:04"}]}) == "99490 x1"


def test_practitioner_minutes_help_staff_but_never_the_other_way() -> None:
    assert codes_of({"staff": "10", "practitioner": "10"}) == "99490 x1"
    assert codes_of({"staff": "60", "practitioner": "29"}, choose_family="personal") == "99490 x1 99439 x2"


def test_date_of_service_is_the_day_the_last_billed_unit_was_reached() -> None:
    time = [{"at": f"2026-10-{day} 10:00", "length": "15"} for day in ("02", "06", "14", "20")]
    decision = decided([{"time": time[:2]}, {"time": time[:3]}, {"time": time}])["decisions"]
    assert decision["codes"].tolist() == ["99490 x1", "99490 x1 99439 x1", "99490 x1 99439 x2"]
    assert [str(day.date()) for day in decision["service_date"]] == ["2026-10-06", "2026-10-14", "2026-10-20"]


@pytest.mark.parametrize(("day", "cents"), [("08", 6156), ("09", 6258)])
def test_an_amount_that_changes_inside_a_month(day: str, cents: int) -> None:
    """The conversion factor changed on 2024-03-09."""
    result = decided([{"time": [{"at": f"2024-03-{day} 10:00", "length": "20"}]}], "2024-03")
    assert result["decisions"]["expected_cents"].tolist() == [cents]
    assert result["decisions"]["amount_confidence"].tolist() == ["primary"]


def test_worked_example_of_2026() -> None:
    """66.13 allowed, 20 percent of it 13.23."""
    line = decided([{"staff": "20"}])["code_lines"].iloc[0]
    assert (line["code"], line["expected_cents"], line["coinsurance_cents"]) == ("99490", 6613, 1323)


def test_a_nurse_practitioner_is_paid_less_and_the_amount_says_how_sure_it_is() -> None:
    seen = [{"practitioner_id": "N1", "visit_date": "2025-01-20", "code": "99214"}]
    case = {"patient": {"practitioner_id": "N1"}, "consents": [{"practitioner_id": "N1"}], "visits": seen}
    decision = decided([{"staff": "20", **case}])["decisions"].iloc[0]
    assert (decision["outcome"], decision["expected_cents"]) == ("bill", 5621)  # 6613 x 0.85 = 5621.05
    assert decision["amount_confidence"] == "unverified"


def test_lines_add_up_to_the_decision() -> None:
    result = decided([{"staff": f"{minutes}"} for minutes in range(15, 100, 7)])
    lines = result["code_lines"].groupby("patient_id")[["expected_cents", "coinsurance_cents"]].sum()
    billed = result["decisions"].set_index("patient_id").loc[lines.index]
    assert (lines["expected_cents"] == billed["expected_cents"]).all()
    assert (lines["coinsurance_cents"] == billed["coinsurance_cents"]).all()


def test_a_rate_that_is_not_loaded_is_missing_and_never_zero() -> None:
    month = Month.parse("2026-10")
    book = load_rulebook(month)
    bare = replace(book, fees=FeeSchedule(tuple(fee for fee in book.fees.fees if fee.code != "99439")))
    result = decide(tables_of([{"staff": "20"}, {"staff": "40"}], month), month, bare, settings_of())
    assert result["decisions"]["outcome"].tolist() == ["bill", "bill"]
    assert result["decisions"]["expected_cents"].isna().tolist() == [False, True]
    assert result["findings"].query("rule == 'rate_not_loaded'")["patient_id"].tolist() == ["P2"]


def test_the_policy_chooses_and_the_others_stay_with_their_reason() -> None:
    case = with_decision("2026-10", staff="60", practitioner="30")
    assert codes_of(case, choose_family="simplest") == "99490 x1 99439 x2"
    assert codes_of(case, choose_family="complex") == "99487 x1 99489 x1"
    assert codes_of(case, choose_family="highest_allowed") == "99487 x1 99489 x1"
    rows = decided([case])["candidates"].set_index("family")
    assert rows["chosen"].to_dict() == {"staff": False, "personal": False, "complex": True}
    assert rows.loc["staff", "why"] == "not chosen under the practice's policy: highest_allowed"


@pytest.mark.parametrize("setting", ["hopd_on_campus", "hopd_off_campus", "cah_method_1", "cah_method_2"])
def test_where_no_amount_is_loaded_the_schedules_order_decides_and_the_decision_says_so(setting: str) -> None:
    short, long = (with_decision("2026-10", setting=setting, staff=minutes) for minutes in ("65", "245"))
    result = decided([short, long])
    assert result["decisions"]["codes"].tolist() == ["99490 x1 99439 x2", "99487 x1 99489 x6"]
    assert result["decisions"]["expected_cents"].isna().all()
    chosen = result["candidates"][result["candidates"]["chosen"]]
    assert set(chosen["why"]) == {
        "no amount is loaded here; the highest among the documented families by the national schedule for offices"
    }
    assert codes_of(long, choose_family="simplest") == "99490 x1 99439 x2"


def test_a_code_that_brings_the_hospital_nothing_is_not_put_before_one_that_does() -> None:
    """35 minutes of the practitioner: 99491 is more in an office, and nothing on the hospital's own claim."""
    month = {"setting": "hopd_on_campus", "practitioner": "35"}
    assert (
        decided([month], "2026-10")["decisions"]["codes"].tolist()
        == decided([month], "2025-05")["decisions"]["codes"].tolist()
    )


def test_what_may_not_stand_beside_another_service_is_chosen_only_where_nothing_else_may() -> None:
    review = [{"code": "99091", "service_date": "2026-10-05", "billed_by": "same_practitioner"}]
    found = decided([{"other_services": review, "practitioner": "30"}])["candidates"].set_index("family")
    assert found["why"].to_dict() == {
        "staff": "the only documented family that may stand beside the other services of the month",
        "personal": "may not stand beside another service of the month",
    }
    found = decided([{"other_services": review, "staff": "22"}], "2017-12")["candidates"]
    assert found[["family", "chosen"]].to_numpy().tolist() == [["staff", True]]


def test_minutes_missing_to_the_next_unit() -> None:
    rows = decided([{"staff": "19:59"}, {"staff": "0"}, {"staff": "20"}, {"staff": "60"}, {"practitioner": "29:01"}])
    assert rows["decisions"]["minutes_missing"].fillna(-1).tolist() == [1, 20, 20, -1, 11]
