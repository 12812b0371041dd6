"""The check digit of a National Provider Identifier."""

from __future__ import annotations

import re

import pandas as pd

SHAPE = re.compile(r"[12][0-9]{9}")
PREFIX_SUM = 24  # what the digits 80840 before it add to the Luhn sum


def is_npi(numbers: pd.Series) -> pd.Series:
    """Whether each is ten digits with the right check digit; a missing one is not."""
    kind, texts = pd.factorize(numbers.astype("str").fillna(""))
    valid = pd.array([_checks(str(text)) for text in texts], dtype="boolean")
    return pd.Series(valid.take(kind), index=numbers.index).astype(bool)


def _checks(number: str) -> bool:
    if not SHAPE.fullmatch(number):
        return False
    total = PREFIX_SUM
    for place, digit in enumerate(number):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
