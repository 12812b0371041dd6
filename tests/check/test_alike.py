"""Rows that look alike are asked about once; nothing may be lost or mixed up by that."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.frames import among
from tasks.check.lookups import ascending
from tasks.check.validate import BITS, alike


def test_rows_of_a_kind_are_equal_and_kinds_differ() -> None:
    dice = np.random.default_rng(7)
    size = 5_000
    columns: dict[str, object] = {f"flag_{number}": dice.random(size) < 0.02 for number in range(BITS + 3)}
    columns["text"] = pd.Series(dice.choice(["a", "b", None], size), dtype="category")
    columns["there"] = dice.choice([1.0, np.nan], size)
    columns["day"] = pd.Series(dice.choice(np.array(["2026-10-01", "NaT"], "datetime64[ns]"), size))
    for name in [f"flag_{number}" for number in range(3, BITS)]:
        columns[name] = np.zeros(size, bool)
    frame = pd.DataFrame(columns)
    kind, first = alike(frame)
    assert len(first) < size / 2
    pd.testing.assert_frame_equal(frame.iloc[first[kind]].reset_index(drop=True), frame)
    assert not frame.iloc[first].duplicated().any()


def test_where_hardly_two_rows_are_alike_each_stands_for_itself() -> None:
    kind, first = alike(pd.DataFrame({"seconds": np.arange(10)}))
    assert kind.tolist() == first.tolist() == list(range(10))
    kind, first = alike(pd.DataFrame(index=pd.RangeIndex(3)))
    assert kind.tolist() == first.tolist() == [0, 1, 2]


def test_ascending_texts_stand_once() -> None:
    assert ascending(pd.Series(["a", "b", "c"], dtype="str"))
    assert not ascending(pd.Series(["a", "a", "b"], dtype="str"))
    assert not ascending(pd.Series(["a", None, "b"], dtype="str"))


def test_among_the_known_texts() -> None:
    texts = pd.Series(["a", "b", None, "c"], dtype="str")
    assert among(texts, pd.Series(["c", None, "a"], dtype="str")).tolist() == [True, False, False, True]
    assert not among(texts, pd.Series([], dtype="str")).any()
