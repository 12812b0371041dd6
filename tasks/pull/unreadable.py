"""What becomes of cells that could not be read: stop the run, or set their rows aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from config.contract import Column, inputs, outputs, source_outputs
from config.errors import UnreadableError
from tasks.pull.owners import at_places
from tasks.pull.practice import Places
from tasks.pull.pulled import WHOLE_ROW, Pulled

_EXPECTED = {
    "date": "a date such as 2026-10-05 or 10/05/2026",
    "timestamp": "a time such as 2026-10-05T09:12:00, 2026-10-05 09:12 or 10/05/2026 9:12 AM",
    "integer": "a whole number",
    "flag": "true or false",
    "cents": "an amount such as 12.50",
    "text": "text",
    "choice": "one of a list",
}
_TELLS = {
    "practice_id": "practice, nor those whom it names",
    "patient_id": "patient's practice, nor that of those whom it names",
}
_ROW = "a row with as many cells as the header"


def settle_unreadable(
    pulled: Pulled, policy: Literal["stop", "reject"]
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The tables without rows that have an unreadable cell, and those cells as rejected rows of the quarantine.

    A line that became several entries goes out with all of them. With "stop" raises UnreadableError about the first
    such cell instead, when there is one; the error carries them all.
    """
    cells = pulled.unreadable
    if not len(cells):
        return pulled.tables, _rejected(pulled)
    if policy == "stop":
        raise _error(pulled)
    tables = dict(pulled.tables)
    for name in cells["table"].unique():
        frame = tables[name]
        tables[name] = frame.loc[~at_places(frame, cells.loc[cells["table"] == name])].reset_index(drop=True)
    return tables, _rejected(pulled)


def stopped_practices(pulled: Pulled, owner: pd.Series, stops: Collection[str]) -> dict[str, UnreadableError]:
    """The error of each practice that stops at cells which cannot be read, and has any; `owner` is that of each cell.

    UnreadableError where a cell's row tells no practice: it may be that of any which stops.
    """
    cells = pulled.unreadable
    if stops and owner.isna().any():
        raise _error(replace(pulled, unreadable=cells.loc[owner.isna()]))
    mine = [name for name in stops if (owner == name).any()]
    return {name: _error(replace(pulled, unreadable=cells.loc[owner == name])) for name in mine}


def _error(pulled: Pulled) -> UnreadableError:
    return UnreadableError(_sentence(pulled), as_listed(pulled, pulled.unreadable))


def as_listed(pulled: Pulled, cells: pd.DataFrame) -> pd.DataFrame:
    """Those cells as rows of the output table `unreadable`, each once: the place, what is wrong and the remedy."""
    whole_row = (cells["column"] == WHOLE_ROW).to_numpy()
    listed = pd.DataFrame(
        {
            "table": cells["table"],
            "source_file": cells["source_file"],
            "source_line": cells["source_line"],
            "column": _written(pulled, cells),
            # What stands in the cell may say too much; how many cells a row has does not.
            "words": cells["value"].where(whole_row, _wrong(cells)),
            "fix": pd.Series("Correct the cell in the source and run the month again", cells.index).mask(
                whole_row, "Give the row as many cells as the header has and run the month again"
            ),
        }
    )
    return listed[source_outputs()["unreadable"].names].drop_duplicates(ignore_index=True)


def _written(pulled: Pulled, cells: pd.DataFrame) -> list[str]:
    """The column of each cell as the header of its file has it."""
    places = zip(cells["source_file"], cells["column"], strict=True)
    return [pulled.headers.get(file, {}).get(name, name) for file, name in places]


def nobodys(
    tables: Mapping[str, pd.DataFrame], places: Places, headers: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """The rows of which nothing tells the practice, as rows of the output table `unreadable`."""
    found = []
    for name, there in places.rows.items():
        rows = tables[name].iloc[there[-1]]
        column = "practice_id" if "practice_id" in inputs()[name].names else "patient_id"
        files = rows["source_file"].astype("str")
        found.append(
            pd.DataFrame(
                {
                    "table": name,
                    "source_file": files,
                    "source_line": rows["source_line"],
                    "column": [headers.get(file, {}).get(column, column) for file in files],
                    "words": f"No row of the source tells whose this one is: not its {_TELLS[column]}",
                    "fix": "Add what it names to the source, or correct the row, and run the month again",
                }
            )
        )
    kinds = {name: "str" for name in source_outputs()["unreadable"].names if name != "source_line"}
    return pd.concat(found, ignore_index=True).astype(kinds)


def _sentence(pulled: Pulled) -> str:
    """Where the first such cell stands and what belongs there. Never its text: Prefect keeps what errors say."""
    cell = pulled.unreadable.iloc[0]
    more = len(pulled.unreadable) - 1
    written = pulled.headers.get(cell["source_file"], {}).get(cell["column"], cell["column"])
    place = f"{cell['source_file']}, line {cell['source_line']}"
    others = f" (and {more:,} more)" if more else ""
    remedy = "or set unreadable_cells: reject"
    if cell["column"] == WHOLE_ROW:
        return f"{place}: {cell['value']}{others}; correct the row, {remedy}."
    expected = _expected(_column(cell["table"], cell["column"]))
    return f"{place}, column {written}: the cell is not {expected}{others}; correct it, {remedy}."


def _column(table: str, name: str) -> Column:
    return inputs()[table].column(name)


def _expected(column: Column) -> str:
    if column.name == "duration_seconds":
        return "a length of time (a number alone, such as 25, in the column's unit; or 0:25:00 where it has clocks)"
    return _EXPECTED[column.type]


def _wrong(cells: pd.DataFrame) -> pd.Series:
    expected = [
        _ROW if name == WHOLE_ROW else _expected(_column(table, name))
        for table, name in zip(cells["table"], cells["column"], strict=True)
    ]
    return pd.Series([f"Not {words}" for words in expected], cells.index, dtype="str")


def _patients(cells: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.Series:
    """The patient that each cell's row names; missing where it names none, and for rows that do not fit the header."""
    found = pd.Series(None, cells.index, dtype="str")
    for name in cells["table"].unique():
        if "patient_id" not in inputs()[name].names:
            continue
        theirs = cells.loc[cells["table"] == name, ["source_file", "source_line"]].astype({"source_file": "object"})
        rows = tables[name].loc[tables[name]["source_line"].isin(theirs["source_line"])]
        known = rows[["source_file", "source_line", "patient_id"]].astype({"source_file": "object"})
        known = known.drop_duplicates(["source_file", "source_line"])
        found[theirs.index] = theirs.merge(known, how="left")["patient_id"].to_numpy()
    return found


def _rejected(pulled: Pulled) -> pd.DataFrame:
    cells = pulled.unreadable
    frame = pd.DataFrame(
        {
            "case_number": None,
            "patient_id": _patients(cells, pulled.tables),
            "table": cells["table"],
            "source_file": cells["source_file"],
            "source_line": cells["source_line"],
            "row_key": cells["row_key"],
            "disposition": "rejected",
            "reason": cells["column"] + "_unreadable",
            "words": _wrong(cells),
            "owner": "it",
            "fix": [
                "Give the row as many cells as the header has and run the month again"
                if name == WHOLE_ROW
                else f"Correct the cell in column {written} of the source and run the month again"
                for name, written in zip(cells["column"], _written(pulled, cells), strict=True)
            ],
        }
    )
    return frame[outputs()["quarantine"].names].astype({name: "str" for name in frame if name != "source_line"})
