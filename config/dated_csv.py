"""Tables of dated entries: each row holds from one day to another, says where it stands and how sure that is."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import RuleError
from config.first_fault import first_fault
from config.month import Month

Sure = Literal["primary", "secondary", "unverified"]
SURE: tuple[Sure, ...] = ("primary", "secondary", "unverified")


class Dated(BaseModel):
    """One entry of such a table. Entries of the same subject follow one another without overlap."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date
    until: date
    confidence: Sure
    source: str = Field(min_length=10)

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.until < self.since:
            raise ValueError(f"it ends ({self.until}) before it begins ({self.since})")
        return self

    @property
    def subject(self) -> str:
        """What the entry speaks of; one entry a subject and day."""
        raise NotImplementedError

    @property
    def sure(self) -> int:
        """How sure it is, as a number: 0 is primary, and more is less sure."""
        return SURE.index(self.confidence)

    def covers(self, day: date) -> bool:
        """Whether it holds on that day, both ends included."""
        return self.since <= day <= self.until

    def touches(self, month: Month) -> bool:
        """Whether it holds on some day of the month."""
        return self.since <= month.last and month.first <= self.until


Entry = TypeVar("Entry", bound=Dated)


def read_dated(path: Path, model: type[Entry]) -> tuple[Entry, ...]:
    """Every entry of the file in its order; RuleError naming file and line when one is wrong or two overlap."""
    try:
        state = path.stat()
        return _read(path, model, state.st_mtime_ns, state.st_size)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: the file cannot be read ({type(error).__name__}); put it back.") from error


@lru_cache(maxsize=64)
def _read(path: Path, model: type[Entry], _changed: int, _size: int) -> tuple[Entry, ...]:
    # Unchanged files are read once a process, however many months and practices ask.
    entries: list[Entry] = []
    met: defaultdict[str, list[Entry]] = defaultdict(list)
    for line, row in _rows(path):
        entry = _entry(model, row, f"{path.name}, line {line}")
        if overlapping(entry, met[entry.subject]):
            raise RuleError(f"{path.name}, line {line}: the span of {entry.subject} overlaps another; close one.")
        met[entry.subject].append(entry)
        entries.append(entry)
    return tuple(entries)


def _rows(path: Path) -> Iterator[tuple[int, dict[Any, Any]]]:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            yield reader.line_num, row


def _entry(model: type[Entry], row: dict[Any, Any], place: str) -> Entry:
    if None in row:
        raise RuleError(f"{place}: it has more cells than the header; put texts with commas in quotation marks.")
    try:
        return model.model_validate({name: value for name, value in row.items() if value not in ("", None)})
    except ValidationError as error:
        where, said = first_fault(error, model)
        column = f", column {where}" if where else ""
        raise RuleError(f"{place}{column}: {said}.") from error


def overlapping(entry: Dated, others: list[Entry]) -> list[Entry]:
    """Those of the others, which are of the same subject, that hold on some day of the entry."""
    return [other for other in others if entry.since <= other.until and other.since <= entry.until]
