"""Minutes and codes, year by year: whole thresholds, caps, and the months around every change."""

from __future__ import annotations

import pytest

from config.rulebook import all_families
from tests.minutes_by_year import TABLES, Boundary, boundaries
from tests.qualify.together import Decided

pytestmark = pytest.mark.slow  # a decision for every family and span

CASES = boundaries()
TOGETHER = Decided([(case.facts, case.month, case.settings) for case in CASES])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_minutes_and_codes(case: Boundary) -> None:
    case.judge(TOGETHER.result(case.facts, case.month, case.settings))


def test_every_family_by_minutes_has_its_table() -> None:
    tables = {table["family"] for table in TABLES}
    assert {family.family for family in all_families() if family.by == "minutes"} == tables
