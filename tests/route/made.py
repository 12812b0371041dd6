"""One patient's case made from a few words: coverages, answers, what payers left, what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from config.case_settings import CaseSettings, case_settings
from config.contract import Table, answer_outputs, inputs, outputs
from config.frames import as_contract, empty
from config.month import Month
from config.settings import practice_settings
from tasks.route.cases import Standing, standing
from tasks.route.determinations import Determination, decide
from tasks.route.machine import Move
from tasks.route.work import Work

NUMBER, PATIENT = "C-000001", "100"
SETTINGS = practice_settings("P1")
CASES = case_settings("P1")


def frame(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows in the table's columns and types."""
    made = pd.DataFrame(rows)
    for column in table.columns:
        if column.type == "date" and column.name in made:
            made[column.name] = pd.to_datetime(made[column.name])
    return as_contract(made, table)


def settings(**changes: Any) -> CaseSettings:
    """The shipped settings of cases, some of them changed."""
    return CASES.model_copy(update=changes)


def claim(number: str = "K1", **values: Any) -> dict[str, Any]:
    """An answered claim that left $13.23 to the patient."""
    given = {
        "claim_number": number, "case_number": NUMBER, "month": "2026-08", "state": "paid", "patient_cents": 1323,
        "waiting": False, "answered_date": "2026-09-01", "payers_answered": 1, "qmb_told": False,
    }  # fmt: skip
    return given | values


def balances(*claims: dict[str, Any]) -> pd.DataFrame:
    """What became of those claims, as the answers' list has it."""
    return frame(answer_outputs()["claim_balances"], list(claims))


def moves(*told: dict[str, Any]) -> list[Move]:
    """Recorded moves, each with a source of its own."""
    found = []
    for place, one in enumerate(told):
        day = date.fromisoformat(str(one["day"]))
        found.append(Move(**(one | {"day": day, "source": one.get("source", f"told:{place}")})))
    return found


def determination(day: str = "2026-10-12", **told: Any) -> Determination:
    """A determination of one person with $18,000 a year, unless told otherwise."""
    given = {"kind": "hardship", "household": 1, "income_cents": 1_800_000, "ground": "attested", "decided_by": "S1"}
    return decide(NUMBER, day=date.fromisoformat(day), **({"settings": CASES} | given | told))


def tables(
    coverages: list[str] | list[dict[str, Any]],
    responses: list[list[str]],
    setting: str = "office",
    payments: list[dict[str, Any]] | None = None,
    patient: dict[str, Any] | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables of a practice with this one patient; coverages by kind, in the order in which they pay."""
    paying = [
        one if isinstance(one, dict) else {"priority": place, "payer_kind": one, "start_date": "2020-01-01"}
        for place, one in enumerate(coverages, start=1)
    ]
    paying = [{"coverage_id": f"V{place}"} | one for place, one in enumerate(paying, start=1)]
    said = [{"response_id": f"R{n}", "response_date": day, "response": what} for n, (day, what) in enumerate(responses)]
    paid = [{"payment_id": f"Y{n}"} | one for n, one in enumerate(payments or [])]
    rows = {
        "coverages": paying,
        "copay_responses": said,
        "patient_payments": paid,
        "patients": [patient or {}],
    }
    mine = {name: frame(inputs()[name], [{"patient_id": PATIENT} | row for row in some]) for name, some in rows.items()}
    practice = {"practice_id": "P1", "setting": setting, "time_zone": "America/New_York"}
    return mine | {"practices": frame(inputs()["practices"], [practice])}


def stood(
    made: dict[str, pd.DataFrame],
    until: str = "2026-10-31",
    recorded: list[Move] | None = None,
    owed: pd.DataFrame | None = None,
    determined: list[Determination] | None = None,
    barred: Mapping[str, frozenset[str]] | None = None,
    **changes: Any,
) -> Standing:
    """Where the case stands on that day."""
    day = date.fromisoformat(until)
    owed = empty(answer_outputs()["claim_balances"]) if owed is None else owed
    work = Work(
        {NUMBER: recorded} if recorded else {},
        {NUMBER: determined or []},
        owed,
        settings(**changes),
        barred=barred or {},
    )
    numbers = pd.Series({PATIENT: NUMBER})
    return standing(made, numbers, SETTINGS, Month.of(day), day, empty(outputs()["copay_cases"]), work)
