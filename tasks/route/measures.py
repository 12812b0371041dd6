"""Co-pay cases by month: opened, offered, resolved, patients kept and lost, dollars; shares of QMBs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median_low
from types import MappingProxyType
from typing import Any

import pandas as pd

from config.contract import worklist_outputs
from config.errors import InputError
from config.frames import as_contract
from config.month import Month
from tasks.route.calls import Judged
from tasks.route.machine import GIVES_UP, REDUCTIONS, Case, Move, after
from tasks.route.qmb_shares import ShareLeft

LOST = ("withdrew", "left")
QMB_SHARES = "qmb_shares"
LOWERED = "lowered"
CALLS = "calls"
WITH_CENTS = ("resolved", "dollars", QMB_SHARES)


def measures(
    moves: Mapping[str, list[Move]],
    payments: pd.DataFrame,
    until: date,
    shares: Iterable[ShareLeft] = (),
    share_moves: Mapping[str, Iterable[Move]] = MappingProxyType({}),
    unpaid: pd.DataFrame | None = None,
    calls: Iterable[Judged] = (),
) -> pd.DataFrame:
    """What happened up to that day, by month, in contract columns.

    `shares` are what is left of Qualified Medicare Beneficiaries' months, counted in the month of the payer's answer;
    `share_moves` what billing did with such; `unpaid` the claims (answered_date, lowered_cents) of which determinations
    take something off, counted in that month too until a case is resolved by them; `calls` those on record.

    Dollars collected are the patients' payments as exported; where a patient has none, what was recorded as paid.
    """
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(list)  # days to resolution, 0 for what has none
    cents: dict[tuple[str, str, str], int] = defaultdict(int)
    paying = set(payments["case_number"].dropna())
    for number, several in moves.items():
        for month, measure, name, days, amount in _happened(several, until):
            counts[month, measure, name].append(days)
            cents[month, measure, name] += amount
            kind = _dollars(name) if measure == "resolved" else ""
            if kind and not (kind == "collected" and number in paying):
                cents[month, "dollars", kind] += amount
                counts[month, "dollars", kind].append(0)
    for row in payments[payments["payment_date"] <= pd.Timestamp(until)].itertuples(index=False):
        kind = "collected" if row.amount > 0 else "given_back"
        month = str(Month.of(row.payment_date.date()))
        cents[month, "dollars", kind] += abs(int(row.amount))
        counts[month, "dollars", kind].append(0)
    told = [(one.answered, "left", one.cents) for one in shares]
    told += [(one.day, one.reason, one.cents) for several in share_moves.values() for one in several]
    for day, what, amount in told:
        if day <= until:
            counts[str(Month.of(day)), QMB_SHARES, what].append(0)
            cents[str(Month.of(day)), QMB_SHARES, what] += amount
    for row in () if unpaid is None else unpaid[unpaid["lowered_cents"] > 0].itertuples(index=False):
        month = str(Month.of(row.answered_date.date()))
        cents[month, "dollars", LOWERED] += int(row.lowered_cents)
        counts[month, "dollars", LOWERED].append(0)
    for month, how, _ in sorted({(str(Month.of(one.call.day)), one.stands, one.case_number) for one in calls}):
        counts[month, CALLS, how].append(0)
    table = worklist_outputs()["copay_measures"]
    rows: list[dict[str, Any]] = [
        {
            "month": month,
            "measure": measure,
            "name": name,
            "cases": len(days),
            "median_days": median_low(days) if measure == "resolved" else None,
            "cents": cents[month, measure, name] if measure in WITH_CENTS else None,
        }
        for (month, measure, name), days in sorted(counts.items())
    ]
    return as_contract(pd.DataFrame(rows, columns=table.names), table)


def _happened(moves: list[Move], until: date) -> list[tuple[str, str, str, int, int]]:
    """Month, measure, name, days and cents of each thing that happened to one case."""
    found: list[tuple[str, str, str, int, int]] = []
    case = Case()
    for move in moves:
        if move.day > until:
            continue
        try:
            changed = after(case, move)
        except InputError:
            continue
        month = str(Month.of(move.day))
        if changed.live and not case.live:
            found.append((month, "opened", changed.reason, 0, 0))
        if move.what == "offer":
            found.append((month, "offered", move.option, 0, 0))
        if case.live and not changed.live and changed.opened:
            days = (move.day - changed.opened).days
            found.append((month, "resolved", changed.outcome, days, move.cents))
            found.append((month, "patients", "lost" if changed.outcome in LOST else "kept", 0, 0))
        case = changed
    return found


def _dollars(outcome: str) -> str:
    kinds = {"paid": "collected", "refunded": "refunded"}
    kinds |= dict.fromkeys(REDUCTIONS, "waived") | dict.fromkeys(GIVES_UP, "written_off")
    return kinds.get(outcome, "")
