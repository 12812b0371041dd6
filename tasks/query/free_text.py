"""The one place through which every free text of a question or an answer goes before it is kept."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.store.identities import known_identities

LONGEST = 300


def free_text(connection: Connection, practice_id: str, text: str, where: str) -> str:
    """The text in one line; InputError naming its place, and never quoting it, where it may not be kept.

    It may not name a patient of the practice: cases go by their number.
    """
    plain = " ".join(text.split())
    if len(plain) > LONGEST:
        raise InputError(f"{where}: the text is longer than {LONGEST} signs; say it shorter.")
    if plain:
        known_identities(connection, practice_id).refuse(where, plain)
    return plain
