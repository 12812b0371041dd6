"""Time that was shaped instead of measured: who tops totals off, who writes a week down on one day, who writes late.

All in the first practice, and only where there is enough work to show it; smaller practices stay honest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from config.month import Month
from tasks.demo.log import MANUAL, NONE, TIMER
from tasks.demo.roster import Roster
from tasks.demo.workday import working_days

THRESHOLD = 1200
TOPPED_BELOW = 2400  # totals between a threshold and here are cut down to it
FEWEST_PATIENTS, TOPPED_SHARE = 30, 0.34
PILE_SECONDS, PILE_SHARE = 16 * 3600 + 1200, 0.35
FEWEST_ENTRIES, EVERY = 24, 4
LATE_DAYS = 5  # after the month; the care team's cut-off is on the third day


def topper(roster: Roster) -> int:
    """The care manager who stops once twenty minutes are reached."""
    return int(roster.manager[np.flatnonzero(roster.practice == 0)[-1]])


def piler(roster: Roster) -> int:
    """The care manager who writes the last days' work down on one day."""
    return int(roster.manager[0])


def late_writer(roster: Roster) -> int:
    """The practitioner who writes much of the month down when it is over."""
    return int(roster.practitioner[0])


def topped_off(rows: pd.DataFrame, roster: Roster, ccm: int) -> pd.DataFrame:
    """Many of one care manager's patients end seconds after twenty minutes: their timers run shorter."""
    theirs = (rows["program"] == ccm).to_numpy()
    total = np.bincount(rows["patient"], rows["seconds"] * theirs, minlength=roster.size).astype(np.int64)
    timed = theirs & (rows["person"] == topper(roster)).to_numpy() & (rows["source"] == TIMER).to_numpy()
    timers = np.bincount(rows["patient"], rows["seconds"] * timed, minlength=roster.size).astype(np.int64)
    shared = np.bincount(rows["patient"], rows["activity_id"] != NONE, minlength=roster.size) > 0
    surplus = total - THRESHOLD - 5 - np.arange(roster.size) % 50
    mine = (roster.manager == topper(roster)) & (total >= THRESHOLD)
    fits = mine & ~roster.cast & ~shared & (total < TOPPED_BELOW) & (surplus > 0) & (surplus * 4 < timers * 3)
    if mine.sum() < FEWEST_PATIENTS or fits.sum() < TOPPED_SHARE * mine.sum():
        return rows
    seconds, patient = rows["seconds"].to_numpy().copy(), rows["patient"].to_numpy()
    cut = timed & fits[patient]
    seconds[cut] = (seconds[cut] * (1 - surplus / np.maximum(timers, 1))[patient[cut]]).astype(np.int64)
    return rows.assign(seconds=seconds)


def piled_up(
    rows: pd.DataFrame, roster: Roster, month: Month, stays: tuple[np.ndarray, np.ndarray]
) -> tuple[pd.DataFrame, np.ndarray]:
    """One care manager's last work of the month stands under its last working day, by hand and without a clock.

    The second value marks those rows.
    """
    day = working_days(month)[-1]
    patient, person = rows["patient"].to_numpy(), rows["person"].to_numpy()
    there = (roster.enrolled <= day) & ~(roster.left <= day) & ~((stays[0] <= day) & (stays[1] >= day)) & ~roster.cast
    mine = person == piler(roster)
    chosen = np.flatnonzero(mine & there[patient] & (rows["activity_id"] == NONE).to_numpy())[::-1]
    minutes = np.maximum(60, rows["seconds"].to_numpy()[chosen] // 60 * 60)
    count = int(np.searchsorted(np.cumsum(minutes), PILE_SECONDS)) + 1
    marked = np.zeros(len(rows), bool)
    if count > len(chosen) or minutes[:count].sum() > PILE_SHARE * rows["seconds"].to_numpy()[mine].sum():
        return rows, marked
    marked[chosen[:count]] = True
    seconds, source, start = (rows[name].to_numpy().copy() for name in ("seconds", "source", "start"))
    seconds[chosen[:count]], source[marked] = minutes[:count], MANUAL
    start[marked] = day.astype("datetime64[s]") + np.timedelta64(15, "h")
    return rows.assign(seconds=seconds, source=source, start=start), marked


def written_late(log: pd.DataFrame, roster: Roster, month: Month) -> pd.DataFrame:
    """Every fourth entry of one practitioner is entered days after the month is over."""
    theirs = np.flatnonzero((log["person"] == late_writer(roster)).to_numpy())
    if len(theirs) < FEWEST_ENTRIES:
        return log
    late = theirs[::EVERY]
    entered = log["entered"].to_numpy().copy()
    evening = np.datetime64(month.last).astype("datetime64[s]") + np.timedelta64(LATE_DAYS * 24 + 18, "h")
    entered[late] = evening + (np.arange(len(late)) * 97).astype("timedelta64[s]")
    return log.assign(entered=entered)


def seen(log: pd.DataFrame, roster: Roster, month: Month, ccm: int) -> Iterator[tuple[int, str, str]]:
    """Who of them shows in the month's log: the person, the signal, what was done."""
    lasts = log["seconds"].where(log["seconds"] != NONE, (log["end"] - log["start"]).dt.total_seconds())
    mine = roster.manager == topper(roster)
    total = np.bincount(log["patient"], lasts * (log["program"] == ccm), minlength=roster.size)
    reached = mine & (total >= THRESHOLD)
    over = reached & np.isin(total // 60, (20, 40, 60))
    if reached.sum() >= FEWEST_PATIENTS / 2 and over.sum() >= 0.2 * reached.sum():
        yield topper(roster), "just_over_threshold", "stops the clock once twenty minutes are reached"
    piled = (log["person"] == piler(roster)) & (log["day"] == pd.Timestamp(working_days(month)[-1]))
    if lasts[piled].sum() > 16 * 3600:
        yield piler(roster), "more_hours_than_a_day_holds", "the last days' work written down on one day"
    if is_late(log, roster, month).sum() >= FEWEST_ENTRIES / EVERY:
        yield late_writer(roster), "entered_after_close", "a quarter of the month written down days after its end"


def is_late(log: pd.DataFrame, roster: Roster, month: Month) -> np.ndarray:
    """Which entries of the late writer were entered after the care team's cut-off."""
    theirs = (log["person"] == late_writer(roster)).to_numpy()
    return theirs & (log["entered"] > pd.Timestamp(month.last) + pd.Timedelta(days=LATE_DAYS)).to_numpy()
