"""Identifiers that look real and cannot belong to anyone."""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NPI_PREFIX_SUM = 24  # what the card prefix 80840 adds to the Luhn sum of every NPI


def stream(seed: int, *parts: object) -> np.random.Generator:
    """A random generator of its own for each purpose, so that a change in one table leaves the others as they were."""
    words = [zlib.crc32(str(part).encode()) for part in parts]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def text_ids(letter: str, numbers: np.ndarray, width: int) -> np.ndarray:
    """Identifiers such as P000123, one for each number."""
    digits = pc.utf8_lpad(pa.array(numbers, pa.int64()).cast(pa.string()), width, "0")
    return joined(letter, digits)


def text_id(letter: str, number: int, width: int) -> str:
    """One such identifier."""
    return f"{letter}{number:0{width}d}"


def npi(numbers: np.ndarray) -> np.ndarray:
    """Ten digits with a valid check digit, beginning with 29, a range from which none has been issued."""
    body = 290_000_000 + np.asarray(numbers, np.int64)
    places = (body[:, None] // 10 ** np.arange(9)) % 10
    doubled = places[:, ::2] * 2
    total = NPI_PREFIX_SUM + (doubled // 10 + doubled % 10).sum(axis=1) + places[:, 1::2].sum(axis=1)
    return (body * 10 + (-total) % 10).astype(str)


def member_ids(rng: np.random.Generator, count: int) -> np.ndarray:
    """Shaped like a Medicare identifier; the S in second place marks it as synthetic, for no real one has it."""
    letters = np.array(list("ACDEFGHJKMNPQRTUVWXY"))

    def digit() -> np.ndarray:
        return rng.integers(0, 10, count).astype(str)

    def letter() -> np.ndarray:
        return letters[rng.integers(0, len(letters), count)]

    pieces = [np.full(count, "1S"), digit(), digit(), letter(), digit(), digit(), letter(), letter(), digit(), digit()]
    return joined(*pieces)


def joined(*pieces: object) -> np.ndarray:
    """The pieces of text put together, row by row; a plain string stands in every row."""
    parts = [piece if isinstance(piece, str) else pa.array(piece) for piece in pieces]
    return pc.binary_join_element_wise(*parts, "").to_numpy(zero_copy_only=False)
