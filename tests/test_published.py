"""Cases with published answers: each passes, or stands in `not_yet` with its reason and then surely fails."""

from __future__ import annotations

import pytest

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
