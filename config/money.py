"""Dollars as people write them, in whole cents."""

from __future__ import annotations

import re

from config.errors import InputError

WRITTEN = re.compile(r"\$?\s?(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,2}))?", re.ASCII)
BELOW = re.compile(r"[-−(]\s?\$?\s?[\d.,]+\)?|\$\s?[-−][\d.,]+")
FINER = re.compile(r"\$?\s?[\d,]+\.\d{3,}")


def cents_of(text: str, place: str) -> int:
    """The amount in cents; InputError naming the place, and never what stands in it, for anything else.

    Nothing is rounded: a part of a cent is refused, and so is an amount below nought.
    """
    written = text.strip()
    found = WRITTEN.fullmatch(written)
    if found:
        return int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))
    if BELOW.fullmatch(written):
        raise InputError(f"{place} is below nought; write what it comes to without a minus, as 13.23.")
    if FINER.fullmatch(written):
        raise InputError(f"{place} has parts of a cent; write dollars and cents, as 13.23.")
    raise InputError(f"{place} is no amount; write dollars, as 13.23.")
