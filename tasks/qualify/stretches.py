"""Logged time as stretches, each inside one day of the practice's clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.activities import activity_kind
from config.frames import plainly_named
from config.month import Month, time_zone
from config.rulebook import RuleBook
from tasks.qualify.frames import (
    CLINICAL_STAFF,
    NON_CLINICAL,
    OTHER_PRACTITIONER,
    PRACTITIONER,
    Stretches,
)
from tasks.qualify.lookup import Tables

DAY = np.timedelta64(1, "D")
HOME = ["US", "USA", "PR", "VI", "GU", "AS", "MP"]  # 42 CFR 411.9: the states and the territories


def stretches(tables: Tables, month: Month, book: RuleBook, zone: str) -> Stretches:
    """One row a stretch; an entry over midnight has several, whose seconds add up to the entry's.

    Columns: entry (row of time_entries), part (from 1), patient (row of patients, -1 when none), performer_class,
    start_s (UTC epoch seconds, -1 without a clock), seconds, has_clock, local_date, day (1..31 inside the month, else
    0), patients_in_activity, whose (the patient again, whatever the program), work, and what the minute rules look at.
    """
    entries = tables["time_entries"]
    kind = _kinds(entries["activity"])
    frame = pd.DataFrame(
        {
            "entry": np.arange(len(entries), dtype=np.int64),
            "part": np.ones(len(entries), dtype=np.int16),
            "patient": tables.owners("time_entries"),
            "performer_class": _performer_class(tables, book),
            "start_s": entries["start_s"].to_numpy(np.int64),
            "seconds": entries["seconds"].to_numpy(np.int64),
            "has_clock": entries["has_clock"].to_numpy(bool),
            "local_date": entries["local_date"].to_numpy("datetime64[ns]"),
            "program": entries["program"].astype("category").array,
            "is_automated": entries["source"].eq("automated").to_numpy(bool),
            "is_abroad": (entries["country"].notna() & ~entries["country"].str.upper().isin(HOME)).to_numpy(bool),
            "is_prior_authorization": kind == "prior_authorization",
            "is_visit": kind == "visit",
            "is_unapproved": (entries["source"].eq("offline") & ~entries["approved"].fillna(False)).to_numpy(bool)
            | entries["approved"].eq(False).fillna(False).to_numpy(bool),
            "is_refused": entries["approved"].eq(False).fillna(False).to_numpy(bool),
            "patients_in_activity": _patients_in_activity(entries),
            "work": _work(entries),
        }
    )
    frame = plainly_named(frame)
    frame["whose"] = frame["patient"]
    frame = _split_at_midnight(frame, zone)
    first = np.datetime64(month.first, "ns")
    day = (frame["local_date"].to_numpy("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64) + 1
    frame["day"] = np.where((day >= 1) & (day <= month.last.day), day, 0).astype(np.int8)
    return frame


def _kinds(activities: pd.Series) -> Any:
    """What of each activity decides whether its time counts, as `activity_kind` has it."""
    number, names = pd.factorize(activities)
    return np.array([*(activity_kind(str(name)) for name in names), ""], dtype=object)[number]


def _work(entries: pd.DataFrame) -> Any:
    """A number for each person's part in an activity that has an identifier; -1 for all other work."""
    activity, names = pd.factorize(entries["activity_id"])
    person, _ = pd.factorize(entries["performer_id"])
    return np.where(activity < 0, -1, person.astype(np.int64) * (len(names) + 1) + activity)


def tell_colleagues(t: Stretches, performers: pd.Series, practitioners: pd.Series) -> None:
    """Practitioners other than the one who bills the stretch's patient are colleagues: their time is never personal.

    `performers` are those of the entries, `practitioners` those who bill the patients of the program.
    """
    rows = np.flatnonzero((t["performer_class"] == PRACTITIONER).to_numpy())
    patient = t["patient"].to_numpy()[rows]
    who = performers.iloc[t["entry"].to_numpy()[rows]].to_numpy(object)
    billing = practitioners.to_numpy(object)[np.maximum(patient, 0)] if len(practitioners) else who
    classes = t["performer_class"].to_numpy().copy()
    classes[rows[(who != billing) | (patient < 0)]] = OTHER_PRACTITIONER
    t["performer_class"] = classes


def _performer_class(tables: dict[str, pd.DataFrame], book: RuleBook) -> Any:
    """Practitioners by their own table, staff by credential; anyone else is not clinical."""
    staff, practitioners = tables["staff"], tables["practitioners"]
    clinical = staff["credential"].str.strip().str.lower().isin(book.clinical_staff)
    classes = dict(zip(staff["staff_id"], np.where(clinical, CLINICAL_STAFF, NON_CLINICAL), strict=True))
    classes |= dict.fromkeys(practitioners["practitioner_id"], PRACTITIONER)
    performers, names = pd.factorize(tables["time_entries"]["performer_id"])
    lookup = np.array([classes.get(name, NON_CLINICAL) for name in names] + [NON_CLINICAL], dtype=np.int8)
    return lookup[performers]


def _patients_in_activity(entries: pd.DataFrame) -> Any:
    """Among how many patients an entry is split: as logged, and never fewer than began at once in that activity."""
    logged = entries["patients_in_activity"].fillna(1).clip(lower=1).to_numpy(np.int64)
    shared = np.flatnonzero((entries["activity_id"].notna() & entries["has_clock"]).to_numpy())
    if not len(shared):
        return logged
    rows = entries.iloc[shared]
    at_once = rows.groupby(["performer_id", "activity_id", "start_s"], observed=True)["patient_id"].transform("nunique")
    logged[shared] = np.maximum(logged[shared], at_once.to_numpy(np.int64))
    return logged


def _split_at_midnight(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Cut each stretch with a clock where the practice's clock passes midnight; rows stay in entry order."""
    clock = time_zone(zone)
    done: list[pd.DataFrame] = []
    rest = frame
    while True:
        days, names = pd.factorize(rest["local_date"])
        following = [
            -1
            if pd.isna(day)
            else int(
                pd.Timestamp(day + DAY).tz_localize(clock, ambiguous=True, nonexistent="shift_forward").timestamp()
            )
            for day in names
        ]
        midnight = np.array([*following, -1], dtype=np.int64)[days]
        end = rest["start_s"].to_numpy() + rest["seconds"].to_numpy()
        crosses = (rest["has_clock"] & (end > midnight) & (midnight > 0)).to_numpy()
        if not crosses.any():
            done.append(rest)
            break
        before, after = rest.copy(deep=False), rest[crosses].copy()
        before["seconds"] = np.where(crosses, midnight - rest["start_s"], rest["seconds"])
        done.append(before)
        after["seconds"] = end[crosses] - midnight[crosses]
        after["start_s"] = midnight[crosses]
        after["local_date"] = after["local_date"] + DAY
        after["part"] += 1
        rest = after
    if len(done) == 1:
        return frame
    return _put_after(frame, done)


def _put_after(frame: pd.DataFrame, done: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of the frame, each followed by its parts after midnight."""
    rows = np.concatenate([np.arange(len(frame)), *(part["entry"].to_numpy() for part in done[1:])])
    order = np.argsort(rows, kind="stable")
    whole = frame.iloc[rows[order]].reset_index(drop=True)
    for name in ("seconds", "start_s", "local_date", "part"):
        whole[name] = np.concatenate([part[name].to_numpy() for part in done])[order]
    return whole
