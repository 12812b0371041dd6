"""Numbers as people read them, with the word that they count."""

from __future__ import annotations


def count(number: float) -> str:
    """12,345."""
    return f"{int(number):,}"


def plural(number: int, one: str, many: str = "") -> str:
    """1 case, 2 cases."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
