"""The checks of all tables: what is accepted, what is set aside and why, and what stops the month."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from config.contract import Table, inputs, outputs
from config.errors import DataStopError
from config.frames import as_contract
from config.month import Month
from config.settings import PracticeSettings
from expectations.suites import Entry, load_suite
from tasks.check.flags import flags_for
from tasks.check.signals import integrity_signals
from tasks.check.validate import Failure, Validator


@dataclass
class Checked:
    """What the checks made of one practice's tables: every input row is in `accepted` or `quarantine`, never both."""

    accepted: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    checks: pd.DataFrame
    signals: pd.DataFrame


def check_tables(tables: Mapping[str, pd.DataFrame], settings: PracticeSettings, month: Month, as_of: date) -> Checked:
    """Hold every table against its suite, parents first, so that children see only accepted parents.

    Accepted frames have the columns they came with. A row set aside keeps all its reasons. DataStopError with one
    sentence when an expectation of severity `stop` fails, or when one could not be evaluated.
    """
    validator = Validator()
    accepted: dict[str, pd.DataFrame] = {}
    checks: list[dict[str, object]] = []
    quarantine: list[pd.DataFrame] = []
    for name, table in inputs().items():
        frame, suite = tables[name], load_suite(name)
        flags = flags_for(table, frame, accepted, settings, month, as_of)
        failures = validator.failures(name, frame, flags, suite)
        _stop(table, frame, failures)
        unmet = {failure.entry.name: failure for failure in failures}
        checks += [_check(name, entry, frame, unmet.get(entry.name)) for entry in suite]
        aside = [failure for failure in failures if failure.entry.severity == "quarantine"]
        quarantine += [_set_aside(table, frame, failure) for failure in aside]
        accepted[name] = _without(frame, aside)
    return Checked(
        accepted=accepted,
        quarantine=_in_file_order(quarantine),
        checks=as_contract(pd.DataFrame(checks), outputs()["checks"]),
        signals=integrity_signals(accepted, settings, month),
    )


def _check(table: str, entry: Entry, frame: pd.DataFrame, failure: Failure | None) -> dict[str, object]:
    places = _places(frame, failure) if failure and entry.severity == "warn" else ""
    return {
        "table": table,
        "check": entry.name,
        "severity": entry.severity,
        "words": entry.words,
        "owner": entry.owner,
        "fix": f"{entry.fix} See {places}." if places else entry.fix,  # rows set aside stand in the quarantine
        "rows": len(frame),
        "failed": len(failure.rows) if failure else 0,
    }


LINES_TOLD = 5
SHORT_CODE = re.compile(r"[A-Za-z0-9-]{1,8}")


def _places(frame: pd.DataFrame, failure: Failure) -> str:
    """The first files and lines of the rows that a warning is about, and how many more there are."""
    rows = frame.iloc[failure.rows[:LINES_TOLD]]
    told = [
        f"{file}, line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
        for file, lines in rows.groupby(rows["source_file"].astype("str"), sort=False)["source_line"]
    ]
    more = len(failure.rows) - len(rows)
    return "; ".join(told) + (f" and {more:,} more" if more else "")


def _stop(table: Table, frame: pd.DataFrame, failures: list[Failure]) -> None:
    """Raise for the first failed expectation that stops the month, naming the file and line of its first row.

    What stands there is said too where it is the practice's own and no longer than a code is: in a row whose cells have
    moved, anything may stand there.
    """
    stops = [failure for failure in failures if failure.entry.severity == "stop"]
    if not stops:
        return
    first = stops[0]
    more = sum(max(len(failure.rows), 1) for failure in stops) - 1
    place, cell = table.table, ""
    if len(first.rows):
        row = frame.iloc[int(first.rows[0])]
        place = f"{row['source_file']}, line {row['source_line']}"
        columns = [name for name in (*first.entry.covers, first.entry.kwargs.get("column")) if name in table.names]
        if table.table == "practices" and columns and SHORT_CODE.fullmatch(str(row[columns[0]])):
            cell = f" ({columns[0]} '{row[columns[0]]}')"
    rest = f" ({more} more like it)" if more else ""
    raise DataStopError(f"{place}: {_as_clause(first.entry.wrong)}{cell}{rest}; {_as_clause(first.entry.fix)}.")


def _as_clause(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].rstrip(".!?")


def _set_aside(table: Table, frame: pd.DataFrame, failure: Failure) -> pd.DataFrame:
    rows = frame.iloc[failure.rows]
    return pd.DataFrame(
        {
            "patient_id": rows["patient_id"] if "patient_id" in table.names else pd.NA,
            "table": table.table,
            "source_file": rows["source_file"].astype("str"),
            "source_line": rows["source_line"],
            "row_key": rows[table.key[0]],
            "disposition": "quarantined",
            "reason": failure.entry.name,
            "words": failure.entry.wrong,
            "owner": failure.entry.owner,
            "fix": _fix_with_columns(table, failure.entry),
        }
    )


def _fix_with_columns(table: Table, entry: Entry) -> str:
    """What to do about the row, and which of its columns to look at where that is not said yet."""
    names = [name for name in entry.contract_columns if name in table.names and name not in entry.fix]
    if not names:
        return entry.fix
    return f"{entry.fix.rstrip('.')} ({'columns' if len(names) > 1 else 'column'} {', '.join(names)})."


def _in_file_order(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables as the contract orders them, rows as they stand in the file, reasons as the suite orders them."""
    contract = outputs()["quarantine"]
    if not parts:
        return as_contract(pd.DataFrame(), contract)
    everything = pd.concat(parts, ignore_index=True)
    tables = everything["table"].map({name: table.order for name, table in inputs().items()})
    ordered = everything.assign(_order=tables).sort_values(["_order", "source_file", "source_line"], kind="stable")
    return as_contract(ordered, contract)


def _without(frame: pd.DataFrame, aside: list[Failure]) -> pd.DataFrame:
    if not aside:
        return frame.reset_index(drop=True)
    keep = np.ones(len(frame), bool)
    for failure in aside:
        keep[failure.rows] = False
    return frame[keep].reset_index(drop=True)
