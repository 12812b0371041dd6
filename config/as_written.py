"""How people write yes, no and an identifier: one reading for every table and list."""

from __future__ import annotations

from collections.abc import Iterable

from config.counted import first_few

YES = frozenset({"true", "t", "yes", "y", "1", "1.0"})
NO = frozenset({"false", "f", "no", "n", "0", "0.0"})
MOST = 15


def yes_or_no(text: str) -> str:
    """'yes' or 'no' where that is what the text says; else the text as it stands, in small letters."""
    said = text.strip().casefold()
    return "yes" if said in YES else "no" if said in NO else said


def known_as(text: str, known: Iterable[str]) -> str:
    """The known identifier that was meant, whatever its case, where there is one alone; else as it was written."""
    said, names = text.strip(), set(known)
    alike = [name for name in names if name.casefold() == said.casefold()]
    return alike[0] if said not in names and len(alike) == 1 else said


def known_are(known: Iterable[str]) -> str:
    """The known identifiers in words, of many the first."""
    names = sorted(set(known))
    return f"known are {first_few(names, MOST)}"
