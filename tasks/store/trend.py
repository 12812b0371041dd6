"""What a practice's months came to, a row each: counted where they lie, so that a year costs a few rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.month import Month
from tasks.store.claim_tables import ledger
from tasks.store.history import latest_cycles
from tasks.store.schema import cycles, monthly

OUTCOMES = ("bill", "hold", "short", "not_billable")  # a patient of several programs counts in the first that fits
COLUMNS = (
    "month", *OUTCOMES, "expected_cents", "received_cents", "counted_seconds", "left_out_seconds",
    *(f"patients_{name}" for name in OUTCOMES), "patients", "reached", "paid_patients",
)  # fmt: skip


def trend(connection: Connection, practice_id: str, until: Month, months: int) -> pd.DataFrame:
    """The newest revision of each of so many months up to that one, oldest first; a month never saved has no row.

    `bill`, `hold`, `short` and `not_billable` count patient-months, one of each program; `patients_...` count patients,
    each once; `reached` those with counted time, `paid_patients` those for whom a payer paid. `expected_cents` is what
    the claim lines are expected to be allowed, `received_cents` what payers paid for the month so far.
    """
    first = until
    for _ in range(months - 1):
        first = first.previous
    span = (cycles.c.month >= str(first)) & (cycles.c.month <= str(until))
    latest = latest_cycles(practice_id).where(span).subquery()
    found = pd.DataFrame({"month": sorted(connection.execute(sa.select(latest.c.month)).scalars())}, dtype="str")
    mine = (ledger.c.practice_id == practice_id) & (ledger.c.month >= str(first)) & (ledger.c.month <= str(until))
    paid = sa.case((ledger.c.paid_cents > 0, ledger.c.patient_id))
    received = sa.select(
        ledger.c.month,
        _sum(ledger.c.paid_cents).label("received_cents"),
        sa.func.count(paid.distinct()).label("paid_patients"),
    )
    for query in (*_of_months(latest), received.where(mine).group_by(ledger.c.month)):
        names = [column.name for column in query.selected_columns]
        rows = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=names)
        found = found.merge(rows.astype({"month": "str"}), how="left", on="month")
    return (
        found.reindex(columns=list(COLUMNS))
        .fillna(dict.fromkeys(COLUMNS[1:], 0))
        .astype(dict.fromkeys(COLUMNS[1:], "int64"))
    )


def _of_months(latest: sa.Subquery) -> Sequence[sa.Select[Any]]:
    """What the months' own tables say: outcomes, patients, expected amounts and seconds."""
    decided, lines, totals = (monthly[name] for name in ("decisions", "claim_lines", "reconciliation"))
    by_program = [_sum(sa.case((decided.c.outcome == name, 1), else_=0)).label(name) for name in OUTCOMES]
    place = sa.case(*((decided.c.outcome == name, number) for number, name in enumerate(OUTCOMES)))
    seconds = sa.func.coalesce(decided.c.staff_seconds, 0) + sa.func.coalesce(decided.c.practitioner_seconds, 0)
    each = sa.select(latest.c.month, sa.func.min(place).label("place"), sa.func.max(seconds).label("seconds"))
    each = each.join(decided, decided.c.cycle_id == latest.c.id).group_by(latest.c.month, decided.c.patient_id)
    patient = each.subquery()
    by_patient = [
        _sum(sa.case((patient.c.place == number, 1), else_=0)).label(f"patients_{name}")
        for number, name in enumerate(OUTCOMES)
    ]
    reached = _sum(sa.case((patient.c.seconds > 0, 1), else_=0)).label("reached")
    counted = (totals.c.total == "seconds") & (totals.c.part == "counted")
    left_out = (totals.c.total == "seconds") & totals.c.part.not_in(["counted", "in"])
    return (
        _each_month(latest, decided, *by_program),
        sa.select(patient.c.month, *by_patient, sa.func.count().label("patients"), reached).group_by(patient.c.month),
        _each_month(latest, lines, _sum(lines.c.expected_cents).label("expected_cents")),
        _each_month(
            latest,
            totals,
            _sum(sa.case((counted, totals.c.amount), else_=0)).label("counted_seconds"),
            _sum(sa.case((left_out, totals.c.amount), else_=0)).label("left_out_seconds"),
        ),
    )


def _each_month(latest: sa.Subquery, table: sa.Table, *columns: sa.Label[Any]) -> sa.Select[Any]:
    query = sa.select(latest.c.month, *columns).join(table, table.c.cycle_id == latest.c.id)
    return query.group_by(latest.c.month)


def _sum(column: Any) -> sa.Cast[int]:
    # PostgreSQL adds whole numbers up as decimals.
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)
