"""Frames as the checks get them, made by hand from the contract: a small clean practice to spoil one cell at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.contract import inputs
from config.frames import DTYPES
from config.month import Month
from config.settings import PracticeSettings, practice_settings
from tasks.check.check import Checked, check_tables
from tasks.check.entry_flags import entry_flags

MONTH = Month(2026, 10)
AS_OF = date(2026, 11, 5)
ZONE = "America/New_York"
CORE = ("patients", "time_entries")


def settings(**changes: Any) -> PracticeSettings:
    """The shipped settings, some of them changed."""
    return practice_settings("P1").model_copy(update=changes)


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Those rows with the table's columns, types, file and line, and a time entry's derived columns."""
    contract = inputs()[table]
    made = pd.DataFrame({column.name: _column(column.name, column.type, rows) for column in contract.columns})
    made["source_file"] = pd.Series([f"{table}.csv"] * len(rows), dtype="str")
    made["source_line"] = np.arange(2, len(rows) + 2, dtype="int64")
    return _derived(made) if table == "time_entries" else made


def example(table: str, **values: Any) -> dict[str, Any]:
    """A clean row, made of the contract's own examples."""
    row = {column.name: _read(column.type, column.example) for column in inputs()[table].columns}
    return {**row, **values}


def practice(**rows: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """Every table with one clean row, or with the rows that are given."""
    return {name: frame(name, rows.get(name, [example(name)])) for name in inputs()}


def check(changes: dict[str, Any] | None = None, **rows: list[dict[str, Any]]) -> Checked:
    """What the checks make of a practice whose unnamed tables about patients are empty, which is quicker."""
    children = {name: [] for name, table in inputs().items() if "patient_id" in table.names and name not in CORE}
    return check_tables(practice(**(children | rows)), settings(**(changes or {})), MONTH, AS_OF)


def reasons(checked: Checked, table: str) -> set[tuple[str, str]]:
    """Key and reason of every row of that table that was set aside."""
    rows = checked.quarantine[checked.quarantine["table"] == table]
    return set(zip(rows["row_key"].fillna(""), rows["reason"], strict=True))


def warned(checked: Checked, table: str) -> dict[str, int]:
    """Failed rows by warning."""
    rows = checked.checks.query("table == @table and severity == 'warn' and failed > 0")
    return dict(zip(rows["check"], rows["failed"].astype(int), strict=True))


def entry(key: str, start: str | None = None, seconds: int | None = 600, **values: Any) -> dict[str, Any]:
    """A time entry that starts at that clock time of the practice ("2026-10-05 09:00"), without an end."""
    row = example("time_entries", entry_id=key, ended_at=None, duration_seconds=seconds, **values)
    row["started_at"] = local(start) if start else None
    return row


def local(clock: str) -> pd.Timestamp:
    """That clock time of the practice as naive UTC."""
    return pd.Timestamp(clock).tz_localize(ZONE).tz_convert("UTC").tz_localize(None)


def faults(changes: dict[str, Any] | None = None, **rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Identifier and fault of every time entry by its flags alone, without the three seconds of Great Expectations."""
    tables = practice(**rows)
    flags = entry_flags(tables["time_entries"], tables, settings(**(changes or {})), MONTH, AS_OF)
    keys = tables["time_entries"]["entry_id"]
    return {(key, name.removeprefix("is_")) for name, mask in flags.items() for key in keys[mask]}


def _read(kind: str, text: str) -> Any:
    if text == "":
        return None
    if kind == "timestamp":
        return local(text)
    if kind == "cents":
        return round(float(text) * 100)
    return {"integer": int, "flag": lambda flag: flag == "true"}.get(kind, str)(text)


def _column(name: str, kind: str, rows: list[dict[str, Any]]) -> pd.Series:
    values = pd.Series([row.get(name) for row in rows], dtype=object)
    return values.astype(DTYPES[kind]).astype("category") if kind == "choice" else values.astype(DTYPES[kind])


def _derived(entries: pd.DataFrame) -> pd.DataFrame:
    elapsed = (entries["ended_at"] - entries["started_at"]).dt.total_seconds()
    seconds = entries["duration_seconds"].astype("Float64").fillna(elapsed.astype("Float64"))
    has_clock = entries["started_at"].notna()
    day = entries["started_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    return entries.assign(
        seconds=seconds.fillna(-1).clip(lower=-1).astype("int64"),
        start_s=entries["started_at"].astype("int64").where(has_clock, -(10**9)) // 10**9,
        has_clock=has_clock,
        local_date=day.fillna(entries["service_date"]).astype("datetime64[ns]"),
    )
