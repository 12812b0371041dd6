"""Numbers as people read them, with the word that they count."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: float) -> str:
    """12,345."""
    return f"{int(number):,}"


def first_few(names: Sequence[str], most: int) -> str:
    """The names, of many the first and how many more there are: a, b and 3 more."""
    more = f" and {count(len(names) - most)} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def plural(number: int, one: str, many: str = "") -> str:
    """1 case, 2 cases."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
