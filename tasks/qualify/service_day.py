"""On which day of the month codes are dated where the usual day may not do: an edit of one date, a stay at the end."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config import ncci
from config.frames import as_texts
from tasks.qualify.hospital import codes_off_hospital_claim, hospital_codes
from tasks.qualify.lookup import Written
from tasks.qualify.other_services import codes_of_program, seen_by_biller
from tasks.qualify.services import SERVICES

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

NAT = np.datetime64("NaT", "ns")
PAST_EDIT = ("dated_past_edit", "dated_past_edit_by_analogy")
"""The rules that tell of another day; where a rulebook does not know them, codes stay on the day that was reached."""


def add_month_dates(facts: Facts) -> None:
    """Adds the date of what is paid for the month as such: its last day, or the day of death.

    `day_before_stay` is the last day before it that lies in no stay, where that date itself lies in one; else missing.
    """
    frame, end = facts.frame, np.datetime64(facts.last, "ns")
    died = frame["death_date"].to_numpy("datetime64[ns]")
    usual = np.where(np.isnat(died) | (died > end), end, died)
    number = (usual - np.datetime64(facts.first, "ns")) // np.timedelta64(1, "D")
    until = (np.int64(1) << (np.maximum(number, -1) + 1)) - 1
    free = ~frame["facility_bits"].to_numpy(np.int64) & until
    latest = np.frexp(free.astype("float64"))[1] - 1  # the number of the highest day that is free
    days = np.datetime64(facts.first, "ns") + latest * np.timedelta64(1, "D")
    frame["month_service_date"] = usual
    frame["day_before_stay"] = np.where((free > 0) & (latest < number), days, NAT)


def date_past_edits(facts: Facts, found: pd.DataFrame) -> None:
    """Dates the chosen codes on the next day of the month on which no edit bars them whatever the modifier.

    Only where one does on the day on which the minutes were reached, and where the month has such a day: lived, covered
    as on that day and in no stay. `reached_date` is the day that gave way, `avoided_service` what stands on it.
    """
    frame = facts.frame
    reached, service, edition = (np.full(facts.size, None, dtype=object) for _ in range(3))
    days = frame["service_date"].to_numpy("datetime64[ns]").copy()
    if any(name in facts.book.rules for name in PAST_EDIT):
        codes = frame["codes"].to_numpy(object)
        chosen = {text: _Chosen(facts, frozenset(str(text).split()[::2])) for text in pd.unique(codes)}
        for row, others in _services_with_edits(facts):
            first, billed = pd.Timestamp(days[row]).date(), chosen[codes[row]]
            if (barred := _barred(billed, others, first)) is None:
                continue
            for day in free_days(facts, row, first):
                if _barred(billed, others, day) is None:
                    reached[row], service[row], edition[row] = days[row], barred[0], barred[1]
                    days[row] = np.datetime64(day, "ns")
                    break
    frame["reached_date"] = pd.Series(pd.to_datetime(pd.Series(reached)), dtype="datetime64[ns]").to_numpy()
    frame["avoided_service"], frame["avoided_edits"] = as_texts(service), as_texts(edition)
    redate(frame, found, days, np.array([day is not None for day in reached], dtype=bool))


def redate(frame: pd.DataFrame, found: pd.DataFrame, days: Any, moved: Any) -> None:
    """Gives the patient-months that moved, and their chosen candidates, the date of service among `days`."""
    if moved.any():
        frame["service_date"] = days
        patient = found["patient"].to_numpy()
        rows = found["chosen"].to_numpy(bool) & moved[patient]
        dates = found["service_date"].to_numpy("datetime64[ns]").copy()
        dates[rows] = days[patient[rows]]
        found["service_date"] = dates


Service = tuple[str, date, date]
"""A code of another service, its first and its last day."""


def _services_with_edits(facts: Facts) -> list[tuple[int, list[Service]]]:
    """The patients whose own services of the month have a code that some day's edits hold against the program's, with
    those services; only of codes that are dated by their minutes.
    """
    _, ours = codes_of_program(facts.book)
    apart = frozenset[str]().union(*(_apart(kind, facts.book.reference.ncci, ours) for kind in KINDS))
    rows, patient = facts.rows(SERVICES)
    code = Written(rows["code"])
    by_minutes = (frame := facts.frame)["service_date"].notna().to_numpy() & ~frame["bills_month_code"].to_numpy(bool)
    met = code.among(apart) & by_minutes[patient]
    if not met.any():
        return []
    last = rows["end_date"].fillna(rows["service_date"])
    own, _, unclear = seen_by_biller(facts, rows, patient)
    met &= (own | unclear) & ((rows["service_date"] <= facts.last) & (last >= facts.first)).to_numpy(bool)
    found: dict[int, list[Service]] = {}
    for row, one, first, end in zip(patient[met], code.text[met], rows["service_date"][met], last[met], strict=True):
        found.setdefault(int(row), []).append((str(one), first.date(), end.date()))
    return sorted(found.items())


KINDS: tuple[ncci.Kind, ...] = ("practitioner", "hospital")


@lru_cache(maxsize=64)
def _apart(kind: ncci.Kind, folder: Path, ours: frozenset[str]) -> frozenset[str]:
    """The codes of others that an edit of any time bars on one date with one of these, whatever the modifier."""
    pairs = [(edit.column1, edit.column2) for edit in ncci.all_edits(kind, folder) if not edit.bypassable]
    return frozenset({b for a, b in pairs if a in ours} | {a for a, b in pairs if b in ours}) - ours


class _Chosen:
    """Codes that were chosen: those on each claim, and the codes of others that no other date keeps apart from them."""

    def __init__(self, facts: Facts, billed: frozenset[str]):
        self.folder = facts.book.reference.ncci
        settled: set[str] = set()
        for conflict in facts.book.exclusions.against(billed):
            pair, effect = conflict.pair, conflict.pair.effect_for(facts.settings)
            if pair.strength == "hard" and pair.within == "month" and effect in ("hold", "not_billable"):
                settled |= conflict.theirs
        on_facility_claim = billed & hospital_codes(facts.frame, facts.book)
        left_out = settled | codes_off_hospital_claim(facts.book)
        self.claims: tuple[tuple[ncci.Kind, list[str], Set[str]], ...] = (
            ("practitioner", sorted(billed), settled),
            ("hospital", sorted(on_facility_claim), left_out),
        )


def _barred(chosen: _Chosen, others: list[Service], day: date) -> tuple[str, str] | None:
    """Which of these services bars the codes on that day, and the edition that says so.

    What a pair of the month keeps apart is left out: no other date helps there.
    """
    for kind, mine, left_out in chosen.claims:
        edits = ncci.edits(day, kind, chosen.folder)
        for other, begin, end in others:
            if begin <= day <= end and other not in left_out:
                for one in mine:
                    if (edit := edits.between(one, other)) and not edit.bypassable:
                        return other, edit.quarter
    return None


def free_days(facts: Facts, row: int, after: date) -> list[date]:
    """The later days on which the patient's claim may be dated as that day's: lived, covered alike and in no stay.

    In order; days of a hospice election come last, unless a modifier is recorded that says why they are paid.
    """
    last = _last_day(facts, row, after)
    days = [after.replace(day=number) for number in range(after.day + 1, last.day + 1)]
    stay, hospice = (int(facts.frame[name].iloc[row]) for name in ("facility_bits", "hospice_bits"))
    if facts.frame["hospice_modifier"].iloc[row]:
        hospice = 0
    return sorted((day for day in days if not stay >> (day.day - 1) & 1), key=lambda day: hospice >> (day.day - 1) & 1)


def _last_day(facts: Facts, row: int, day: date) -> date:
    """The last day of the month on which the patient lived, took part and had the coverages of that day, no others."""
    frame, day_of = facts.frame, pd.Timestamp(day)
    rows, patient = facts.rows("coverages")
    mine = rows[patient == row]
    ends = mine["end_date"][(mine["end_date"] >= day_of).to_numpy(bool)]
    begins = mine["start_date"][(mine["start_date"] > day_of).to_numpy(bool)] - pd.Timedelta(days=1)
    own = (frame["death_date"].iloc[row], frame["unenrolled_date"].iloc[row])
    return pd.Series([facts.last, *own, *ends, *begins]).min().date()
