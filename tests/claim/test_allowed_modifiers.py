"""Which modifier may stand where: never on a hard pair, only where something asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from config.care_settings import care_setting
from config.errors import InputError
from config.line_modifiers import all_line_modifiers, line_modifiers, modifiers_for
from config.month import Month
from tasks.claim.allowed_modifiers import CaseMonth, allowed
from tasks.claim.scrub import SEPARATE_WORK
from tests.qualify.cases import decided, rulebook, tables_of


def case_of(month: str = "2024-08", settings: dict[str, Any] | None = None, **facts: Any) -> CaseMonth:
    when, result = Month.parse(month), decided([facts], month, **(settings or {}))
    place = care_setting(facts.get("setting", "office"))
    return CaseMonth("C-000001", "P1", result["decisions"], tables_of([facts], when), place, rulebook(when))


def service(code: str, day: str, by: str = "same_practitioner") -> dict[str, Any]:
    return {"other_services": [{"code": code, "service_date": day, "billed_by": by}]}


def test_data_review_beside_staff_time_takes_it() -> None:
    assert allowed(case_of(staff="22", **service("99091", "2024-08-05")), "59", "99490").use == "separate_work"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"practitioner": "30", **service("99091", "2024-08-05", "other_practice")}, "Nothing that stands beside"),
        ({"practitioner": "30", **service("99091", "2024-07-31")}, "Nothing that stands beside"),
        ({"practitioner": "30", **service("99358", "2024-08-10")}, "has no codes in 2024-08"),
    ],
)
def test_no_modifier_goes_on_a_hard_pair_nor_where_nothing_asks(facts: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        allowed(case_of(**facts), "59", "99491")


def test_no_modifier_goes_on_a_hard_pair_that_holds_the_month() -> None:
    consents, conditions = [{}, {"program": "bhi"}], [{"icd10_code": code} for code in ("E11.9", "I10", "F33.1")]
    time = [{"at": "2024-08-11 09:00", "length": "25", "program": "bhi"}]
    case = case_of(consents=consents, conditions=conditions, time=time, **service("99091", "2024-08-05"))
    with pytest.raises(InputError, match="99484 and 99091 are never paid together"):
        allowed(case, "59", "99484")


def test_every_modifier_for_separate_work_is_one_that_the_scrub_reads() -> None:
    import re

    assert {one for one in modifiers_for("separate_work") if re.fullmatch(SEPARATE_WORK, one)} == {
        *("59", "XE", "XP", "XS", "XU")
    }
    assert set(line_modifiers(Month(2026, 10))) == {one.modifier for one in all_line_modifiers()}
