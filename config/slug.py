"""A practice's identifier where only small letters, digits and dashes may stand: in Prefect's keys and slugs."""

from __future__ import annotations

import hashlib


def slug_of(practice_id: str) -> str:
    """The identifier in small letters, digits and dashes; those that differ in more than case differ in it."""
    plain = practice_id.lower()
    slug = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in plain)
    return slug if slug == plain else f"{slug}-{hashlib.sha256(plain.encode()).hexdigest()[:6]}"
