"""Great Expectations over one frame: which rows failed which expectation."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.errors import DataStopError
from expectations.suites import Entry, gx_suite
from tasks.check.lookups import Mask, codes, firsts, merge

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

Format = Literal["BOOLEAN_ONLY", "COMPLETE"]
NOT_NULL = "expect_column_values_to_not_be_null"
# What these say of a row depends on that row's own cells alone, so equal rows need be asked about once.
ROW_BY_ROW = {
    NOT_NULL,
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_be_between",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_not_match_regex",
    "expect_column_pair_values_a_to_be_greater_than_b",
}
BITS = 62  # flags that fit into one number
# Great Expectations keeps its context in one place of the process; practices may be checked in several threads.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Failure:
    """An expectation that failed. `rows` are positions; none when it is about the table as a whole."""

    entry: Entry
    rows: npt.NDArray[np.int64]


class Validator:
    """Asks Great Expectations about one frame after another, in one throw-away context."""

    def __init__(self) -> None:
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        # This one logs where its temporary folder is, at a level of its own making.
        logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
        with _ONE_AT_A_TIME:
            context = gx.get_context(mode="ephemeral")
            context.variables.progress_bars = ProgressBarsConfig(globally=False)
            asset = context.data_sources.add_pandas("input").add_dataframe_asset("table")
            self._frame = asset.add_batch_definition_whole_dataframe("frame")

    def failures(
        self, table: str, frame: pd.DataFrame, flags: Mapping[str, Mask], entries: tuple[Entry, ...]
    ) -> list[Failure]:
        """The expectations that failed, in the suite's order.

        Rows that look alike are asked about once, for all of them. An expectation that could not be evaluated stops
        the month: nothing passes unlooked at.
        """
        if frame.empty:  # whatever is said of every row is true of none
            entries = tuple(entry for entry in entries if not entry.columns)
        alone = tuple(entry for entry in entries if entry.type in ROW_BY_ROW)
        together = tuple(entry for entry in entries if entry.type not in ROW_BY_ROW)
        looked_at = view(frame, flags, alone)
        kind, first = alike(looked_at)
        rows = self._rows(table, looked_at.iloc[first].reset_index(drop=True), alone)
        found = {name: np.flatnonzero(np.isin(np.arange(len(first)), failing)[kind]) for name, failing in rows.items()}
        found |= self._rows(table, view(frame, flags, together), together)
        return [Failure(entry, found[entry.name]) for entry in entries if entry.name in found]

    def _rows(
        self, table: str, looked_at: pd.DataFrame, entries: tuple[Entry, ...]
    ) -> dict[str, npt.NDArray[np.int64]]:
        """The rows of every expectation that fails. Yes or no is asked first, and only of what failed its rows."""
        with _ONE_AT_A_TIME:
            failed = self._failing(table, looked_at, entries, "BOOLEAN_ONLY")
            again = tuple(entry for entry in entries if entry.name in failed)
            columns = list(dict.fromkeys(name for entry in again for name in entry.columns))
            found = self._failing(table, looked_at[columns], again, "COMPLETE")
        return {entry.name: _rows(table, entry, found.get(entry.name)) for entry in again}

    def _failing(
        self, table: str, looked_at: pd.DataFrame, entries: tuple[Entry, ...], result_format: Format
    ) -> dict[str, ExpectationValidationResult]:
        if not entries:
            return {}
        batch = self._frame.get_batch({"dataframe": looked_at})
        outcome = batch.validate(gx_suite(table, entries), result_format=result_format)
        results = {_name(result): result for result in outcome.results}
        for entry in entries:
            if entry.name not in results or _raised(results[entry.name].exception_info):
                raise _unanswered(table, entry)
        return {name: result for name, result in results.items() if not result.success}


def view(frame: pd.DataFrame, flags: Mapping[str, Mask], entries: tuple[Entry, ...]) -> pd.DataFrame:
    """The columns that those expectations look at, and no more: each batch is fingerprinted cell by cell.

    A text column that need only be there is handed over as there or not there: quicker, and no name, identifier or
    address ever stands in a validation result.
    """
    beyond_presence = {name for entry in entries if entry.type != NOT_NULL for name in entry.columns}
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(name for entry in entries for name in entry.columns):
        if name in flags:
            columns[name] = flags[name]
        elif name in beyond_presence:
            columns[name] = _quick(frame[name])
        else:
            columns[name] = np.where(frame[name].isna(), np.nan, 1.0)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))


def alike(looked_at: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each row the number of its kind, and for each kind the first row of it; rows of a kind are equal throughout.

    Where hardly any two rows are, every row is a kind of its own.
    """
    flags = [name for name in looked_at if looked_at[name].dtype == bool]
    parts = [codes(looked_at[name]) for name in looked_at if name not in flags]
    for begin in range(0, len(flags), BITS):
        some = enumerate(flags[begin : begin + BITS])
        bits = [looked_at[name].to_numpy().astype(np.int64) << place for place, name in some]
        parts.append(pd.factorize(np.bitwise_or.reduce(bits))[0].astype(np.int64))
    if parts:
        kind = merge(pd.factorize(parts[0])[0].astype(np.int64), *parts[1:])
        first = firsts(kind)
        if len(first) * 2 < len(kind):
            return kind, first
    return np.arange(len(looked_at)), np.arange(len(looked_at))


def _quick(values: pd.Series) -> pd.Series:
    """The same values in the form that Great Expectations compares all at once and not one by one."""
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype("category")  # few texts many times over
    if isinstance(values.dtype, pd.Int64Dtype):
        return values.astype("float64")
    return values


def _name(result: ExpectationValidationResult) -> str:
    configuration = result.expectation_config
    return str((configuration.meta or {}).get("name")) if configuration else ""


def _raised(info: Mapping[str, Any] | None) -> bool:
    """One record, or one record for each metric that was tried."""
    if not info:
        return False
    return bool(info.get("raised_exception")) or any(
        isinstance(part, Mapping) and part.get("raised_exception") for part in info.values()
    )


def _rows(table: str, entry: Entry, result: ExpectationValidationResult | None) -> npt.NDArray[np.int64]:
    rows = (result.result.get("unexpected_index_list") if result else None) or []
    if not rows and entry.columns:
        raise _unanswered(table, entry)  # a column failed and no row is to blame: nothing may be accepted on that
    return np.asarray(rows, dtype=np.int64)


def _unanswered(table: str, entry: Entry) -> DataStopError:
    return DataStopError(
        f"{table}: the expectation '{entry.name}' could not be evaluated, so nothing is decided; "
        f"correct it in expectations/{table}.yaml."
    )
