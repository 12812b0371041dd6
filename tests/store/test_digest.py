"""The fingerprint sees every cell and nothing else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.store.cycles import prepared
from tasks.store.digest import RESULT, fingerprints
from tests.store.months import month, no_cases

pytestmark = pytest.mark.slow

KINDS = {
    "patient_id": pa.large_string(),
    "words": pa.large_string(),
    "cents": pa.int64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
}
TEXTS = st.none() | st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(["", "long words " * 9])
ROWS = st.lists(
    st.tuples(
        TEXTS, TEXTS, st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | st.booleans(), st.none() | st.dates()
    ),
    max_size=12,
)


def digest(rows):
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(KINDS)
    table = pa.table([pa.array(c, k) for c, k in zip(columns, KINDS.values(), strict=True)], schema=pa.schema(KINDS))
    return fingerprints(dict.fromkeys(RESULT, table.slice(0, 0)) | {"findings": table}).whole


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_equal_for_the_same_rows_in_any_order_and_only_then(rows, others, random):
    shuffled = random.sample(rows, len(rows))
    assert digest(shuffled) == digest(rows)
    assert (digest(others) == digest(rows)) == (sorted(others, key=repr) == sorted(rows, key=repr))


@settings(max_examples=60, deadline=None)
@given(ROWS.filter(bool), st.data())
def test_one_cell_changes_it(rows, data):
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, len(KINDS) - 1))
    other = data.draw(ROWS.filter(bool))[0][column]
    changed = [*rows]
    changed[row] = (*rows[row][:column], other, *rows[row][column + 1 :])
    same = other == rows[row][column]
    assert (digest(changed) == digest(rows)) == same


def test_no_two_texts_of_many_meet():
    from tasks.store.digest import _text_hashes

    # Alike in length, letters and the sum of their places: what a sum of bytes must not fall for.
    texts = [f"{a}{b:06d}" for a in "ABCD" for b in range(100_000)] + ["", "\0", "\0\0"]
    assert len(np.unique(_text_hashes(pa.array(texts, pa.large_string())))) == len(texts)


def test_slices_and_categories_are_hashed_as_what_they_stand_for():
    frames = month(50)
    whole = fingerprints(prepared(frames, no_cases()))
    ledger = pd.concat([frames["time_ledger"].head(7), frames["time_ledger"]]).iloc[7:]
    frames["time_ledger"] = ledger.astype({"program": "category", "performer_id": "category", "seconds": "int64"})
    assert fingerprints(prepared(frames, no_cases())) == whole


def test_it_is_the_same_on_every_machine_and_day():
    rows = [
        ("P1", "Zoë", -1, True, date(1940, 2, 29)),
        ("P2", None, None, None, None),
        ("", "x" * 40, 2**62, False, None),
    ]
    assert digest(rows) == "e6f731b65d794bbd7aa213ec9aad7c64760dcb229855023587af5b199020d71d"
