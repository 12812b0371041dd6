"""Dates and times from text, column by column: ISO first, then month/day/year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NAT = np.iinfo("int64").min
DAY = 86_400 * 10**9
LAST_DAY = 106_650  # 2261-12-31: nanoseconds end in 2262, and insurers write 9999-12-31 for "no end"
FIRST_DAY = -106_650  # 1678

_MONTH_AND_DAY = (
    r"-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|02-29|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_DATE = r"\d{4}" + _MONTH_AND_DAY
_NEAR_DATE = r"(?:1[7-9]|2[01])\d\d" + _MONTH_AND_DAY  # in years that nanoseconds can hold
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?"
_OFFSET = r"(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)"
_MIDNIGHT = r"00:00(?::00(?:\.0+)?)?"
_DAY = rf"^{_DATE}(?:[T ](?:{_TIME}(?:\s?[AaPp][Mm])?|{_MIDNIGHT}{_OFFSET}))?$"
_DAY_ALONE = f"^{_NEAR_DATE}$"
_NAIVE = f"^{_NEAR_DATE}[T ]{_TIME}$"
_ZONED = f"^{_NEAR_DATE}[T ]{_TIME}{_OFFSET}$"


@dataclass
class Moments:
    """Nanoseconds since 1970 (`NAT` where missing or unreadable): UTC, or the practice's wall clock where `naive`."""

    ns: np.ndarray
    naive: np.ndarray
    bad: np.ndarray


def read_days(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Midnights in nanoseconds, and where a cell is there but is no date.

    A time after the date is dropped when it has no offset; with an offset only midnight will do, since the day
    would depend on the zone.
    """
    given = texts.is_valid().to_numpy(zero_copy_only=False)
    good = _matches(texts, _DAY)
    if (given & ~good).any():
        texts = _iso_from_us(texts)
        good = _matches(texts, _DAY)
    good &= _leap_days_exist(texts)
    cells = pc.utf8_slice_codeunits(texts.filter(pa.array(good)), 0, 10)
    days = cells.cast(pa.date32()).cast(pa.int32()).to_numpy(zero_copy_only=False).astype("int64")
    ns = np.full(len(texts), NAT)
    ns[good] = np.where(days < FIRST_DAY, NAT, np.minimum(days, LAST_DAY) * DAY)
    return ns, given & (ns == NAT)


def read_moments(texts: pa.ChunkedArray, day_is_enough: bool = False) -> Moments:
    """Times from text. `day_is_enough` takes a date alone as its midnight; otherwise a date alone is no time."""
    shortest = pc.min(pc.binary_length(texts)).as_py() or 0
    if shortest >= len("2026-10-05 09:12"):
        # The common case, every cell in ISO form and nothing wrong, costs one cast.
        for zone in (None, "UTC"):
            try:
                ns = _integers(texts.cast(pa.timestamp("ns", zone)))
            except pa.ArrowInvalid:
                continue
            return Moments(ns, np.full(len(ns), zone is None), np.zeros(len(ns), dtype=bool))
    return _read_mixed(texts.combine_chunks(), day_is_enough)


def _read_mixed(texts: pa.Array, day_is_enough: bool) -> Moments:
    given = texts.is_valid().to_numpy(zero_copy_only=False)
    naive, zoned = _naive_and_zoned(texts, given)
    shift = np.zeros(len(texts), dtype="int64")
    odd = given & ~naive & ~zoned
    if odd.any():
        rest, hours = _clock_of_day(_iso_from_us(texts.filter(pa.array(odd))))
        texts = pc.replace_with_mask(texts, pa.array(odd), rest)
        shift[odd] = hours
        for known, now in zip((naive, zoned), _naive_and_zoned(rest, rest.is_valid()), strict=True):
            known[odd] = now
        if day_is_enough:
            naive |= _matches(texts, _DAY_ALONE)
    fits = _leap_days_exist(texts)
    ns = np.full(len(texts), NAT)
    for mask, zone in ((naive & fits, None), (zoned & fits, "UTC")):
        if mask.any():
            ns[mask] = _integers(texts.filter(pa.array(mask)).cast(pa.timestamp("ns", zone)))
    ns[(shift == NAT)] = NAT
    there = ns != NAT
    ns[there] += shift[there]
    return Moments(ns, naive, given & ~there)


def _iso_from_us(texts: pa.Array) -> pa.Array:
    """10/5/2026 9:12 becomes 2026-10-05 09:12; a blank before the offset goes, UTC becomes Z; the rest stays."""
    for pattern, form in (
        (r"^(\d)/", r"0\1/"),
        (r"^(\d\d)/(\d)/", r"\1/0\2/"),
        (r"^(\d\d)/(\d\d)/(\d{4})(?:,?[T\s]+|$)", r"\3-\1-\2 "),
        (r"^(\S{10})[T ](\d):", r"\1 0\2:"),
        (r"\s*(?:UTC|GMT|z)$", "Z"),
        (r"\s+([+-]\d\d)", r"\1"),
        (r"\s+$", ""),
    ):
        texts = pc.replace_substring_regex(texts, pattern, form)
    return texts


def _clock_of_day(texts: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Texts without AM or PM, and the nanoseconds to add for it (NAT where 13 PM or the like was written)."""
    half = pc.struct_field(pc.extract_regex(texts, r"(?P<half>[AaPp])\.?[Mm]\.?$"), "half")
    half = pc.utf8_lower(half)
    plain = pc.replace_substring_regex(texts, r"[\s\x{00a0}\x{202f}]*[AaPp]\.?[Mm]\.?$", "")
    hour = pc.struct_field(pc.extract_regex(plain, r"^\S{10} (?P<hour>\d\d):"), "hour").cast(pa.int64())
    hours = pc.fill_null(hour, 0).to_numpy(zero_copy_only=False)
    is_pm = pc.fill_null(pc.equal(half, "p"), False).to_numpy(zero_copy_only=False)
    is_am = pc.fill_null(pc.equal(half, "a"), False).to_numpy(zero_copy_only=False)
    add = np.where(is_pm & (hours < 12), 12, 0) - np.where(is_am & (hours == 12), 12, 0)
    impossible = (is_pm | is_am) & ((hours < 1) | (hours > 12))
    return plain, np.where(impossible, NAT, add * 3_600 * 10**9)


def _naive_and_zoned(texts: pa.Array, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    naive = _matches(texts, _NAIVE)
    zoned = np.asarray(given, dtype=bool) & ~naive
    zoned[zoned] = _matches(texts.filter(pa.array(zoned)), _ZONED)
    return naive, zoned


def _matches(texts: pa.Array, pattern: str) -> np.ndarray:
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _leap_days_exist(texts: pa.Array) -> np.ndarray:
    """False where a text is 29 February of a year that has none."""
    leap_day = np.asarray(pc.fill_null(pc.match_substring(texts, "-02-29"), False), dtype=bool)
    leap_day[leap_day] = _matches(texts.filter(pa.array(leap_day)), r"^\d{4}-02-29")
    exists = np.ones(len(texts), dtype=bool)
    if leap_day.any():
        years = pc.utf8_slice_codeunits(texts.filter(pa.array(leap_day)), 0, 4).cast(pa.int32()).to_numpy()
        exists[leap_day] = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return exists


def _integers(times: pa.Array | pa.ChunkedArray) -> np.ndarray:
    numbers = pc.fill_null(times.cast(pa.int64()), NAT)
    return np.array(numbers.to_numpy() if isinstance(numbers, pa.ChunkedArray) else numbers, dtype="int64")
