"""Text columns as small integers: all comparing and grouping of rows is done on these."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int64]


def codes(values: pd.Series) -> Codes:
    """The same number for the same text, from 0; -1 where there is none."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int64)
    return pd.factorize(values, use_na_sentinel=True)[0].astype(np.int64)


def positions(values: pd.Series, known: pd.Series) -> Codes:
    """Where each text first stands among the known ones; -1 where it does not, and where there is none."""
    found = pc.index_in(_arrow(values), value_set=_arrow(known.dropna()))
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def codes_from(found: Codes, values: pd.Series) -> Codes:
    """Codes made of positions already looked up: only what was not found there is compared as text once more."""
    unknown = np.flatnonzero(found < 0)
    rest = codes(values.iloc[unknown])
    made = found.copy()
    made[unknown] = np.where(rest < 0, -1, int(found.max(initial=-1)) + 1 + rest)
    return made


def ascending(values: pd.Series) -> bool:
    """Whether every text is there and stands after the one before it, so that none stands twice: quickly told."""
    texts = _arrow(values)
    return texts.null_count == 0 and bool(pc.all(pc.less(texts[:-1], texts[1:])).as_py())


def merge(*columns: Codes) -> Codes:
    """One number for each distinct combination of the columns' numbers; it tells combinations apart and no more."""
    merged = columns[0]
    for column in columns[1:]:
        # Small again after each step, so that no product of counts can leave 64 bits.
        merged = pd.factorize(merged * (int(column.max(initial=0)) + 2) + column + 1)[0].astype(np.int64)
    return merged


def firsts(dense: Codes) -> Codes:
    """The row at which each number first occurs; the numbers run from 0 without a gap."""
    first = np.empty(int(dense.max(initial=-1)) + 1, np.int64)
    first[dense[::-1]] = np.arange(len(dense))[::-1]  # of several writes to one place the last stays: the first row
    return first


def alone_if_none(column: Codes) -> Codes:
    """The numbers with every missing one (-1) replaced by a number of its own: nothing equals what is not known."""
    alone = int(column.max(initial=0)) + 1 + np.arange(len(column))
    return np.where(column < 0, alone, column)


def _arrow(values: pd.Series) -> pa.Array:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("str")
    array = pa.array(values, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.large_string())
