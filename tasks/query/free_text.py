"""The one place through which every free text of a question or an answer goes before it is kept."""

from __future__ import annotations

from config.errors import InputError

LONGEST = 300


def free_text(text: str, where: str) -> str:
    """The text in one line; InputError naming its place, and never quoting it, where it may not be kept."""
    plain = " ".join(text.split())
    if len(plain) > LONGEST:
        raise InputError(f"{where}: the text is longer than {LONGEST} signs; say it shorter.")
    return plain
