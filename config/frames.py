"""Frames that keep the contract: its columns, in its order, each with the type that the contract's word stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.contract import Table

DTYPES = {
    "text": "str",
    "choice": "str",
    "date": "datetime64[ns]",
    "timestamp": "datetime64[ns]",
    "integer": "Int64",
    "flag": "boolean",
    "cents": "Int64",
}


def as_contract(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The table's columns of that frame, in the table's order and types, numbered from 0; absent columns are empty."""
    index = pd.RangeIndex(len(frame))
    columns = {}
    for column in table.columns:
        values = frame[column.name] if column.name in frame else pd.Series([None] * len(frame), dtype=object)
        columns[column.name] = values.set_axis(index).astype(DTYPES[column.type])
    return pd.DataFrame(columns, index=index)


def among(texts: pd.Series, known: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether each text is one of the known ones; a missing one never is.

    The same as pandas' `isin`, which turns every known text into a Python object first.
    """
    found = pc.is_in(_texts(texts), value_set=_texts(known.dropna()), skip_nulls=True)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def of_patients(table: pd.DataFrame, patient_ids: pd.Series) -> pd.DataFrame:
    """The table's rows of these patients alone."""
    return table[among(table["patient_id"], patient_ids)]


def _texts(values: pd.Series) -> pa.Array:
    array = pa.array(values.astype("str"), from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.large_string())


def month_key(frame: pd.DataFrame) -> pd.Series:
    """Patient and program in one text; no identifier holds the character between them."""
    return frame["patient_id"].astype("str") + "\x1f" + frame["program"].astype("str")


ONE_OF_TWO = ("rival_on_hold", "rival_is_billed")
"""Rules that hold a patient-month because another program of it, billed or held too, is paid in its stead."""


def cents_at_stake(decisions: pd.DataFrame, findings: pd.DataFrame) -> pd.Series:
    """Expected cents of each patient-month on hold, missing for all others.

    Of two programs of which only one is paid the one that waits for the other has none: what can be earned counts once.
    """
    beside = findings[findings["rule"].isin(ONE_OF_TWO)]
    own = (decisions["outcome"] == "hold").to_numpy(bool) & ~among(month_key(decisions), month_key(beside))
    return decisions["expected_cents"].where(own)


def of_beneficiaries(decisions: pd.DataFrame, claim_lines: pd.DataFrame) -> pd.Series:
    """Which of the claim lines are a Qualified Medicare Beneficiary's, who owes no share, by the kinds of payer on the
    date of service, first and second."""
    first = decisions.loc[decisions["payer_kind"] == "qmb", "patient_id"]
    return claim_lines["patient_id"].isin(first) | (claim_lines["secondary_payer_kind"] == "qmb")


def rows_set_aside(quarantine: pd.DataFrame) -> dict[str, int]:
    """How many input rows were `quarantined` and how many `rejected`; one with several reasons counts once.

    One line of a log may hold several entries, which are quarantined one by one and rejected together.
    """
    line = ["table", "source_file", "source_line"]
    rejected = quarantine["disposition"] == "rejected"
    quarantined = quarantine.loc[~rejected, [*line, "row_key"]].drop_duplicates()
    others = quarantine.loc[rejected, line].drop_duplicates().merge(quarantined[line], "left", indicator="also")
    return {"quarantined": len(quarantined), "rejected": int((others["also"] == "left_only").sum())}


def empty(table: Table) -> pd.DataFrame:
    """The table without rows; a frame of its own, that may be changed."""
    if table.table not in _EMPTY or _EMPTY[table.table][0] is not table:
        _EMPTY[table.table] = table, as_contract(pd.DataFrame(), table)
    return _EMPTY[table.table][1].copy()


_EMPTY: dict[str, tuple[Table, pd.DataFrame]] = {}


STR = pd.StringDtype("pyarrow", na_value=np.nan)


def as_texts(values: npt.NDArray[np.object_]) -> pd.api.extensions.ExtensionArray:
    """Those texts, None where one is missing, as a column of type str; pandas itself takes thrice as long."""
    return STR.__from_arrow__(pa.array(values, pa.large_string(), from_pandas=True))


def repeated(text: str | None, size: int) -> pd.api.extensions.ExtensionArray:
    """That text so many times, as a column of type str; pandas itself goes through a list of as many."""
    return STR.__from_arrow__(pa.repeat(pa.scalar(text, pa.large_string()), size))


def numbered(number: npt.NDArray[np.integer], known: Iterable[str | None]) -> pd.api.extensions.ExtensionArray:
    """The known text of each number, -1 the last of them, as a column of type str: each is written once and taken."""
    return as_texts(np.array([*known], dtype=object)).take(number)


class Texts(dict[str, npt.NDArray[np.object_]]):
    """Columns of texts, all of them blank at first; of those that nobody writes into no array is made."""

    def __init__(self, names: Iterable[str], size: int, blank: str | None = None):
        super().__init__()
        self._names, self._size, self._blank = tuple(names), size, blank

    def __missing__(self, name: str) -> npt.NDArray[np.object_]:
        self[name] = np.full(self._size, self._blank, dtype=object)
        return self[name]

    def columns(self) -> Iterator[tuple[str, pd.api.extensions.ExtensionArray]]:
        """Every name with its column, in the order of the names."""
        for name in self._names:
            yield name, as_texts(self[name]) if name in self else repeated(self._blank, self._size)


def one_below_another(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of these frames, numbered from 0; texts that are categories in each stay so, in alphabetical order.

    pandas alone writes each text out where the categories differ, by way of a Python object for every row.
    """
    texts = [name for name, kind in frames[0].dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
    differ = [name for name in texts if any(frame[name].dtype != frames[0][name].dtype for frame in frames)]
    known = {name: sorted(set().union(*(frame[name].cat.categories for frame in frames))) for name in differ}
    told = [frame.assign(**{n: frame[n].cat.set_categories(known[n]) for n in differ}) for frame in frames]
    return pd.concat(told, ignore_index=True)


def plainly_named(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame, its columns named by plain Python texts.

    Names of type str are an Arrow array, copied whole whenever a column is added and translated whenever one is looked
    up in a new frame: with a few patients that was a quarter of the time of a decision.
    """
    return frame.set_axis(frame.columns.astype(object), axis=1)
