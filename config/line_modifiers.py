"""Modifiers that a practice decides on for its lines: which there are in a month, and what each is for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.month import Month
from config.strict_yaml import load_yaml

FILE = Path(__file__).with_name("line_modifiers.yaml")
RECORDED = "line_modifiers"
"""Name of the table, among those that a month is decided from, of what the practice recorded."""
COLUMNS = ("patient_id", "case_number", "claim", "code", "use", "modifier", "why", "recorded_by", "recorded_date")
EVERY = ""
"""Stands for every patient, claim or code of the month."""

Use = Literal["separate_work", "hospice", "visit"]
CAMPUS = "campus"
"""Use of what the settings of the claims put on a hospital's own lines."""
ORDER: tuple[str, ...] = ("separate_work", "hospice", CAMPUS)
"""In which order modifiers stand on a line: what the payment of the line hangs on first."""


class LineModifier(BaseModel):
    """One modifier, from one month to another."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    modifier: str = Field(pattern=r"^[0-9A-Z]{2}$")
    use: Use
    since: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    until: str = Field(default="9999-12", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    confidence: Literal["primary", "secondary", "unverified"]
    source: str = Field(min_length=10)
    words: str = Field(min_length=10)


@cache
def all_line_modifiers() -> tuple[LineModifier, ...]:
    """Every entry of the file, in its order."""
    return tuple(LineModifier.model_validate(entry) for entry in load_yaml(FILE)["modifiers"])


def line_modifiers(month: Month) -> dict[str, LineModifier]:
    """Those in force in the month."""
    return {one.modifier: one for one in all_line_modifiers() if one.since <= str(month) <= one.until}


def modifiers_for(use: str) -> frozenset[str]:
    """Those of that use, of any month."""
    return frozenset(one.modifier for one in all_line_modifiers() if one.use == use)
