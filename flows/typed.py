"""What is typed behind an option, as what it means."""

from __future__ import annotations

from datetime import date

from config.errors import InputError


def day_of(text: str | None, option: str, example: str = "2026-10-20") -> date | None:
    """The day, None where nothing was typed; InputError naming the option where it is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{option}: '{text}' is not a day; write it as {example}.") from None
