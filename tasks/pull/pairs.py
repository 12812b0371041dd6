"""Cells such as "09:10 - 09:25, 13:00 - 13:05": each stretch becomes a row of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:\s*[AaPp]\.?[Mm]\.?)?"
_PAIR = rf"^(?P<start>{_CLOCK})?\s*(?:[-–—]|to)?\s*(?P<end>{_CLOCK})?$"


def split_pairs(found: dict[str, pa.Array], pairs: pa.Array, day: pa.Array) -> tuple[dict[str, pa.Array], np.ndarray]:
    """The columns with one row for each stretch, and the row that each came from.

    A stretch has `started_at` and `ended_at` and no length of its own. A start without an end keeps its start
    only. What is no stretch
    stays in `started_at` as it is, where it will be found unreadable. A row with an empty cell stays one row and
    keeps its length.
    """
    stretches = pc.split_pattern_regex(pc.fill_null(pairs, ""), r"\s*[,;\n]+\s*")
    rows = pc.list_parent_indices(stretches).to_numpy(zero_copy_only=False)
    texts = pc.utf8_trim_whitespace(pc.list_flatten(stretches))
    # A comma at the end of a cell leaves an empty stretch; the row's first stretch stays even when it is empty.
    nth = _running(rows)
    kept = (nth == 0) | np.asarray(pc.not_equal(texts, ""))
    rows, texts = rows[kept], texts.filter(pa.array(kept))
    nth = _running(rows)

    chosen = pa.array(rows)
    out = {name: values.take(chosen) for name, values in found.items()}
    parts = pc.extract_regex(texts, _PAIR)
    given = pc.not_equal(texts, "")
    date = pc.replace_substring_regex(day.take(chosen), r"[ T].*$", "")  # a worksheet's date carries a midnight
    start = _with_day(date, pc.struct_field(parts, "start"))
    broken = pc.and_(given, pc.is_null(parts))
    out["started_at"] = pc.if_else(broken, texts, start)
    out["ended_at"] = _with_day(date, pc.struct_field(parts, "end"))
    if "duration_seconds" in out:
        out["duration_seconds"] = pc.if_else(given, pa.scalar(None, pa.string()), out["duration_seconds"])
    suffix = pa.array(np.where(nth == 0, "", np.char.add("/", (nth + 1).astype("U8"))), pa.string())
    out["entry_id"] = pc.binary_join_element_wise(out["entry_id"], suffix, "")
    return out, rows


def _running(rows: np.ndarray) -> np.ndarray:
    """0, 1, 2 ... within each run of equal rows."""
    return pd.Series(rows).groupby(rows).cumcount().to_numpy()


def _with_day(day: pa.Array, clock: pa.Array) -> pa.Array:
    """Day and clock time joined; null where no clock time was written."""
    joined = pc.binary_join_element_wise(day, clock, " ")
    return pc.if_else(pc.equal(pc.fill_null(clock, ""), ""), pa.scalar(None, pa.string()), joined)
