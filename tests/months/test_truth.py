"""Every defect that was put into the demo month is found as the truth says, and nothing else is set aside."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tasks.check.signals import load_signals
from tests.months.conftest import Ran, run_month

pytestmark = pytest.mark.slow


def of_kind(ran: Ran, kind: str) -> pd.DataFrame:
    rows = ran.truth.defects
    return rows[rows["expect_kind"] == kind]


def test_all_twenty_patterns_are_there(demo_month: Ran) -> None:
    assert set(demo_month.truth.defects["pattern"].astype(int)) == set(range(1, 21))


def test_what_must_be_set_aside_is_and_nothing_else(demo_month: Ran) -> None:
    expected = of_kind(demo_month, "quarantined")
    wanted = set(
        zip(
            expected["table"],
            expected["source_file"],
            expected["source_line"].astype(int),
            expected["expect"],
            strict=True,
        )
    )
    rows = demo_month.checked.quarantine
    found = set(zip(rows["table"], rows["source_file"], rows["source_line"].astype(int), rows["reason"], strict=True))
    assert found == wanted


def test_seconds_are_read_and_counted_as_the_truth_says(demo_month: Ran) -> None:
    entries = demo_month.read["time_entries"]
    by_line = entries.set_index(["source_file", "source_line"])["seconds"].sort_index()
    expected = of_kind(demo_month, "seconds")
    assert len(expected) > 20
    for row in expected.itertuples():
        read = by_line.loc[[(row.source_file, int(row.source_line))]]  # one line may hold several pairs of times
        assert int(row.expect) == read.sum(), f"{row.name}: {row.source_file}, line {row.source_line}"


def test_dispositions(demo_month: Ran) -> None:
    ledger = demo_month.decided["time_ledger"]
    entries = demo_month.checked.accepted["time_entries"]
    for row in of_kind(demo_month, "disposition").itertuples():
        there = (entries["source_file"] == row.source_file) & (entries["source_line"] == int(row.source_line))
        found = set(ledger.loc[ledger["entry_id"].isin(entries.loc[there, "entry_id"]), "disposition"])
        assert row.expect in found, f"{row.name}: {row.source_file}, line {row.source_line} has {found}"


def test_findings(demo_month: Ran) -> None:
    findings = demo_month.decided["findings"]
    for row in of_kind(demo_month, "finding").itertuples():
        found = set(findings.loc[findings["patient_id"] == row.patient_id, "rule"])
        assert row.expect in found, f"{row.name}: {found}"


def test_warnings_signals_and_what_must_be_kept(demo_month: Ran) -> None:
    checks = demo_month.checked.checks.set_index(["table", "check"])["failed"]
    for row in of_kind(demo_month, "warn").itertuples():
        assert checks.loc[(row.table, row.expect)] >= 1, row.name
    signals = demo_month.checked.signals
    for row in of_kind(demo_month, "signal").itertuples():
        assert ((signals["signal"] == row.expect) & (signals["subject"] == row.row_key)).any(), row.name
    for row in of_kind(demo_month, "kept").itertuples():
        frame = demo_month.checked.accepted[row.table]
        there = (frame["source_file"] == row.source_file) & (frame["source_line"] == int(row.source_line))
        assert there.any(), f"{row.name}: {row.source_file}, line {row.source_line}"
    carried = demo_month.read["time_entries"]
    for row in of_kind(demo_month, "other_month").itertuples():
        there = (carried["source_file"] == row.source_file) & (carried["source_line"] == int(row.source_line))
        assert not there.any(), f"{row.name} was carried into the month"


def test_each_kind_of_integrity_signal_is_seeded_once_and_no_other_is_found(demo_month: Ran) -> None:
    seeded = of_kind(demo_month, "signal")
    assert sorted(seeded["expect"]) == sorted(load_signals())
    found = demo_month.checked.signals
    assert set(zip(found["signal"], found["subject"], strict=True)) == set(
        zip(seeded["expect"], seeded["row_key"], strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("patients", "seed"), [(400, 1), (700, 2)])
def test_each_kind_of_integrity_signal_shows_at_other_sizes_and_none_in_a_clean_practice(
    tmp_path: Path, patients: int, seed: int
) -> None:
    test_each_kind_of_integrity_signal_is_seeded_once_and_no_other_is_found(
        run_month(tmp_path / "dirty", patients, seed)
    )
    assert run_month(tmp_path / "clean", patients, seed, dirty=False).checked.signals.empty


def test_the_three_totals_tie(demo_month: Ran) -> None:
    for total, parts in demo_month.totals.groupby("total"):
        came_in = int(parts.loc[parts["part"] == "in", "amount"].iloc[0])
        assert int(parts.loc[parts["part"] != "in", "amount"].sum()) == came_in, total
    assert {"seconds", "patients", "rows:time_entries"} <= set(demo_month.totals["total"])


@pytest.mark.parametrize(
    ("patients", "seed"),
    [
        (12, 1),
        pytest.param(40, 3, marks=pytest.mark.slow),
        pytest.param(120, 11, marks=pytest.mark.slow),
    ],
)
def test_other_sizes_and_seeds(tmp_path: Path, patients: int, seed: int) -> None:
    ran = run_month(tmp_path, patients, seed)
    test_what_must_be_set_aside_is_and_nothing_else(ran)
    test_the_three_totals_tie(ran)


def test_a_clean_practice_has_nothing_set_aside(tmp_path: Path) -> None:
    ran = run_month(tmp_path, 60, 5, dirty=False)
    assert ran.checked.quarantine.empty
    assert ran.checked.checks["failed"].sum() == 0
