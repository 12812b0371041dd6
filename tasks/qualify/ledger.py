"""Every second logged gets its disposition; what counts is added up for each patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify import families
from tasks.qualify.findings import dispositions, minute_rules
from tasks.qualify.frames import PRACTITIONER, STAFF_POOL, Months, Stretches
from tasks.qualify.shares import counted_elsewhere, shared_activity, simultaneous
from tasks.qualify.taken import Taken

NEEDED = [
    *("entry", "part", "patient", "whose", "work", "performer_class", "local_date", "day", "start_s", "has_clock"),
    *("seconds", "length", "disposition", "counts", "is_refused", "is_visit_day"),
]
"""The columns of a ledger: what is asked of a stretch once it is known what became of it."""

NO_CODE = -2
"""The number of a disposition that a rulebook does not have: no stretch has it."""


def count_minutes(t: Stretches, m: Months, book: RuleBook, settings: PracticeSettings, taken: Taken) -> pd.DataFrame:
    """The stretches with `disposition` and whether that `counts`; one that counts only in part becomes several rows,
    parts numbered anew. What counts and is to be checked is named by the rule that asks for the check.

    `taken` is the time that counts for the programs decided before.
    """
    patient = t["patient"].to_numpy()
    known = patient >= 0
    for column, nobody in (("consent_date", np.datetime64("NaT", "ns")), ("is_revoked", False), ("is_enrolled", False)):
        values = m[column].to_numpy()[np.maximum(patient, 0)] if len(m) else np.full(len(t), nobody)
        t[column] = np.where(known, values, nobody)
    t["is_facility_day"] = on_day(m["facility_bits"].to_numpy(), t)
    t["is_visit_day"] = on_day(m["visit_bits"].to_numpy(), t)
    reason, rules = dispositions(t, book, settings), minute_rules(book)
    checked = [rule.effect == "warn" for rule in rules]
    counting = np.array([*checked, True])[reason]  # -1 reads the last place
    shared = shared_activity(t, counting)
    length = t["seconds"].to_numpy() - shared
    t["length"] = length
    other = counted_elsewhere(t, length, counting, taken)
    again = simultaneous(t, length, counting, taken)
    categories = ["counted", "simultaneous", "shared_activity", "counted_elsewhere", *(rule.name for rule in rules)]
    kept = length - again - other
    some = [~counting, kept > 0, again > 0, other > 0, shared > 0]
    named = np.where(reason < 0, 0, reason + 4)
    whole = np.select(some, [named, named, 1, 3, 2], default=0)
    counts = np.array([True, False, False, False, *checked])
    t["counts"] = counts[whole]
    t["disposition"] = pd.Categorical.from_codes(whole, categories)
    t["seconds"] = np.select(some, [t["seconds"], kept, again, other, shared], default=0)
    rows, lengths, codes = [np.arange(len(t))], [t["seconds"].to_numpy()], [whole]
    for code, seconds in ((1, again), (2, shared), (3, other)):
        rows.append(np.flatnonzero((seconds > 0) & (whole != code)))
        lengths.append(seconds[rows[-1]])
        codes.append(np.full(len(rows[-1]), code))
    if sum(map(len, rows)) == len(t) and (t["part"] == 1).all():
        return t[NEEDED]
    # Every row, followed by what became otherwise of a part of it.
    order = np.argsort(np.concatenate(rows), kind="stable")
    ledger = t[NEEDED].iloc[np.concatenate(rows)[order]].reset_index(drop=True)
    ledger["seconds"] = np.concatenate(lengths)[order]
    whole = np.concatenate(codes)[order]
    ledger["disposition"] = pd.Categorical.from_codes(whole, categories)
    ledger["counts"] = counts[whole]
    entry, place = ledger["entry"].to_numpy(), np.arange(len(ledger))
    begins = np.diff(entry, prepend=-1) != 0
    ledger["part"] = place - np.maximum.accumulate(np.where(begins, place, 0)) + 1
    return ledger


def on_day(bits: Any, t: Stretches) -> Any:
    """Whether the stretch's day is set in its patient's bits; false outside the month and for nobody's time."""
    patient, day = t["patient"].to_numpy(), t["day"].to_numpy(np.int64)
    known = (patient >= 0) & (day > 0)
    found = bits[np.maximum(patient, 0)] if len(bits) else np.zeros(len(t), dtype=np.int64)
    return known & ((found >> np.maximum(day - 1, 0)) & 1).astype(bool)


def add_minutes(
    m: Months, ledger: pd.DataFrame, counted: pd.DataFrame, book: RuleBook, settings: PracticeSettings
) -> None:
    """Adds what the ledger says of each patient: seconds by class, left out, waiting, and if waiting time matters."""

    def total(of: pd.DataFrame, some: Any) -> Any:
        patient, seconds = of["patient"].to_numpy(), of["seconds"].to_numpy()
        rows = np.flatnonzero(some & (patient >= 0))
        return np.bincount(patient[rows], seconds[rows], minlength=len(m)).astype(np.int64)

    why = ledger["disposition"].cat.codes.to_numpy()
    names = {name: code for code, name in enumerate(ledger["disposition"].cat.categories)}
    who = counted["performer_class"].to_numpy()
    m["staff_seconds"] = total(counted, np.isin(who, STAFF_POOL))
    m["practitioner_seconds"] = total(counted, who == PRACTITIONER)
    m["excluded_seconds"] = total(ledger, ~ledger["counts"].to_numpy(bool))
    m["before_consent_seconds"] = total(ledger, why == names.get("before_consent", NO_CODE))
    m["colleague_seconds"] = total(ledger, why == names.get("colleague_time", NO_CODE))
    waits = ~ledger["is_refused"].to_numpy(bool)
    unapproved = waits & (why == names.get("unapproved", NO_CODE))
    m["unapproved_seconds"] = total(ledger, unapproved)
    m["pending_seconds"] = total(ledger, unapproved | (waits & (why == names.get("no_consent", NO_CODE))))
    at_visit = counted["is_visit_day"].to_numpy(bool)
    m["visit_day_seconds"] = total(counted, at_visit & (who == PRACTITIONER))
    m["staff_visit_day_seconds"] = total(counted, at_visit & np.isin(who, STAFF_POOL))
    m["facility_seconds"] = total(counted, on_day(m["facility_bits"].to_numpy(), counted))
    m["has_counted_time"] = (m["staff_seconds"] + m["practitioner_seconds"]) > 0
    m["pool_minutes"] = (m["staff_seconds"] + m["practitioner_seconds"]) // 60
    for column in ("pending", "before_consent", "colleague", "visit_day", "staff_visit_day", "facility"):
        m[f"{column}_minutes"] = m[f"{column}_seconds"] // 60
    m["reaches_any_with_pending"] = False
    m["earns_more_with_pending"] = False
    m["reaches_complex"] = False
    # What waits is somebody's time, and only a family for staff time may count whoever's it is, unless there is none.
    shared = any("clinical_staff" in family.time for family, _ in book.families)
    for family, entry in book.families:
        if family.by == "month":
            continue
        seconds = families.pool_seconds(family, m)
        now, then = seconds // 60, (seconds + m["pending_seconds"].to_numpy()) // 60
        most = families.cap(entry, settings)
        more = np.minimum(families.further_units(entry, then), most) > np.minimum(
            families.further_units(entry, now), most
        )
        crosses = (then >= entry.first_minutes) & (now < entry.first_minutes)
        if not family.needs and ("clinical_staff" in family.time or not shared):
            m["reaches_any_with_pending"] |= then >= entry.first_minutes
            m["earns_more_with_pending"] |= crosses | more
        if family.family == "complex":
            m["reaches_complex"] = now >= entry.first_minutes
