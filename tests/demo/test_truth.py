from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.contract import inputs
from config.month import Month
from config.rulebook import load_rulebook
from config.settings import practice_settings
from tasks.check.check import check_tables
from tasks.demo.defects import DEFECTS, choose_defects
from tasks.demo.truth import COLUMNS
from tasks.demo.write import DemoTruth, write_demo_data
from tasks.pull.practice import of_practice, practice_ids
from tasks.pull.profiles import profiles
from tasks.pull.source import read_source
from tasks.qualify.decide import decide

KINDS = {"quarantined", "disposition", "seconds", "finding", "signal", "warn", "other_month", "kept"}


def test_every_pattern_is_there(demo: DemoTruth) -> None:
    assert demo.left_out == ()
    assert set(demo.defects["pattern"]) == set(range(1, 21))
    assert set(demo.defects["expect_kind"]) <= KINDS
    written = pd.read_csv(demo.folder / "truth" / "defects.csv", keep_default_na=False)
    assert list(written.columns) == COLUMNS
    assert written.astype(str).to_numpy().tolist() == demo.defects.astype(str).to_numpy().tolist()


def test_truth_points_at_the_rows_it_speaks_of(demo: DemoTruth) -> None:
    for file, rows in demo.defects.groupby("source_file"):
        lines = (demo.folder / str(file)).read_text("utf-8").split("\n")
        for row in rows.itertuples():
            line = lines[row.source_line - 1]
            assert row.row_key in line
            assert row.patient_id in line
            if row.row_key:
                place = inputs()[row.table].names.index(inputs()[row.table].key[0])
                assert line.split(",")[place] == row.row_key


def test_a_patient_is_used_for_one_defect_only(demo: DemoTruth) -> None:
    names = demo.defects.assign(name=demo.defects["name"].str.replace("billable_is_nothing", "billable_is_less"))
    named = names[names["patient_id"] != ""].groupby("patient_id")["name"].nunique()
    assert (named == 1).all()


def test_each_kind_grows_with_the_practice_but_stays_rare() -> None:
    small, large = choose_defects(300, 2_000), choose_defects(150_000, 1_000_000)
    assert {defect.name for defect, _ in small.chosen} == {defect.name for defect in DEFECTS}
    assert max(times for _, times in small.chosen) == 1
    assert large.left_out == []
    assert 0.03 < large.cast / 150_000 < 0.05
    assert sum(defect.set_aside * times for defect, times in large.chosen) < 0.03 * 1_000_000


def test_a_small_practice_gets_one_of_each_pattern_first() -> None:
    chosen = [defect for defect, _ in choose_defects(70, 1_000).chosen]
    assert [defect.pattern for defect in chosen[:19]] == sorted({defect.pattern for defect in DEFECTS}, key=_place)
    assert sum(defect.patients for defect in chosen) <= 35


def _place(pattern: int) -> int:
    return next(number for number, defect in enumerate(DEFECTS) if defect.pattern == pattern)


def test_every_time_log_has_a_profile_that_knows_it(demo: DemoTruth) -> None:
    files = sorted(demo.folder.glob("time_log_*.csv"))
    assert len(files) >= 5
    known = profiles()
    for file in files:
        header = file.read_text("utf-8").splitlines()[0].split(",")
        profile = known[file.stem.removeprefix("time_log_")]
        assert set(profile.match) <= set(header)


def test_clean_data_has_an_empty_truth(clean: Path) -> None:
    assert len(pd.read_csv(clean / "truth" / "defects.csv")) == 0
    assert not list(clean.glob("time_log_*.csv"))


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
    (300, Month(2026, 10), {"months": 2, "practices": 2}),
    (1500, Month(2026, 3), {"form": "parquet"}),
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
