"""What is wrong with a time entry, as one boolean column for each fault that no single column shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from config.contract import inputs
from config.month import Month, time_zone
from config.settings import PracticeSettings
from tasks.check.lookups import Codes, Mask, codes, codes_from, firsts, merge, positions
from tasks.check.overlaps import overlapping

# A logged duration may exceed its start-to-end time by this much: exports that drop seconds from their clock times.
INTERVAL_SLACK_SECONDS = 60
MADE = "^([0-9a-f]{16})(#[0-9]+)?$"  # an identifier made by tasks/pull/time_log.py


def entry_flags(
    entries: pd.DataFrame, accepted: Mapping[str, pd.DataFrame], settings: PracticeSettings, month: Month, as_of: date
) -> dict[str, Mask]:
    """One mask a fault, over all time entries; parents are looked up among the accepted rows only."""
    patient_at = positions(entries["patient_id"], accepted["patients"]["patient_id"])
    people = pd.concat([accepted["staff"]["staff_id"], accepted["practitioners"]["practitioner_id"]])
    performer_at = positions(entries["performer_id"], people)
    programs = pd.Series(inputs()["time_entries"].column("program").values, dtype="str")
    flags = {
        "is_patient_unknown": patient_at < 0,
        "is_performer_unknown": performer_at < 0,
        "is_program_unknown": positions(entries["program"], programs) < 0,
        "is_patients_in_activity_not_allowed": entries["patients_in_activity"].lt(1).fillna(False).to_numpy(bool),
        "is_in_the_future": (entries["local_date"] > pd.Timestamp(as_of)).to_numpy(),
        "is_after_death": _after_death(entries, accepted["patients"], patient_at),
        "is_unapproved_offline": _unapproved(entries),
        "is_entered_late": (entries["entered_at"] > cut_off(accepted["practices"], settings, month)).to_numpy(),
    }
    flags |= _duration_flags(entries, settings)
    unusable = np.logical_or.reduce([flags[name] for name in flags if name.startswith("is_duration_")])
    performer = codes_from(performer_at, entries["performer_id"])
    patient = codes_from(patient_at, entries["patient_id"])
    return flags | _copy_flags(entries, performer, patient, unusable, settings)


def _duration_flags(entries: pd.DataFrame, settings: PracticeSettings) -> dict[str, Mask]:
    given = entries["duration_seconds"].to_numpy(dtype="float64", na_value=np.nan)
    interval = (entries["ended_at"] - entries["started_at"]).to_numpy() / np.timedelta64(1, "s")
    # The first of: negative, missing. A negative length is known, whatever stands in the derived column.
    negative = (given < 0) | (interval < 0)
    seconds = entries["seconds"].to_numpy()
    return {
        "is_duration_missing": (seconds < 0) & ~negative,
        "is_duration_negative": negative,
        "is_duration_impossible": seconds > settings.longest_entry_hours * 3600,
        "is_duration_exceeds_interval": (interval >= 0) & (given > interval + INTERVAL_SLACK_SECONDS),
    }


def _copy_flags(
    entries: pd.DataFrame, performer: Codes, patient: Codes, unusable: Mask, settings: PracticeSettings
) -> dict[str, Mask]:
    """Copies, then overlaps among what is left: a copy or an unusable length must not drag good rows along."""
    program, activity = codes(entries["program"]), codes(entries["activity_id"])
    start, seconds = entries["start_s"].to_numpy(np.int64), entries["seconds"].to_numpy(np.int64)
    timed = entries["has_clock"].to_numpy(bool) & ~unusable

    again = _sent_again(entries)
    twice = np.zeros(len(entries), bool)
    rows = np.flatnonzero(timed & ~again & (performer >= 0) & (patient >= 0))
    # Few rows begin at the same second of one performer's day: only those are compared further.
    same_start = pd.Series(performer[rows] * (1 << 40) + start[rows]).duplicated(keep=False).to_numpy()
    rows = rows[same_start]
    work = merge(performer[rows], start[rows] - start[rows].min(initial=0), patient[rows], seconds[rows], program[rows])
    twice[rows] = _same_work(work, activity[rows])

    two_patients, double_tagged = np.zeros(len(entries), bool), np.zeros(len(entries), bool)
    rows = np.flatnonzero(timed & ~again & ~twice)
    two_patients[rows], double_tagged[rows] = overlapping(
        performer[rows],
        patient[rows],
        program[rows],
        activity[rows],
        start[rows],
        seconds[rows],
        settings.overlap_tolerance_seconds,
    )
    return {
        "is_sent_again": again,
        "is_same_work_twice": twice,
        "is_two_patients_at_once": two_patients,
        "is_double_tagged": double_tagged,
        "is_perhaps_twice": _perhaps_twice(entries, performer, patient) & ~again & ~unusable,
    }


def _sent_again(entries: pd.DataFrame) -> Mask:
    """Every copy of an entry but the one entered last; of equally late ones the last in the file stays."""
    identifier = codes(entries["entry_id"])
    rows = np.flatnonzero(pd.Series(identifier).duplicated(keep=False).to_numpy() & (identifier >= 0))
    entered = entries["entered_at"].to_numpy("datetime64[ns]")[rows].astype(np.int64)  # NaT is the smallest integer
    rows = rows[np.lexsort((rows, entered))]
    older = pd.Series(identifier[rows]).duplicated(keep="last").to_numpy()
    again = np.zeros(len(entries), bool)
    again[rows[older]] = True
    return again


def _perhaps_twice(entries: pd.DataFrame, performer: Codes, patient: Codes) -> Mask:
    """Rows without a clock that are alike in every cell, of a log that names no entry: a copy, or work done twice.

    The identifier of such a row was made from its cells, and the second alike got a number behind it.
    """
    found = np.zeros(len(entries), bool)
    rows = np.flatnonzero(~entries["has_clock"].to_numpy(bool) & (performer >= 0) & (patient >= 0))
    made = entries["entry_id"].iloc[rows].str.extract(MADE)
    alike = codes(made[0])
    numbered = (made[1].notna() & (made[1] != "")).to_numpy(bool)
    found[rows] = (alike >= 0) & np.isin(alike, alike[numbered])
    return found


def _same_work(work: np.ndarray, activity: np.ndarray) -> Mask:
    """Rows that repeat an earlier row of the same work, unless both say that they are parts of different activities."""
    later = pd.Series(work).duplicated().to_numpy()
    activity_of_first = activity[firsts(work)][work]
    repeats_a_kept_one = pd.Series(merge(work, activity)).duplicated().to_numpy()
    return later & ((activity_of_first < 0) | (activity < 0) | repeats_a_kept_one)


def _after_death(entries: pd.DataFrame, patients: pd.DataFrame, patient_at: np.ndarray) -> Mask:
    deaths = np.append(patients["death_date"].to_numpy("datetime64[ns]"), np.datetime64("NaT"))  # -1 reads the last
    return np.asarray(entries["local_date"].to_numpy("datetime64[ns]") > deaths[patient_at])


def _unapproved(entries: pd.DataFrame) -> Mask:
    """Offline time waits for a yes; manual time needs one only where it was asked for and refused."""
    approved = entries["approved"]
    waits = entries["source"].eq("offline").fillna(False) & ~approved.fillna(False).astype(bool)
    refused = entries["source"].eq("manual").fillna(False) & ~approved.fillna(True).astype(bool)
    return (waits | refused).to_numpy(bool)


def cut_off(practices: pd.DataFrame, settings: PracticeSettings, month: Month) -> pd.Timestamp:
    """The instant at which the care team's days for late entries are over, as naive UTC."""
    day = month.next.first + timedelta(days=settings.late_entry_after_days)
    local = pd.Timestamp(day).tz_localize(time_zone(practices["time_zone"].iloc[0]), nonexistent="shift_forward")
    return local.tz_convert("UTC").tz_localize(None)
