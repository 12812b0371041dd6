"""What compliance is told: waivers without ground, too many of them, many alike, money of those who owe none,
and calls in quiet hours or without their time.

Billing is told the same: what a Qualified Medicare Beneficiary's payers left is blocked on its statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Any

import pandas as pd

from config.case_days import case_days
from config.case_settings import CaseSettings
from config.contract import worklist_outputs
from config.frames import as_contract
from tasks.route.calls import Judged, call_alerts
from tasks.route.determinations import KINDS, Determination
from tasks.route.machine import REDUCTIONS, Move
from tasks.route.qmb_shares import ShareLeft

WAIVER_LAW = "42 U.S.C. 1320a-7a(i)(6)(A): not as a routine, after this patient's own need or after effort to collect"
QMB_LAW = "CMS MLN Matters SE1128, revised 2018-06-26"
BARRED_SOURCE = "The payer's policy, contract or recorded answer, as coverage.csv of the month names it"


def alerts(
    moves: Mapping[str, list[Move]],
    determinations: Mapping[str, list[Determination]],
    refunds: Mapping[str, int],
    practice_id: str,
    settings: CaseSettings,
    until: date,
    shares: Sequence[ShareLeft] = (),
    barred_paid: Mapping[str, int] = MappingProxyType({}),
    lowered: Mapping[tuple[str, date], int] = MappingProxyType({}),
    calls: Sequence[Judged] = (),
) -> pd.DataFrame:
    """What compliance has to look at on that day, in contract columns; empty when all is well.

    `refunds` are what Qualified Medicare Beneficiaries paid, `shares` what payers left of their share, by month;
    `barred_paid` what was paid for months of which the payer forbids to bill; `lowered` what determinations take off
    now by case and day of the determination, whether or not a case was resolved by them; `calls` those on record.
    """
    within = until - timedelta(days=case_days("waivers_looked_at", until))
    settled = [
        (number, move)
        for number, several in moves.items()
        for move in several
        if move.what == "resolve" and within < move.day <= until
    ]
    rows = [_rate("waiver_rate_of_practice", practice_id, [move for _, move in settled], settings)]
    people = sorted({move.by for _, move in settled if move.by})
    rows += [
        _rate("waiver_rate_of_person", person, [move for _, move in settled if move.by == person], settings)
        for person in people
    ]
    rows += [
        _without_ground(number, move) for number, move in settled if not _founded(move, determinations.get(number, ()))
    ]
    rows += _alike(determinations, settings)
    rows += [
        _above_limit(number, several, moves.get(number, ()), lowered, settings, within)
        for number, several in sorted(determinations.items())
    ]
    rows += [_taken(number, cents) for number, cents in sorted(refunds.items()) if cents > 0]
    rows += [_taken_though_barred(number, cents) for number, cents in sorted(barred_paid.items()) if cents > 0]
    told = sorted((one for one in shares if one.told), key=lambda one: (one.case_number, one.month))
    rows += [_left(number, list(mine)) for number, mine in groupby(told, key=lambda one: one.case_number)]
    rows += call_alerts(calls, until)
    table = worklist_outputs()["copay_alerts"]
    return as_contract(pd.DataFrame([row for row in rows if row], columns=table.names), table)


def _rate(alert: str, whose: str, settled: list[Move], settings: CaseSettings) -> dict[str, Any] | None:
    waived = sum(move.outcome in REDUCTIONS for move in settled)
    if not settled or waived < settings.waiver_cases or waived * 100 <= settings.waiver_percent * len(settled):
        return None
    return {
        "alert": alert,
        "whose": whose,
        "cases": waived,
        "of_cases": len(settled),
        "percent": waived * 100 // len(settled),
        "threshold": settings.waiver_percent,
        "words": "More of the cases settled within a year than the threshold were reduced or waived; look at each",
        "source": WAIVER_LAW,
    }


def _founded(move: Move, of_case: Iterable[Determination]) -> bool:
    if move.outcome not in REDUCTIONS:
        return True
    return any(move.outcome in KINDS[one.kind] and one.holds_on(move.day) for one in of_case)


def _without_ground(number: str, move: Move) -> dict[str, Any]:
    words = f"Resolved as {move.outcome} without a determination that held on {move.day}; determine, or take it back"
    return {"alert": "waiver_without_determination", "whose": number, "cases": 1, "words": words, "source": WAIVER_LAW}


def _alike(determinations: Mapping[str, list[Determination]], settings: CaseSettings) -> list[dict[str, Any]]:
    """Many on one day by one person with the same figures: none of them looks like a look at one patient's need."""
    figures = Counter(
        (one.decided_by, one.decided_date, one.household, one.income_cents)
        for several in determinations.values()
        for one in several
    )
    return [
        {
            "alert": "determinations_alike",
            "whose": person,
            "cases": count,
            "threshold": settings.same_day_determinations,
            "words": f"{count} determinations of {day} have the same figures; each must be the patient's own",
            "source": WAIVER_LAW,
        }
        for (person, day, _, _), count in sorted(figures.items())
        if count >= settings.same_day_determinations
    ]


def _above_limit(
    number: str,
    of_case: Iterable[Determination],
    moves: Iterable[Move],
    lowered: Mapping[tuple[str, date], int],
    settings: CaseSettings,
    within: date,
) -> dict[str, Any] | None:
    """One person's determinations that take off little a month, and by now more than one person may let off."""
    granted = [one for one in of_case if one.granted]
    last = max(granted, key=lambda one: (one.decided_date, one.until_date), default=None)
    if last is None or not last.alone or last.until_date < within:
        return None
    done = [one for one in moves if one.outcome in REDUCTIONS and last.decided_date <= one.day <= last.until_date]
    days = {one.decided_date for one in granted if one.decided_by == last.decided_by and one.alone}
    cents = sum(lowered.get((number, day), 0) for day in days) + sum(one.cents for one in done)
    limit = settings.four_eyes_above_cents
    if cents <= limit:
        return None
    words = (
        f"${cents / 100:,.2f} are off by now, more than ${limit / 100:,.2f}, and one person alone made the "
        f"determination of {last.decided_date}: a second person must decide too (determine again with a second person)"
    )
    return {"alert": "lowered_above_limit", "whose": number, "cases": 1, "words": words, "source": WAIVER_LAW}


def _taken(number: str, cents: int) -> dict[str, Any]:
    words = f"A Qualified Medicare Beneficiary paid ${cents / 100:,.2f}: give it back, and block bills and statements"
    return {"alert": "qmb_paid", "whose": number, "cases": 1, "words": words, "source": QMB_LAW}


def _taken_though_barred(number: str, cents: int) -> dict[str, Any]:
    words = f"${cents / 100:,.2f} was paid for a month of which the payer forbids to bill the patient: give it back"
    return {"alert": "barred_paid", "whose": number, "cases": 1, "words": words, "source": BARRED_SOURCE}


def _left(number: str, shares: list[ShareLeft]) -> dict[str, Any]:
    def amounts(some: Iterable[ShareLeft]) -> str:
        return ", ".join(f"${one.cents / 100:,.2f} of {one.month}" for one in some)

    last = f"answer so in the worklist by {min(one.due for one in shares)}"
    theirs, before = ([one for one in shares if one.before is old] for old in (False, True))
    words = []
    if theirs:
        words.append(
            f"A Qualified Medicare Beneficiary's share is left on remittances ({amounts(theirs)}): block the patient's "
            "statement, send the share to Medicaid, take what it pays as the whole, adjust the rest to nothing, and "
            f"{last}"
        )
    if before:
        words.append(
            f"Of months before the program began is left, of who is a Qualified Medicare Beneficiary now "
            f"({amounts(before)}): block the patient's statement, ask the state from which day it counts, and {last}"
        )
    return {"alert": "qmb_share_left", "whose": number, "cases": 1, "words": "; ".join(words), "source": QMB_LAW}
