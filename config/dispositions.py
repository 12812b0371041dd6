"""What may become of logged seconds, and what of it counts."""

from __future__ import annotations

from functools import cache

from config.rulebook import all_rules

COUNTED = "counted"


@cache
def to_be_checked() -> frozenset[str]:
    """Dispositions under which time counts although a recalled rule asks for a check, of every month since 2015."""
    return frozenset(rule.name for rule in all_rules() if rule.topic == "minutes" and rule.effect == "warn")


@cache
def counting() -> frozenset[str]:
    """Every disposition under which time counts."""
    return to_be_checked() | {COUNTED}
