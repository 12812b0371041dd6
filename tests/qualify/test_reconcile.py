"""The totals tie, also where one line holds several entries; what does not tie is refused by name."""

from __future__ import annotations

import pandas as pd
import pytest

from config.contract import outputs
from config.frames import as_contract
from config.month import Month
from config.rulebook import load_rulebook
from tasks.qualify.decide import decide
from tasks.qualify.reconcile import TotalsDoNotTieError, reconcile
from tests.qualify.cases import settings_of, tables_of

MONTH = Month(2026, 10)


def aside_rows(*rows: dict[str, object]) -> pd.DataFrame:
    base = {"table": "time_entries", "source_file": "log.csv", "source_line": 2, "disposition": "quarantined"}
    return as_contract(pd.DataFrame([base | row for row in rows]), outputs()["quarantine"])


def test_two_entries_of_one_line_are_two_rows_and_two_reasons_are_one() -> None:
    tables = tables_of([{"staff": "20"}], MONTH)
    decided = decide(tables, MONTH, load_rulebook(MONTH), settings_of())
    aside = aside_rows(
        {"row_key": "a", "reason": "patient_unknown"},
        {"row_key": "a", "reason": "program_unknown"},
        {"row_key": "a/2", "reason": "patient_unknown"},
        {"row_key": "b", "source_line": 9, "disposition": "rejected", "reason": "started_at_unreadable"},
        {"row_key": "b", "source_line": 9, "disposition": "rejected", "reason": "ended_at_unreadable"},
    )
    read = {name: len(frame) for name, frame in tables.items()} | {"time_entries": 1 + 2 + 1 + 4}
    totals = reconcile(read, aside, {"other_month": 4}, tables, decided)
    entries = totals[totals["total"] == "rows:time_entries"].set_index("part")["amount"].to_dict()
    assert entries == {"in": 8, "accepted": 1, "quarantined": 2, "rejected": 1, "other_month": 4}
    with pytest.raises(TotalsDoNotTieError, match="rows:time_entries: 9 came in, the parts add up to 8"):
        reconcile(read | {"time_entries": 9}, aside, {"other_month": 4}, tables, decided)


def test_a_lost_second_fails_the_run() -> None:
    tables = tables_of([{"staff": "20"}], MONTH)
    decided = decide(tables, MONTH, load_rulebook(MONTH), settings_of())
    decided["time_ledger"].loc[0, "seconds"] -= 1
    read = {name: len(frame) for name, frame in tables.items()}
    with pytest.raises(TotalsDoNotTieError, match="seconds: 1200 came in, the parts add up to 1199"):
        reconcile(read, aside_rows(), {}, tables, decided)
