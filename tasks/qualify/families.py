"""What each family of codes would bill for the month's minutes: units and date of service."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from config.frames import plainly_named, repeated
from config.rulebook import Family, FamilyEntry, RuleBook
from config.settings import PracticeSettings
from tasks.qualify.frames import CLASSES, STAFF_POOL, Months
from tasks.qualify.prices import price


def cap(entry: FamilyEntry, settings: PracticeSettings) -> int:
    """Most further units a month may bear; a setting may move it where the limit is appealable."""
    return int(getattr(settings, entry.cap_setting)) if entry.cap_setting else entry.further_cap


def further_units(entry: FamilyEntry, minutes: Any) -> Any:
    """Further units that whole minutes earn, before any cap; none below the first threshold."""
    if not entry.further:
        return np.zeros(len(minutes), dtype=np.int64)
    return np.maximum((minutes - entry.first_further) // entry.further_minutes + 1, 0)


def pool_seconds(family: Family, m: Months) -> Any:
    """Seconds a family may use: the classes of time it names. Staff time never reaches a personal code."""
    columns = {"clinical_staff": "staff_seconds", "practitioner": "practitioner_seconds"}
    return sum((m[columns[name]].to_numpy(np.int64) for name in family.time), np.zeros(len(m), dtype=np.int64))


def seconds_to_next(entry: FamilyEntry, seconds: Any, most: int) -> Any:
    """Seconds missing to the first, or the next further, unit; -1 when the cap is reached or nothing further exists."""
    minutes = seconds // 60
    have = further_units(entry, minutes)
    goal = np.where(minutes < entry.first_minutes, entry.first_minutes, minutes_of(entry, have + 1))
    at_end = (minutes >= entry.first_minutes) & ((have >= most) | (not entry.further))
    return np.where(at_end, -1, goal * 60 - seconds)


def minutes_of(entry: FamilyEntry, units: Any) -> Any:
    """Whole minutes at which that many further units are earned."""
    return np.where(units > 0, entry.first_further + (units - 1) * entry.further_minutes, entry.first_minutes)


def reached(family: Family, entry: FamilyEntry, m: Months, minutes: Any) -> Any:
    """Whether the family comes into question: its facts hold, and the minutes lie in its band."""
    found = m["is_enrolled"].to_numpy() & (minutes >= entry.first_minutes)
    if entry.below_minutes:
        found &= minutes < entry.below_minutes
    for fact in family.only_if:
        found &= m[fact].to_numpy(bool)
    return found


OF_THE_BILLER = ("by_physician", "by_psychologist", "bills_apcm")
"""What a family may ask of the billing practitioner; all else it asks of the patient and the month."""


def open_to_biller(m: Months, book: RuleBook) -> Any:
    """Whether the billing practitioner may bill some family of the program here, whatever the minutes."""
    found = np.zeros(len(m), dtype=bool)
    for family, _ in book.families:
        asked = [m[fact].to_numpy(bool) for fact in family.only_if if fact in OF_THE_BILLER]
        found |= np.logical_and.reduce(asked, initial=True)
    return found


class Candidates(NamedTuple):
    """What one family would bill, a row a patient in order; the date of service may move until they are priced."""

    family: Family
    entry: FamilyEntry
    frame: pd.DataFrame


def candidates(m: Months, ledger: pd.DataFrame, book: RuleBook, settings: PracticeSettings) -> list[Candidates]:
    """Of each family those whose threshold is reached, dated on the day on which the last billed unit was.

    Columns: patient, family, order, first, further, further_units, units_earned, units_cap, minutes, service_date,
    once, codes.
    """
    found = []
    for family, entry in book.families:
        minutes = pool_seconds(family, m) // 60
        rows = np.flatnonzero(reached(family, entry, m, minutes))
        earned = further_units(entry, minutes[rows])
        most = cap(entry, settings)
        units = np.minimum(earned, most)
        if family.by == "month":
            days = m["month_service_date"].to_numpy("datetime64[ns]")[rows]
        else:
            days = _threshold_dates(ledger, family, rows, minutes_of(entry, units) * 60)
        frame = pd.DataFrame(
            {
                "patient": rows,
                "family": repeated(family.family, len(rows)),
                "order": family.order,
                "first": repeated(entry.first, len(rows)),
                "further": repeated(entry.further, len(rows)),
                "further_units": units,
                "units_earned": earned,
                "units_cap": most,
                "minutes": minutes[rows],
                "service_date": days,
                "once": entry.once_across_programs,
                "codes": _texts(entry, most)[units],
            }
        )
        found.append(Candidates(family, entry, plainly_named(frame)))
    return found


def priced(found: list[Candidates], m: Months, book: RuleBook) -> pd.DataFrame:
    """All candidates with the amounts of their date of service (`price`), one row a patient and family."""
    for _, entry, frame in found:
        price(frame, entry, m, book)
    together = pd.concat([one.frame for one in found], ignore_index=True) if found else _none()
    return together.sort_values(["patient", "order"], kind="stable", ignore_index=True)


def _none() -> pd.DataFrame:
    """The columns of the candidates without a row: where nothing of the program is payable."""
    kinds = {"family": "str", "first": "str", "further": "str", "codes": "str", "service_date": "datetime64[ns]"}
    kinds |= dict.fromkeys(("patient", "order", "further_units", "units_earned", "units_cap", "minutes"), "int64")
    kinds |= dict.fromkeys(("first_cents", "further_cents", "first_coinsurance", "further_coinsurance"), "float64")
    kinds |= dict.fromkeys(("first_medicare", "further_medicare", "medicare_cents", "share_up_to_cents"), "float64")
    kinds |= dict.fromkeys(("hospital_cents", "hospital_copay_cents", "weighed_cents"), "float64")
    kinds |= {"schedule_cents": "float64", "basis": "str"}
    kinds |= {"expected_cents": "float64", "coinsurance_cents": "float64", "confidence": "int64", "once": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _texts(entry: FamilyEntry, most: int) -> Any:
    texts = [f"{entry.first} x1"] + [f"{entry.first} x1 {entry.further} x{units}" for units in range(1, most + 1)]
    return np.array(texts, dtype=object)


def _threshold_dates(ledger: pd.DataFrame, family: Family, patients: Any, needed: Any) -> Any:
    """The day on which each patient's counted seconds of the family's classes first reach what the last unit needs.

    `ledger` is the counted stretches in order of patient, day and start, so that no day of a facility stay can be met.
    """
    classes = [CLASSES.index(name) for name in family.time]
    classes += STAFF_POOL if "clinical_staff" in family.time else ()
    used = ledger[ledger["performer_class"].isin(classes)]
    running = np.concatenate([[0], np.cumsum(used["seconds"].to_numpy(np.int64))])
    begin = np.searchsorted(used["patient"].to_numpy(), patients, side="left")
    row = np.searchsorted(running, running[begin] + needed, side="left") - 1
    return used["local_date"].to_numpy("datetime64[ns]")[row]


def choose(found: pd.DataFrame, supported: Any, barred: Any, settings: PracticeSettings) -> pd.DataFrame:
    """The candidates with `supported`, `chosen` and `why`; exactly one is chosen where any is supported.

    The practice's policy decides: `highest_allowed`, `simplest`, or a family by name, which falls back to the simplest.
    One that is `barred` by another service is chosen only where all are, for then the month waits under its best codes.
    A missing amount never wins over a known one; equal amounts go to the simpler family, and where none is known the
    national schedule's amounts in an office are compared, which `why` says. `hospital_unknown` marks the
    candidates of patients for whom a hospital's own amount is not known and so was left out of the comparison.
    """
    policy, patient, order = settings.choose_family, found["patient"].to_numpy(), found["order"].to_numpy()
    free = supported & ~barred
    eligible = np.where((np.bincount(patient, free, minlength=1) > 0)[patient], free, supported)
    amount, hospital_unknown, by_schedule = comparable(found, patient, eligible)
    if policy == "highest_allowed":
        rank = np.lexsort([order, -amount, ~eligible, patient])
    else:
        named = (found["family"] == policy).to_numpy()
        rank = np.lexsort([order, ~named, ~eligible, patient])
    ranked = patient[rank]
    best = np.zeros(len(found), dtype=bool)
    best[rank[np.flatnonzero(np.diff(ranked, prepend=-1))]] = True
    chosen = best & eligible
    alone, documented = (np.bincount(patient, some, minlength=1)[patient] == 1 for some in (eligible, supported))
    reasons = {
        "highest_allowed": "highest expected amount among the documented families",
        "simplest": "simplest family",
    }
    texts = [
        "not documented",
        f"not chosen under the practice's policy: {policy}",
        reasons.get(policy, f"the practice's choice: {policy} where documented"),
        "the only documented family",
        "may not stand beside another service of the month",
        "the only documented family that may stand beside the other services of the month",
        "no amount is loaded here; the highest among the documented families by the national schedule for offices",
    ]
    by_schedule = by_schedule & (policy == "highest_allowed")
    won = np.select([documented, alone, by_schedule], [3, 5, 6], default=2)
    why = np.where(chosen, won, np.where(eligible, 1, np.where(supported, 4, 0)))
    why = pd.Categorical.from_codes(why, texts)
    return found.assign(supported=supported, chosen=chosen, why=why, hospital_unknown=hospital_unknown)


def comparable(found: pd.DataFrame, group: Any, among: Any) -> tuple[Any, Any, Any]:
    """What each row is worth beside the others of its group, -1 where no amount is known; where that is not all; and
    where it is the schedule's amount in an office.

    All claims that go out count, the hospital's beside the practitioner's. Where the hospital's amount is not known for
    one of the rows `among` which is chosen, the practitioner's alone are compared for the whole group; where no amount
    of theirs is known at all, those of the schedule are.
    """
    allowed, all_claims = found["expected_cents"].to_numpy("float64"), found["weighed_cents"].to_numpy("float64")
    missing = np.isnan(all_claims) & ~np.isnan(allowed)
    partly = (np.bincount(group, missing & among, minlength=1) > 0)[group]
    worth = np.where(partly | missing, allowed, all_claims)
    known = np.bincount(group, ~np.isnan(worth) & among, minlength=1) > 0
    schedule = found["schedule_cents"].to_numpy("float64")
    by_schedule = ~known[group] & ~np.isnan(schedule)
    return np.nan_to_num(np.where(by_schedule, schedule, worth), nan=-1), partly, by_schedule
