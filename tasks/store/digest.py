"""Fingerprints of a month's result, whatever the order of its rows: of all of it, and of what was decided in it.

The hash is written out here, on Arrow's own buffers: a million rows in a fraction of a second, and no release of a
library can change what is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa

RESULT = ("decisions", "claim_lines", "findings", "candidates", "time_ledger", "quarantine")

# What is said about a decision and is none: other words, another source, or another rulebook with the same result
# open no month again.
PROSE = {
    "decisions": ("rulebook_digest",),
    "claim_lines": ("service_date_rule",),
    "findings": ("words", "owner", "fix", "source"),
    "candidates": ("why",),
    "quarantine": ("words", "owner", "fix"),
}

_STEP = np.uint64(0x9E3779B97F4A7C15)
_CHUNK = 16_384  # rows whose working arrays stay in the processor's cache
_LONG = 32  # bytes from which it pays to look for equal texts first

Numbers = np.ndarray[tuple[int], np.dtype[np.uint64]]


class Fingerprints(NamedTuple):
    """Of every cell of the result, and of those that are decided: all but PROSE."""

    whole: str
    decided: str


def fingerprints(tables: Mapping[str, pa.Table]) -> Fingerprints:
    """Those of the result tables: equal for equal rows in any order, on any day and database."""
    whole, decided = hashlib.sha256(), hashlib.sha256()
    parts = {name: tables[name].combine_chunks() for name in RESULT}
    with ThreadPoolExecutor(2) as two:
        sums = two.map(_sums, parts.values(), [PROSE.get(name, ()) for name in parts])
    for (name, data), both in zip(parts.items(), sums, strict=True):
        kept = [column for column in data.column_names if column not in PROSE.get(name, ())]
        for total, columns, pair in ((whole, data.column_names, both[0]), (decided, kept, both[1])):
            total.update(f"{name}:{','.join(columns)}:{data.num_rows}:{pair}\n".encode())
    return Fingerprints(whole.hexdigest(), decided.hexdigest())


def _sums(data: pa.Table, prose: Collection[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    # Adding is what forgets the order; the second sum, of mixed values, lets two errors not cancel out.
    totals = [0, 0, 0, 0]
    for start in range(0, data.num_rows, _CHUNK):
        part = data.slice(start, _CHUNK)
        rows = decided = np.zeros(part.num_rows, np.uint64)
        for name, column in zip(part.column_names, part.columns, strict=True):
            hashes = _hashes(column.combine_chunks())
            same = rows is decided
            rows = _mixed(rows ^ hashes)
            if name not in prose:
                decided = rows if same else _mixed(decided ^ hashes)
        sums = [int(one.sum(dtype=np.uint64)) for one in (rows, _mixed(rows), decided, _mixed(decided))]
        totals = [(total + one) % 2**64 for total, one in zip(totals, sums, strict=True)]
    return (totals[0], totals[1]), (totals[2], totals[3])


def _mixed(values: Numbers) -> Numbers:
    """Each number scattered over all bits, differently for any two that differ (the finish of SplitMix64)."""
    mixed = values + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _hashes(values: pa.Array) -> Numbers:
    if pa.types.is_large_string(values.type):
        hashes = _text_hashes(values)
    else:
        plain = values.cast(pa.int32()) if pa.types.is_date(values.type) else values
        hashes = _mixed(plain.cast(pa.int64()).fill_null(0).to_numpy().view(np.uint64))
    return np.where(values.is_valid().to_numpy(zero_copy_only=False), hashes, _STEP) if values.null_count else hashes


def _text_hashes(values: pa.Array) -> Numbers:
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    if offsets[-1] - offsets[0] > _LONG * len(values):
        coded = values.fill_null("").dictionary_encode()
        if len(coded.dictionary) < len(values):
            return _text_hashes(coded.dictionary)[coded.indices.to_numpy()]
    letters = np.frombuffer(values.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    starts, lengths = offsets[:-1] - offsets[0], np.diff(offsets)
    # Each byte times a factor of its place, summed over the text: differences of running sums.
    factors = _mixed(np.arange(lengths.max() + 1, dtype=np.uint64) * _STEP) | np.uint64(1)
    places = np.arange(len(letters)) - np.repeat(starts, lengths)
    running = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(factors[places] * (letters.astype(np.uint64) + np.uint64(1)), out=running[1:])
    return _mixed(running[starts + lengths] - running[starts] + lengths.astype(np.uint64))
