"""Decisions by hand: what a practice decides about one case of a month, and which holds it may lift."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from config.month import Month
from config.strict_yaml import load_yaml

FILE = Path(__file__).with_name("by_hand.yaml")
BY_HAND = "manual_decisions"
"""Name of the table, among those that a month is decided from, of what the practice decided by hand."""
COLUMNS = ("patient_id", "case_number", "decision", "reason", "decided_by", "decided_date")
HOLD, RELEASE, FORCE = "hold", "release", "force"


class Liftable(BaseModel):
    """A hold that a person may lift, from one month to another, and why that breaks no rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    since: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    until: str = Field(default="9999-12", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    why: str = Field(min_length=10)
    source: str = Field(min_length=10)


@cache
def _all() -> tuple[Liftable, ...]:
    return tuple(Liftable.model_validate(entry) for entry in load_yaml(FILE)["liftable"])


def liftable(month: Month) -> dict[str, Liftable]:
    """The holds that a person may lift in that month, by rule; no other one, and nothing that bars."""
    return {one.rule: one for one in _all() if one.since <= str(month) <= one.until}
