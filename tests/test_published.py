"""Cases with published answers: each passes, or stands in `not_yet` with its reason and then surely fails."""

from __future__ import annotations

from typing import Any

import pytest

from config.contested import POLICIES, contested
from tests.published import TABLE, Told, check, together, told

pytestmark = pytest.mark.slow  # a decision for almost every case

CASES = told()
NOT_YET = {entry["id"]: entry["reason"] for entry in TABLE["not_yet"]}
TOGETHER = together(CASES)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case.id,
            marks=[pytest.mark.xfail(strict=True, reason=NOT_YET[case.id], raises=(AssertionError, KeyError))]
            if case.id in NOT_YET
            else [],
        )
        for case in CASES
    ],
)
def test_published_case(case: Told) -> None:
    check(case, TOGETHER.result(case.facts, case.month, case.settings))


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.id for case in CASES]
    assert len(set(names)) == len(names)
    assert set(NOT_YET) <= set(names)


def test_what_is_not_yet_so_says_since_when_and_why() -> None:
    for entry in TABLE["not_yet"]:
        assert set(entry) == {"id", "reason", "date"}
        assert len(entry["reason"]) > 20


@pytest.mark.parametrize(
    "case", [one for one in TABLE["cases"] if one["kind"] == "contested"], ids=lambda one: one["id"]
)
def test_a_contested_case_asserts_the_default_the_alternative_and_the_flag(case: dict[str, Any]) -> None:
    """The default is the shipped setting, another value brings the alternative about, and both are shown as such."""
    matter = {one.setting for one in contested()} & {case["matter"]}
    assert matter, "it is shown in report and audit packet"
    assert not case.get("settings"), "the default is what is shipped"
    brings = matter if case["matter"] != POLICIES else {"payer_answers"}
    others = [one["expected"] for one in case["otherwise"] if brings & {*one, *one.get("settings", {})}]
    assert others
    assert all(one != case["expected"] for one in others)
    assert flags(case["expected"]), "what was decided by the default is told"


def flags(expected: dict[str, Any]) -> set[str]:
    """What tells a biller that it might be otherwise: a finding, time left out by name, a family not chosen."""
    found = set(expected.get("seconds", {})) - {"counted"}
    for program in set(expected) - {"seconds", "never", "lines"}:
        wanted = expected[program]
        found |= {*wanted.get("findings", []), wanted.get("reason", "")} - {""}
        found |= {name for name, one in wanted.get("candidates", {}).items() if one["supported"] and not one["chosen"]}
    return found
