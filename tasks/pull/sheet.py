"""What every form of source gives: named columns of text, and the line each row stands on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.errors import InputError

MISSING = ["", "N/A", "NA", "null", "NULL", "-", "#N/A"]
LONGEST_FIELD = 1 << 30
LONGEST_CELL = 32_767  # what a spreadsheet cell can hold; anything longer is a broken quote or a wrong export


# A row that does not fit the header: its line, how many cells it has, and those that stand where the header has them.
Ragged = tuple[int, int, Mapping[str, str]]


@dataclass
class Sheet:
    """Rows as text. `columns` is keyed by `key(header)`; `lines` says where each row stands in its file."""

    name: str
    columns: dict[str, pa.ChunkedArray]
    lines: np.ndarray
    ragged: list[Ragged] = field(default_factory=list)
    width: int = 0

    def __len__(self) -> int:
        return len(self.lines)


class SourceFile(Protocol):
    """A file, worksheet or database table that can be read once its header has been looked at."""

    name: str
    header: list[str]
    notes: list[str]

    def read(self, wanted: Collection[str], plain: Collection[str]) -> Sheet:
        """The columns whose keys are wanted; those in `plain` hold mostly different values."""
        ...

    def digest(self) -> str:
        """Fingerprint of what was read."""
        ...


def key(header: str) -> str:
    """A header as it is compared: without outer blanks, in one case."""
    return header.strip().casefold()


def keys(source: SourceFile) -> list[str]:
    """The header's keys; InputError when a name stands twice.

    The name itself is not told: of a file without a header, line 1 is a patient's row.
    """
    found = [key(name) for name in source.header]
    for position, name in enumerate(found):
        if name and name in found[:position]:
            raise InputError(
                f"{source.name}, line 1: columns {found.index(name) + 1} and {position + 1} have the same name, which "
                "stands twice; keep one of the two, or write the header if line 1 is none."
            )
    return found


def check_cells(sheet: Sheet, header: dict[str, str]) -> None:
    """Raise InputError naming file, line and column when a cell is longer than any real one."""
    for name, column in sheet.columns.items():
        start = 0
        for chunk in column.chunks:
            texts = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
            longest = pc.max(pc.binary_length(texts)).as_py() or 0
            if longest > LONGEST_CELL:
                lengths = pc.fill_null(pc.utf8_length(chunk.dictionary_decode() if texts is not chunk else chunk), 0)
                at = np.flatnonzero(lengths.to_numpy(zero_copy_only=False) > LONGEST_CELL)
                if len(at):
                    place = f"{sheet.name}, line {sheet.lines[start + at[0]]}, column {header.get(name, name)}"
                    length = lengths[int(at[0])].as_py()
                    raise InputError(
                        f"{place}: the cell holds {length:,} characters, more than {LONGEST_CELL:,}; "
                        "look for a missing quote and export again."
                    )
            start += len(chunk)


def without_empty(sheet: Sheet) -> tuple[Sheet, int]:
    """The sheet without rows in which every cell is missing, and how many those were."""
    empty = np.ones(len(sheet), dtype=bool)
    for column in sheet.columns.values():
        if not empty.any():
            break
        empty &= column.is_null().to_numpy()
    count = int(empty.sum())
    if count:
        kept = pa.array(~empty)
        columns = {name: column.filter(kept) for name, column in sheet.columns.items()}
        sheet = Sheet(sheet.name, columns, sheet.lines[~empty], sheet.ragged, sheet.width)
    return sheet, count


def clean(texts: pa.Array) -> pa.Array:
    """Texts without outer blanks; what only says "nothing here" is null."""
    texts = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.is_in(texts, pa.array(MISSING, texts.type)), pa.scalar(None, texts.type), texts)


def as_text(values: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    """Typed values as the text that a CSV export of them would hold."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return as_text(values.cast(kind.value_type))
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = pc.replace_substring_regex(values.cast(pa.string()), r"\.0+$", "")
    elif pa.types.is_null(kind):
        values = pa.nulls(len(values), pa.string())
    elif not pa.types.is_string(kind):
        values = values.cast(pa.string())
    return values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
