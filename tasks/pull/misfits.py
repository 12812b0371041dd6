"""Rows of a CSV file with more or fewer cells than the header, as pyarrow meets them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tasks.pull.sheet import LONGEST_FIELD, Ragged


class Misfits:
    """Gathers rows that do not fit. `ragged` has the line and the number of cells of each, and its cells by column.

    Rows that only the exact way can judge (a line break inside, or separators at the end that may be all that is too
    many) make `good_lines` None.
    """

    def __init__(self, lines: np.ndarray, skipped: int, delimiter: str, positions: Mapping[str, int]) -> None:
        self.ragged: list[Ragged] = []
        self._positions = positions
        self._lines = lines
        self._skipped = skipped
        self._delimiter = delimiter
        self._places: list[int] = []
        self._unclear = False

    def __call__(self, row: Any) -> str:
        """Take note of the row and leave it out."""
        place = (row.number or 0) - self._skipped - 1
        too_many = row.actual_columns > row.expected_columns
        ends_open = row.text.rstrip("\r\n ").endswith(self._delimiter)
        if not 0 <= place < len(self._lines) or "\n" in row.text or (too_many and ends_open):
            self._unclear = True
        elif row.text.strip():
            csv.field_size_limit(LONGEST_FIELD)
            cells = next(csv.reader([row.text], delimiter=self._delimiter))
            self.ragged.append((int(self._lines[place]), row.actual_columns, in_place(cells, self._positions)))
        self._places.append(place)
        return "skip"

    def good_lines(self) -> np.ndarray | None:
        """The lines of the rows that fit; None when that cannot be told."""
        return None if self._unclear else np.delete(self._lines, self._places)


def in_place(cells: Sequence[str], positions: Mapping[str, int]) -> dict[str, str]:
    """The cells by column, as far as the row has them; behind a separator too many or too few they are another's."""
    return {name: cells[at].strip() for name, at in positions.items() if at < len(cells)}
