"""What the other steps make of a demo, for the kinds of demo that the whole months in tests/months leave out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.month import Month
from config.rulebook import load_rulebook
from config.settings import practice_settings
from tasks.check.check import check_tables
from tasks.demo.write import write_demo_data
from tasks.pull.practice import of_practice, practice_ids
from tasks.pull.source import read_source
from tasks.qualify.decide import decide

pytestmark = pytest.mark.slow  # tests/months holds the ordinary month to its truth in the quick suite


class Outcome:
    """What the product made of a demo, over all of its practices."""

    def __init__(self, folder: Path, month: Month, as_of: date) -> None:
        pulled = read_source(str(folder))
        assert pulled.unreadable.empty
        settings, book = practice_settings("P1"), load_rulebook(month)
        self.quarantine: set[tuple[str, str, int, str]] = set()
        self.findings: set[tuple[str, str]] = set()
        self.signals: set[tuple[str, str]] = set()
        self.warned: Counter[str] = Counter()
        self.kept: dict[tuple[str, str, int], int] = {}
        self.dispositions: dict[tuple[str, str, int], set[str]] = {}
        for practice in practice_ids(pulled.tables):
            tables, _ = of_practice(pulled.tables, practice, month)
            checked = check_tables(tables, settings, month, as_of)
            decided = decide(checked.accepted, month, book, settings)
            self._take(checked.quarantine, checked.signals, checked.checks)
            self._keep(checked.accepted, decided)

    def _take(self, quarantine: pd.DataFrame, signals: pd.DataFrame, checks: pd.DataFrame) -> None:
        lines = quarantine["source_line"].astype(int)
        self.quarantine |= set(
            zip(quarantine["table"], quarantine["source_file"].astype(str), lines, quarantine["reason"], strict=True)
        )
        self.signals |= set(zip(signals["signal"], signals["subject"], strict=True))
        warnings = checks[(checks["severity"] == "warn") & (checks["failed"] > 0)]
        self.warned.update(dict(zip(warnings["check"], warnings["failed"].astype(int), strict=True)))

    def _keep(self, accepted: dict[str, pd.DataFrame], decided: dict[str, pd.DataFrame]) -> None:
        for name, frame in accepted.items():
            for row in frame[["source_file", "source_line"]].drop_duplicates().itertuples():
                self.kept[name, str(row.source_file), int(row.source_line)] = 0
        entries = accepted["time_entries"]
        for row in entries[["entry_id", "source_file", "source_line", "seconds"]].itertuples():
            self.kept["time_entries", str(row.source_file), int(row.source_line)] += int(row.seconds)
        ledger = decided["time_ledger"].groupby("entry_id")["disposition"].agg(set)
        for row in entries[["entry_id", "source_file", "source_line"]].itertuples():
            self.dispositions["time_entries", str(row.source_file), int(row.source_line)] = ledger[row.entry_id]
        self.findings |= set(zip(decided["findings"]["patient_id"], decided["findings"]["rule"], strict=True))


CASES = [
    (300, Month(2026, 10), {"practices": 3}),
    (2400, Month(2026, 3), {"form": "parquet"}),
    (130, Month(2016, 2), {}),
]


@pytest.mark.parametrize(("patients", "month", "more"), CASES)
def test_every_seeded_defect_is_found_and_nothing_else_is_set_aside(
    tmp_path: Path, patients: int, month: Month, more: dict[str, object]
) -> None:
    truth = write_demo_data(tmp_path, patients, **({"months": 1, "seed": 5, "last_month": month} | more)).defects  # type: ignore[arg-type]
    found = Outcome(tmp_path, month, date(month.year, month.number + 1, 25))
    wanted = truth[truth["expect_kind"] == "quarantined"]
    places = zip(wanted["table"], wanted["source_file"], wanted["source_line"], wanted["expect"], strict=True)
    assert found.quarantine == set(places)
    signals = truth[truth["expect_kind"] == "signal"]
    assert found.signals == set(zip(signals["expect"], signals["row_key"], strict=True))
    warnings = truth[truth["expect_kind"] == "warn"]
    assert found.warned == Counter(warnings["expect"])
    for row in truth.itertuples():
        place = (row.table, row.source_file, row.source_line)
        if row.expect_kind == "seconds":
            assert found.kept[place] == int(row.expect), row
        elif row.expect_kind == "disposition":
            assert found.dispositions[place] == {row.expect}, row
        elif row.expect_kind == "finding":
            assert (row.patient_id, row.expect) in found.findings, row
        elif row.expect_kind == "other_month":
            assert place not in found.kept, row
        elif row.expect_kind == "kept":
            assert place in found.kept, row
