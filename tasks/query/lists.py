"""The lists about queries: what holds the month, what is open, what each care manager answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from config.contract import Table, worklist_outputs
from config.frames import as_contract
from config.month import Month
from config.query_kinds import QueryTerms, query_kinds
from tasks.query.machine import Query
from tasks.store.queries import query_text

DETAILS = {"none": "", "date": ". In detail, with a yes: the day, as 2026-10-05",
           "practitioner": ". In detail, with a yes: the practitioner's identifier",
           "role": ". In detail, with a yes: the licence or job, as RN"}  # fmt: skip


def holds_to_ask(
    findings: pd.DataFrame,
    decisions: pd.DataFrame,
    queries: Iterable[Query],
    month: Month,
    revision: int,
    modifiers: Mapping[str, str],
    patients: pd.DataFrame,
) -> pd.DataFrame:
    """What holds the patient-months that are on hold, each with its open query, the columns for questions empty.

    `modifiers` are those that the practice recorded, in words by case; `patients` the table whose names are shown.
    """
    held = decisions.loc[decisions["outcome"] == "hold", ["case_number", "program"]]
    rows = findings[findings["outcome"] == "hold"].merge(held, on=["case_number", "program"])
    opened = {
        (one.month, one.case_number, one.program, one.rule): one.number for one in queries if one.state != "closed"
    }
    keys = zip(rows["case_number"], rows["program"], rows["rule"], strict=True)
    numbers = [opened.get((str(month), *key)) for key in keys]
    rows = rows.assign(month=str(month), revision=revision, query_number=[_text(one) for one in numbers])
    rows["modifiers"] = rows["case_number"].map(dict(modifiers))
    who = patients[["patient_id", "last_name", "first_name"]].drop_duplicates("patient_id")
    rows = rows.merge(who, on="patient_id", how="left")
    return as_contract(rows.sort_values(["case_number", "program", "rule"]), worklist_outputs()["holds"])


def listed(queries: Iterable[Query], settings: QueryTerms, today: date) -> pd.DataFrame:
    """Every query that is not closed, and those closed lately, the soonest due first."""
    since = today - timedelta(days=settings.tell_closed_days)
    rows = [_row(one, settings) for one in queries if one.state != "closed" or (one.closed and one.closed > since)]
    return _framed(rows, worklist_outputs()["queries"])


def to_answer(
    queries: Iterable[Query], patients: Mapping[str, tuple[str, str]], settings: QueryTerms
) -> dict[str, pd.DataFrame]:
    """The queries that wait for an answer, by care manager; `patients` are family and given names by case."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in queries:
        if one.waiting and one.asked_to:
            kind = query_kinds()[one.kind]
            last, first = patients.get(one.case_number, ("", ""))
            more = {"round": one.round, "takes": f"{kind.means}{DETAILS[kind.detail]}"}
            asked = _row(one, settings) | {"last_name": last or None, "first_name": first or None}
            rows.setdefault(one.asked_to, []).append(asked | more | {"answer": None, "detail": None, "note": None})
    table = worklist_outputs()["query_worklist"]
    return {staff_id: _framed(mine, table) for staff_id, mine in sorted(rows.items())}


def _row(one: Query, settings: QueryTerms) -> dict[str, Any]:
    names = ("month", "case_number", "program", "kind", "rule", "about", "question", "asked_by", "asked_to", "state")
    told = ("answer", "detail", "note", "answered_by", "result")
    row: dict[str, Any] = {name: getattr(one, name) or None for name in (*names, *told)}
    row |= {"query_number": query_text(one.number), "due_date": one.due(settings), "asked_date": one.asked}
    escalated = settings.escalate_to if one.state == "escalated" else None
    row |= {"answered_date": one.answered, "escalated_to": escalated}
    return row if one.waiting else row | {"due_date": None}


def _framed(rows: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=table.names)
    for column in table.columns:
        if column.type == "date":
            frame[column.name] = pd.to_datetime(frame[column.name])
    return as_contract(frame.sort_values(["due_date", "query_number"], na_position="last"), table)


def _text(number: int | None) -> str | None:
    return None if number is None else query_text(number)
