"""The filing limit of one claim: the practice's own term with the payer, else what the payer told, else its kind's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.clocks import FilingLimit, filing_limit
from config.month import Month
from tasks.store import cycles
from tasks.store.basis import tables_of
from tasks.store.coverage_tables import coverage_answers
from tasks.store.payers_said import ANSWERS, OTHERS, Whose, of_program, said_by_payers
from tasks.store.remittances import asked, select

Told = Mapping[Whose, int]
"""Days from the date of service in which payers take a claim, as they told it."""


@dataclass(frozen=True)
class Limits:
    """What the limits of one practice's month go by: its own terms by payer, and what payers told."""

    own: Mapping[str, int] = field(default_factory=dict)
    told: Told = field(default_factory=dict)

    def told_days(self, patient_id: str, program: str, payer_kind: str, payer_id: str) -> int | None:
        """What the payer told for that program; what it told for its plan as a whole where it said nothing of it."""
        return of_program(self.told, (patient_id, program, payer_kind, _plain(payer_id)))

    def of(
        self, patient_id: str, program: str, payer_kind: str, payer_id: str, service_date: date
    ) -> FilingLimit | None:
        """The limit of the claim; None where none is known."""
        told = self.told_days(patient_id, program, payer_kind, payer_id)
        return filing_limit(payer_kind, service_date, self.own.get(payer_id), told)


def limits_in(own: Mapping[str, int], tables: Mapping[str, pd.DataFrame]) -> Limits:
    """The limits by the practice's own terms and by what payers told, as the month was decided; of two plans of one
    payer the shorter term."""
    told: dict[Whose, int] = {}
    for (patient_id, program, kind, payer_id), days in said_by_payers(tables, "filing_days"):
        key = patient_id, program, kind, _plain(str(payer_id))
        told[key] = min(int(days), told.get(key, int(days)))
    return Limits(own, told)


def with_told_days(connection: Connection, denied: pd.DataFrame) -> pd.DataFrame:
    """The denials with `payer_filing_days`, what the payer of each told of its filing limit, as the latest revision of
    the claim's month knows it; missing where it told nothing."""
    found = pd.Series(pd.NA, index=denied.index, dtype="Int64")
    theirs = coverage_answers.c.practice_id.in_(sorted(set(denied["practice_id"])))
    told = sa.select(coverage_answers.c.id).where(theirs, coverage_answers.c.filing_days.is_not(None)).limit(1)
    if denied.empty or connection.execute(told).first() is None:
        return denied.assign(payer_filing_days=found)
    names = ("claim_number", "practice_id", "month", "patient_id", "program", "payer_kind", "payer_id")
    with asked(connection, denied["claim_number"].drop_duplicates(), "limited_claims"):
        columns = {f"c.{name}": pa.large_string() for name in names}
        mine = "claims AS c JOIN limited_claims AS a ON a.claim_number = c.claim_number"
        rows = select(connection, columns, mine, "c.claim_number")
    days: dict[str, int | None] = {}
    for (practice_id, month), own in rows.groupby(["practice_id", "month"]):
        cycle = cycles.latest(connection, str(practice_id), Month.parse(str(month)))
        limits = limits_in({}, tables_of(connection, cycle.id, (ANSWERS, OTHERS)) if cycle else {})
        for claim_number, *whose in own[["claim_number", *names[3:]]].itertuples(index=False):
            days[claim_number] = limits.told_days(*whose)
    told_days = pd.array([days.get(number) for number in denied["claim_number"]], dtype="Int64")
    return denied.assign(payer_filing_days=pd.Series(told_days, index=denied.index))


def _plain(payer_id: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", payer_id.upper())
