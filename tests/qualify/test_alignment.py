"""Months that were stored before alignments were asked for are decided as they were."""

from __future__ import annotations

import pytest

from config.month import Month
from tasks.qualify.decide import decide
from tests.qualify.cases import rulebook, settings_of, tables_of

MONTH = Month(2026, 10)
COLUMNS = ["aligned_model", "aligned_date", "alignment_ended_date"]


@pytest.mark.parametrize("columns", [[], COLUMNS])
def test_a_month_without_the_table_or_its_columns_is_decided(columns: list[str]) -> None:
    tables = dict(tables_of([{"staff": "20"}], MONTH))
    del tables["alignments"]
    tables["patients"] = tables["patients"].drop(columns=columns)
    decided = decide(tables, MONTH, rulebook(MONTH), settings_of())
    assert decided["decisions"]["outcome"].tolist() == ["bill"]
    assert not decided["findings"]["rule"].isin(["aligned_to_model", "model_terms_unknown"]).any()
