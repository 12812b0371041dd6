"""A frame as the contract's CSV: the same bytes for the same rows, and no cell that a spreadsheet would run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from config.contract import Column, Table
from config.frames import as_contract

# What a spreadsheet takes for the beginning of a formula, its full-width forms included.
STARTS_A_FORMULA = pa.array(["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
ROWS_AT_ONCE = 200_000


def write_csv(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """Writes the contract's columns in the contract's order.

    Text is quoted, dates are ISO, flags true or false, cents whole numbers, missing is empty, lines end with LF.
    Text that begins like a formula gets an apostrophe in front.
    """
    options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("wb") as stream:
        stream.write((",".join(table.names) + "\n").encode())
        for start in range(0, len(frame), ROWS_AT_ONCE):
            part = as_contract(frame.iloc[start : start + ROWS_AT_ONCE], table)
            cells = [_cells(part[column.name], column) for column in table.columns]
            pacsv.write_csv(pa.table(cells, names=table.names), stream, options)


def _cells(values: pd.Series, column: Column) -> pa.Array:
    if column.type == "date":
        return pa.array(values).cast(pa.date32())
    if column.type in ("text", "choice"):
        return _inert(pa.array(values).cast(pa.large_string()))
    return pa.array(values)


def _inert(text: pa.Array) -> pa.Array:
    text = pc.if_else(pc.equal(text, ""), None, text)  # else empty text is written as "", and missing text as nothing
    formula = pc.is_in(pc.utf8_slice_codeunits(text, 0, 1), value_set=STARTS_A_FORMULA.cast(text.type))
    if not pc.any(formula).as_py():
        return text
    apostrophe, nothing = pa.scalar("'", text.type), pa.scalar("", text.type)
    return pc.if_else(formula, pc.binary_join_element_wise(apostrophe, text, nothing), text)
