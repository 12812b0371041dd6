"""What a pull hands on."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

UNREADABLE = ["table", "source_file", "source_line", "row_key", "column", "value"]
WHOLE_ROW = "row"  # stands in `column` when a row has more or fewer cells than the header


@dataclass
class Pulled:
    """Every table of the contract, typed; the cells that could not be read; what a reader should know.

    `digest` changes when the content that was read changes, and only then. `headers` gives, for each file, the
    name that the file
    itself uses for a column of the contract. `misfits` has of each table the rows that do not fit its header, as far as
    their cells may say whose they are.
    """

    tables: dict[str, pd.DataFrame]
    unreadable: pd.DataFrame
    notes: list[str]
    digest: str
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    misfits: dict[str, pd.DataFrame] = field(default_factory=dict)


def no_unreadable() -> pd.DataFrame:
    """An empty frame of unreadable cells."""
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in UNREADABLE})
    return frame.astype({"source_line": "int64"})
