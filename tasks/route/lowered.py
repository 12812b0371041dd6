"""What determinations take off unpaid shares, whether or not a case was resolved by them yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from tasks.route.determinations import Determination
from tasks.route.machine import REDUCTIONS, Move


def with_lowered(
    unpaid: pd.DataFrame,
    moves: Mapping[str, list[Move]],
    determinations: Mapping[str, list[Determination]],
    payments: pd.DataFrame,
    age_days: int,
    until: date,
) -> pd.DataFrame:
    """The unpaid claims with `lowered_cents`, which nobody asks for, and `asked_cents`, the rest.

    A claim is lowered once: by the determination that held on the day on which it came due, else by the first one after
    it that a reduction on record was made by, or that holds on `until`. What was taken off already counts. Nothing is
    asked, and so nothing lowered, of what is `protected` or `barred`. `lowered_by` is the day of the determination.
    """
    lowered = pd.Series(0, index=unpaid.index, dtype="int64")
    lowered_by = pd.Series(pd.NaT, index=unpaid.index, dtype="datetime64[us]")
    granted = {number for number, several in determinations.items() if any(one.granted for one in several)}
    never = unpaid["protected"] | unpaid["barred"]
    theirs = unpaid[unpaid["case_number"].isin(granted) & ~never]
    for number, rows in theirs.groupby("case_number"):
        case = str(number)
        every = sorted(determinations[case], key=lambda one: one.decided_date)
        paid = payments[(payments["case_number"] == number) & (payments["payment_date"] <= pd.Timestamp(until))]
        ends = [*(one.decided_date for one in every[1:]), date.max]
        taken = [_taken_off(moves.get(case, []), one, end, until) for one, end in zip(every, ends, strict=True)]
        days = [row.answered_date.date() + timedelta(days=age_days) for row in rows.itertuples()]
        by = [_counts(every, taken, due, until) for due in days]
        for one, off in zip(every, taken, strict=True):
            mine = rows[[found is one for found in by]]
            if mine.empty:
                continue
            since = paid[paid["payment_date"] >= pd.Timestamp(one.decided_date)]
            left, whole = int(mine["unpaid_cents"].sum()), int(rows["patient_cents"].sum())
            base = max(left + off, min(left + off + max(0, int(since["amount"].sum())), whole))
            lowered_by[mine.index] = pd.Timestamp(one.decided_date)
            lowered[mine.index] = _shared(mine["unpaid_cents"], base * one.reduced_percent // 100 - off)
    asked = (unpaid["unpaid_cents"] - lowered).mask(never, 0)
    return unpaid.assign(lowered_cents=lowered, asked_cents=asked, lowered_by=lowered_by)


def lowered_by_day(unpaid: pd.DataFrame) -> dict[tuple[str, date], int]:
    """Cents that are off, by case and day of the determination."""
    sums = unpaid[unpaid["lowered_cents"] > 0].groupby(["case_number", "lowered_by"])["lowered_cents"].sum()
    return {(str(case), day.date()): int(cents) for (case, day), cents in sums.items()}


def _counts(every: Sequence[Determination], taken: Sequence[int], due: date, until: date) -> Determination | None:
    """The determination by which a claim that came due on that day is lowered."""
    then = [one for one in every if one.decided_date <= due <= one.until_date and due <= until]
    if then and then[-1].granted:
        return then[-1]
    now = [one for one in every if one.decided_date <= until <= one.until_date]
    later = zip(every, taken, strict=True)
    return next((one for one, off in later if one.granted and one.until_date >= due and (off or one in now[-1:])), None)


def _taken_off(moves: Iterable[Move], one: Determination, end: date, until: date) -> int:
    """What reductions took off by it, before the next one was made."""
    days = [move for move in moves if one.decided_date <= move.day <= until and move.day < end]
    return sum(move.cents for move in days if move.outcome in REDUCTIONS)


def _shared(amounts: pd.Series, cents: int) -> pd.Series:
    """So many cents spread over the amounts by their size, to the cent."""
    whole = int(amounts.sum())
    if cents <= 0 or not whole:
        return amounts * 0
    upto = amounts.cumsum() * min(cents, whole) // whole
    return (upto - upto.shift(fill_value=0)).astype("int64")
