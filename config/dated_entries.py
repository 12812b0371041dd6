"""Lists of rules that hold from a month on until a later entry about the same takes their place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.dated_csv import Sure
from config.errors import RuleError
from config.month import Month
from config.strict_yaml import load_yaml


class FromMonth(BaseModel):
    """One entry: from which month on it holds, what it says, and on what that rests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: str
    words: str = Field(min_length=5)
    confidence: Sure
    source: str = Field(min_length=10)


Entry = TypeVar("Entry", bound=FromMonth)


def entries_in(path: Path, key: str, model: type[Entry]) -> tuple[Entry, ...]:
    """Every entry of the list `key`; RuleError naming the one that is wrong."""
    found = []
    for number, entry in enumerate(load_yaml(path)[key], start=1):
        try:
            one = model.model_validate(entry)
            Month.parse(one.since)
        except (ValidationError, ValueError) as error:
            raise RuleError(f"{path.name}, entry {number}: {error}; mend the entry.") from error
        found.append(one)
    return tuple(found)


def newest_on(entries: Iterable[Entry], day: date) -> Entry | None:
    """Of entries about the same the one that holds on that day; None before the first."""
    begun = [one for one in entries if Month.parse(one.since).first <= day]
    return max(begun, key=lambda one: one.since, default=None)
