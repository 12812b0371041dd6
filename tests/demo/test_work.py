from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.month import Month
from tasks.demo.workday import lay_out, overlapping
from tasks.demo.write import write_demo_data


@pytest.fixture(scope="module")
def entries(clean: Path) -> pd.DataFrame:
    frame = pd.read_csv(
        clean / "time_entries.csv", parse_dates=["started_at", "ended_at", "service_date", "entered_at"]
    )
    length = (frame["ended_at"] - frame["started_at"]).dt.total_seconds()
    frame["seconds"] = frame["duration_seconds"].fillna(length).astype(int)
    frame["finish"] = frame["started_at"] + pd.to_timedelta(frame["seconds"], unit="s")
    frame["day"] = frame["started_at"].fillna(frame["service_date"]).dt.normalize()
    return frame


@pytest.mark.parametrize("who", ["performer_id", "patient_id"])
def test_nobody_is_at_two_places(entries: pd.DataFrame, who: str) -> None:
    clocked = entries[entries["started_at"].notna()].sort_values([who, "started_at", "finish"])
    same = clocked[who] == clocked[who].shift()
    begins_early = clocked["started_at"] < clocked["finish"].shift()
    one_call = clocked["activity_id"].notna() & (clocked["activity_id"] == clocked["activity_id"].shift())
    assert not (same & begins_early & ~one_call).any()


def test_a_call_for_two_patients_is_one_activity_of_one_person(entries: pd.DataFrame) -> None:
    shared = entries[entries["activity_id"].notna()]
    assert len(shared) > 4
    assert (shared["patients_in_activity"] == 2).all()
    assert (shared.groupby("activity_id")["performer_id"].nunique() == 1).all()


def test_work_is_done_in_working_hours_and_now_and_then_late(entries: pd.DataFrame) -> None:
    hour = entries["started_at"].dropna().dt.hour
    assert hour.between(8, 21).all()
    assert (entries["started_at"].dropna().dt.day_of_week < 5).all()
    assert 0.001 < (hour >= 19).mean() < 0.01
    # The time in which defects are seeded is free.
    assert not hour.between(17, 18).any()


def test_minutes_spread_over_the_thresholds(entries: pd.DataFrame) -> None:
    staff = entries[(entries["program"] == "ccm") & ~entries["performer_id"].str.startswith("D")]
    totals = staff.groupby("patient_id")["seconds"].sum() / 60
    everyone = np.append(totals, np.zeros(2000 - len(totals)))
    shares = np.histogram(everyone, [0, 20, 40, 60, 200])[0] / 2000
    assert shares == pytest.approx([0.29, 0.43, 0.19, 0.09], abs=0.05)
    assert len(entries) / 2000 == pytest.approx(6.7, abs=0.35)
    assert 200 < entries["seconds"].median() < 330
    assert (staff[staff["source"] == "timer"]["seconds"] % 60 == 0).mean() < 0.05


def test_some_practitioners_work_half_an_hour_and_more(entries: pd.DataFrame) -> None:
    own = entries[entries["performer_id"].str.startswith("D")].groupby("patient_id")["seconds"].sum() / 60
    assert 0.04 < len(own) / 2000 < 0.12
    assert 0.1 < (own >= 30).mean() < 0.6


def test_nobody_works_for_those_who_are_not_there(clean: Path, entries: pd.DataFrame) -> None:
    dates = ["enrolled_date", "unenrolled_date", "death_date"]
    patients = pd.read_csv(clean / "patients.csv", parse_dates=dates).set_index("patient_id")
    theirs = patients.loc[entries["patient_id"]].reset_index(drop=True)
    day = entries["day"]
    assert (day >= theirs["enrolled_date"]).all()
    assert not (day > theirs["unenrolled_date"]).any()
    assert not (day > theirs["death_date"]).any()
    stays = pd.read_csv(clean / "stays.csv", parse_dates=["admit_date", "discharge_date"])
    stays = stays[stays["kind"].isin(["inpatient", "snf_part_a"])]
    both = entries.merge(stays, on="patient_id")
    assert len(stays) > 5
    inside = (both["day"] >= both["admit_date"]) & ~(both["day"] > both["discharge_date"])
    assert not inside.any()


def test_entries_are_numbered_in_the_order_in_which_they_were_entered(entries: pd.DataFrame) -> None:
    assert entries["entered_at"].is_monotonic_increasing
    assert entries["entry_id"].tolist() == [f"E{number:08d}" for number in range(1, len(entries) + 1)]
    assert (entries["entered_at"] >= entries["finish"].fillna(entries["service_date"])).all()
    assert (entries["entered_at"] < "2026-11-03").all()


@pytest.mark.parametrize("per_patient", [1, 3, 20])
def test_the_number_of_entries_can_be_asked_for(tmp_path: Path, per_patient: float) -> None:
    made = write_demo_data(tmp_path, 600, 1, 2, entries_per_patient=per_patient, dirty=False)
    floor = 2.1  # long totals are never one entry, and doctors' and other programs' entries come on top
    assert made.rows["time_entries"] / 600 == pytest.approx(max(per_patient, floor), rel=0.1)


def test_more_work_than_a_month_holds_is_left_undone() -> None:
    person, seconds = np.zeros(2000, int), np.full(2000, 1200)  # 667 hours
    start = lay_out(np.random.default_rng(1), person, seconds, Month(2026, 2))
    done = ~np.isnat(start)
    assert 400 < done.sum() < 520  # 20 days of 8 hours hold 480
    assert not overlapping(person[done], pd.Series(start[done]), seconds[done]).any()


def test_overlaps_are_seen_behind_a_long_entry() -> None:
    start = pd.Series(pd.to_datetime(["2026-10-01 09:00", "2026-10-01 09:10", "2026-10-01 09:30", "2026-10-01 10:00"]))
    found = overlapping(np.array([1, 1, 1, 1]), start, np.array([3600, 60, 60, 60]))
    assert found.tolist() == [False, True, True, False]
    assert not overlapping(np.array([1, 2, 3, 4]), start, np.array([3600, 60, 60, 60])).any()
