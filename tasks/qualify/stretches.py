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
    frame = plainly_named(_split_at_midnight(entries, zone))
    row = frame["entry"].to_numpy()
    person, people = pd.factorize(entries["performer_id"])
    activity, names = pd.factorize(entries["activity"])
    kind = np.array([*(activity_kind(str(name)) for name in names), ""], dtype=object)
    country, approved = entries["country"], entries["approved"]
    is_refused = approved.eq(False).fillna(False).to_numpy(bool)
    waits = (entries["source"].eq("offline") & ~approved.fillna(False)).to_numpy(bool)
    by_entry = {
        "patient": tables.owners("time_entries"),
        "whose": tables.owners("time_entries"),
        "performer_class": _classes(people, tables, book)[person],
        "program": entries["program"].astype("category").array,
        "is_automated": entries["source"].eq("automated").to_numpy(bool),
        "is_abroad": (country.notna() & ~country.str.upper().isin(HOME)).to_numpy(bool),
        "is_prior_authorization": (kind == "prior_authorization")[activity],
        "is_scheduling": (kind == "scheduling")[activity],
        "is_visit": (kind == "visit")[activity],
        "is_unapproved": waits | is_refused,
        "is_refused": is_refused,
        "patients_in_activity": _patients_in_activity(entries),
        "work": _work(entries, person),
    }
    for name, values in by_entry.items():
        frame[name] = values[row]
    first = np.datetime64(month.first, "ns")
    day = (frame["local_date"].to_numpy("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64) + 1
    frame["day"] = np.where((day >= 1) & (day <= month.last.day), day, 0).astype(np.int8)
    return frame


def _work(entries: pd.DataFrame, person: Any) -> Any:
    """A number for each person's part in an activity that has an identifier; -1 for all other work."""
    activity, names = pd.factorize(entries["activity_id"])
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


def _classes(people: pd.Index, tables: dict[str, pd.DataFrame], book: RuleBook) -> Any:
    """Practitioners by their own table, staff by credential; anyone else is not clinical. Last comes who is unnamed."""
    staff, practitioners = tables["staff"], tables["practitioners"]
    clinical = staff["credential"].str.strip().str.lower().isin(book.clinical_staff)
    classes = dict(zip(staff["staff_id"], np.where(clinical, CLINICAL_STAFF, NON_CLINICAL), strict=True))
    classes |= dict.fromkeys(practitioners["practitioner_id"], PRACTITIONER)
    return np.array([classes.get(name, NON_CLINICAL) for name in people] + [NON_CLINICAL], dtype=np.int8)


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


def _split_at_midnight(entries: pd.DataFrame, zone: str) -> pd.DataFrame:
    """When each part of each entry was: cut where the practice's clock passes midnight, in the order of entries."""
    clock = time_zone(zone)
    rest = pd.DataFrame(
        {
            "entry": np.arange(len(entries), dtype=np.int64),
            "part": np.ones(len(entries), dtype=np.int16),
            "start_s": entries["start_s"].to_numpy(np.int64),
            "seconds": entries["seconds"].to_numpy(np.int64),
            "has_clock": entries["has_clock"].to_numpy(bool),
            "local_date": entries["local_date"].to_numpy("datetime64[ns]"),
        }
    )
    done: list[pd.DataFrame] = []
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
        done.append(rest)
        if not crosses.any():
            break
        after = rest[crosses].copy()
        rest["seconds"] = np.where(crosses, midnight - rest["start_s"], rest["seconds"])
        after["seconds"] = end[crosses] - midnight[crosses]
        after["start_s"] = midnight[crosses]
        after["local_date"] = after["local_date"] + DAY
        after["part"] += 1
        rest = after
    if len(done) == 1:
        return rest
    return pd.concat(done, ignore_index=True).sort_values("entry", kind="stable", ignore_index=True)
