"""Patients with nothing but coverages, and what is asked of them in October 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from config.contract import inputs
from config.month import Month
from config.payer_register import FIRST, register_in
from config.payer_settings import PayerSettings
from tasks.cover import lists
from tasks.cover.eligibility import read
from tasks.cover.step import Covered, cover
from tasks.cover.verify import Known
from tasks.store.filing import limits_in
from tests.qualify.cases import tables_of, typed

OCTOBER = Month(2026, 10)
B: dict[str, Any] = {
    "priority": 1, "payer_kind": "medicare_part_b", "payer_name": "Medicare", "payer_id": "15202",
    "member_id": "1EG4-TE5-MK73", "start_date": "2010-01-01",
}  # fmt: skip
RECORDED: dict[str, Any] = {
    "answer": "covers", "step": "representative", "source": "Provider line, J. Roe", "confidence": "secondary",
    "reference_number": "A-17", "answered_date": dt.date(2026, 10, 20), "holds_from": dt.date(2026, 10, 1),
    "valid_until": dt.date(2027, 10, 20), "needs_authorization": None, "takes_coinsurance": "", "takes_deductible": "",
    "patient_owes": "",
}  # fmt: skip


def payer(kind: str, priority: int = 1, **more: Any) -> dict[str, Any]:
    return {"payer_kind": kind, "priority": priority, "start_date": "2020-01-01", **more}


@cache
def _people(count: int, month: Month) -> dict[str, pd.DataFrame]:
    return tables_of([{}] * count, month)


@cache
def nobody_asked() -> pd.DataFrame:
    """No eligibility answers."""
    return told()


def told(*files: bytes, today: dt.date = dt.date(2026, 12, 31)) -> pd.DataFrame:
    """The findings of these files as the store gives them, in the order in which they were read."""
    from tests.cover.answers_271 import Asked, answer

    frames = [
        read("x.271", file, today).assign(digest=str(n), read_at=pd.Timestamp("2026-10-06") + pd.Timedelta(n, "h"))
        for n, file in enumerate(files or [answer(Asked(member="NOBODY"))])
    ]
    found = pd.concat(frames, ignore_index=True)
    return found.astype({"read_at": "datetime64[ns]", "digest": "str"})


def october(
    *patients: list[dict[str, Any]],
    recorded: dict[str, dict[str, Any]] | None = None,
    own: dict[str, Any] | None = None,
    answers: pd.DataFrame | None = None,
    month: Month = OCTOBER,
    births: Sequence[str] = (),
    **case: Any,
) -> Covered:
    """Who covers these patients, each with these coverages; `case` is more about every one of them."""
    people = _people(len(patients), month) if not case else tables_of([case] * len(patients), month)
    if births:
        born = pd.Series(pd.to_datetime(list(births))).astype("datetime64[ns]")
        people = people | {"patients": people["patients"].assign(birth_date=born)}
    rows = [
        {"coverage_id": f"P{number}-{place}", "patient_id": f"P{number}", **row}
        for number, coverages in enumerate(patients, 1)
        for place, row in enumerate(coverages, 1)
    ]
    tables = people | {"coverages": typed(inputs()["coverages"], rows)}
    known = Known(register_in(month), PayerSettings.model_validate(own or {}), recorded or {})
    return cover(tables, month, known, nobody_asked() if answers is None else answers)


def listed(covered: Covered, own: Mapping[str, int] | None = None, month: Month = OCTOBER) -> pd.DataFrame:
    """Each patient's payers in their order; `own` are the practice's filing terms by payer."""
    limits = limits_in(own or {}, covered.tables)
    rows = covered.tables["payer_answers"].assign(program=FIRST)
    return lists.coverage(rows, pd.Series({"P1": "C-000001"}), {}, limits, month.last)


def queried(covered: Covered) -> dict[str, bool]:
    """What contradicts, and whether the month waits for it."""
    found = lists.queries(covered.payers, covered.against, covered.rows, pd.Series(dtype="str"))
    return {str(name): bool(holds) for name, holds in zip(found["contradiction"], found["holds"], strict=True)}
