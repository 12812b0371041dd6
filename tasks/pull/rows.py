"""The slow, exact way through an irregular CSV file: every row with its line, and the rows that do not fit."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa

from config.errors import InputError
from tasks.pull.misfits import in_place
from tasks.pull.sheet import LONGEST_FIELD, Ragged, Sheet

BATCH = 20_000  # rows held as Python objects at a time


def read_rows(name: str, text: str, delimiter: str, skip: int, positions: dict[str, int], width: int) -> Sheet:
    """The columns at those positions. Rows with more or fewer cells than the header are listed as ragged and left out.

    Raises InputError when such a row runs over several lines. Blank lines do not count; cells beyond the header do not
    either while they are empty.
    """
    csv.field_size_limit(LONGEST_FIELD)
    stream = io.StringIO(text, newline="")
    for _ in range(skip):
        stream.readline()
    reader = csv.reader(stream, delimiter=delimiter)
    batches: dict[str, list[pa.Array]] = {column: [] for column in positions}
    lines: list[int] = []
    ragged: list[Ragged] = []
    held: list[list[str]] = []

    def put_away() -> None:
        for column, at in positions.items():
            batches[column].append(pa.array([row[at] for row in held], pa.string()).dictionary_encode())
        held.clear()

    before = 0
    for row in reader:
        line, before = skip + before + 1, reader.line_num
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            row = row[:width]
        if len(row) == width:
            held.append(row)
            lines.append(line)
        elif any(cell.strip() for cell in row):
            if skip + before > line:
                # Whole rows may have been swallowed: setting this one aside would lose them in silence.
                raise InputError(
                    f"{name}, line {line}: a row of {len(row)} cells (the header has {width}) runs on to line "
                    f"{skip + before}; look for a missing quote and export again."
                )
            ragged.append((line, len(row), in_place(row, positions)))
        if len(held) == BATCH:
            put_away()
    put_away()
    columns = {column: pa.chunked_array(parts) for column, parts in batches.items()}
    return Sheet(name, columns, np.array(lines, dtype="int64"), ragged, width)
