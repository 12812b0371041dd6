"""How long each payer takes a practice's claims by the practice's own terms with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.engine import Connection

from config.settings import practice_settings
from tasks.store.basis import latest_settings

Terms = dict[tuple[str, str], int]


def filing_terms(connection: Connection, practices: Iterable[str], settings: Path | None = None) -> Terms:
    """The days from the date of service by practice and payer: those of the settings file where one is given, else
    those that the practice's last decided month went by.

    InputError when the file cannot be used.
    """
    found: Terms = {}
    for practice in practices:
        if settings:
            days = practice_settings(practice, settings).filing_days
        else:
            days = json.loads(latest_settings(connection, practice) or "{}").get("filing_days", {})
        found |= {(practice, payer): int(limit) for payer, limit in days.items()}
    return found
