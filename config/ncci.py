"""NCCI edits: which codes are not paid on one date of service, how many units, which base an add-on needs.

Practitioner and outpatient hospital are two editions. Of the quarters that are loaded the one of the date of service
counts; where it is not loaded, the last one before it, else the first. The files say when an edit ended, never when it
began: an edit without an end, or with a later one, counts as in force on any earlier day of its quarter's use too.
"""

from __future__ import annotations

import csv
import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from config.errors import RuleError

FOLDER = Path(__file__).parent / "ncci"
Kind = Literal["practitioner", "hospital"]
WITHDRAWN = "9"


@dataclass(frozen=True)
class Edit:
    """Column 1 is paid, column 2 denied; indicator 0 bars both on one day, 1 lets a modifier through."""

    column1: str
    column2: str
    indicator: str
    until: date
    quarter: str

    @property
    def bypassable(self) -> bool:
        """Whether a modifier for truly separate work lifts it."""
        return self.indicator == "1"


@dataclass(frozen=True)
class Limit:
    """Most units of a code; adjudication 1 by line, 2 by day and absolute, 3 by day and appealable."""

    units: int
    adjudication: int


@dataclass(frozen=True)
class AddOn:
    """The codes an add-on may stand beside; `open_list` when contractors may add to them."""

    bases: frozenset[str]
    same_day: bool
    open_list: bool


@dataclass(frozen=True)
class Edits:
    """The edits in force on one day for one kind of claim."""

    day: date
    kind: Kind
    quarter: str
    pairs: Mapping[frozenset[str], Edit]
    limits: Mapping[str, Limit]
    add_ons: Mapping[str, AddOn]
    more_follow: bool = False

    @property
    def note(self) -> str:
        """What must be known about these edits: another day's edition, or that no start dates are loaded."""
        first, last = quarter_days(self.quarter)
        if self.day > last:
            rest = "its own quarter's" if self.more_follow else "later ones"
            return f"The edits of {self.quarter} are used for this date; {rest} are not loaded."
        if self.day < first:
            return f"The edits of {self.quarter} are used for this date; the file gives their ends, not their starts."
        return ""

    def between(self, code: str, other: str) -> Edit | None:
        """The edit between two codes, whichever is in column 1; None when both are paid on one day."""
        return self.pairs.get(frozenset((code, other)))


def quarter_days(quarter: str) -> tuple[date, date]:
    """First and last day of a quarter such as 2024Q3."""
    year, number = int(quarter[:4]), int(quarter[5])
    end = date(year + number // 4, number % 4 * 3 + 1, 1)
    return date(year, number * 3 - 2, 1), date.fromordinal(end.toordinal() - 1)


def quarter_of(day: date, loaded: Iterable[str]) -> str:
    """Of the loaded quarters the day's own, else the last one before it, else the first of all."""
    names = sorted(loaded)
    return max((name for name in names if quarter_days(name)[0] <= day), default=names[0])


def _rows(name: str, columns: list[str], folder: Path) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != columns:
            raise RuleError(f"{path.name}: its columns must be {', '.join(columns)}; mend the first line.")
        rows = list(reader)
    if not rows:
        raise RuleError(f"{path.name}: it holds no edit of any quarter; load one with ccm load-cms.")
    for line, row in enumerate(rows, start=2):
        if not _QUARTER.fullmatch(row["quarter"] or ""):
            raise RuleError(f"{path.name}, line {line}: '{row['quarter']}' is no quarter; write 2024Q3.")
    return rows


_QUARTER = re.compile(r"20\d\dQ[1-4]")


@cache
def all_edits(kind: Kind, folder: Path = FOLDER) -> tuple[Edit, ...]:
    """Every edit of the edition, ended ones included, withdrawn ones left out; RuleError naming file and line."""
    found = []
    columns = ["column1", "column2", "indicator", "until", "quarter"]
    for line, row in enumerate(_rows(f"ptp_{kind}", columns, folder), start=2):
        if row["indicator"] not in ("0", "1", WITHDRAWN):
            raise RuleError(f"ptp_{kind}.csv, line {line}: the indicator is 0, 1 or 9, not '{row['indicator']}'.")
        try:
            until = date.fromisoformat(row["until"]) if row["until"] else date.max
        except ValueError as error:
            raise RuleError(
                f"ptp_{kind}.csv, line {line}: '{row['until']}' is not a date; write 2024-12-31."
            ) from error
        if row["indicator"] != WITHDRAWN:
            found.append(Edit(row["column1"], row["column2"], row["indicator"], until, row["quarter"]))
    return tuple(found)


@cache
def codes_with_edits(kind: Kind, folder: Path = FOLDER) -> frozenset[str]:
    """Every code that some edit of the edition names."""
    return frozenset(code for edit in all_edits(kind, folder) for code in (edit.column1, edit.column2))


@cache
def _limits(kind: Kind, folder: Path) -> Mapping[str, Mapping[str, Limit]]:
    found: dict[str, dict[str, Limit]] = {}
    for line, row in enumerate(_rows(f"mue_{kind}", ["code", "units", "adjudication", "quarter"], folder), start=2):
        if not (row["units"].isdigit() and row["adjudication"] in ("1", "2", "3")):
            raise RuleError(f"mue_{kind}.csv, line {line}: units are a number and adjudication 1, 2 or 3.")
        found.setdefault(row["quarter"], {})[row["code"]] = Limit(int(row["units"]), int(row["adjudication"]))
    return found


def limits(day: date, kind: Kind, folder: Path = FOLDER) -> Mapping[str, Limit]:
    """Most units by code for that date of service; RuleError naming file and line when a number is wrong."""
    found = _limits(kind, folder)
    return found[quarter_of(day, found)]


@cache
def _add_ons(folder: Path) -> Mapping[str, Mapping[str, AddOn]]:
    rows = _rows("add_on", ["code", "base", "kind", "quarter"], folder)
    found: dict[str, dict[str, AddOn]] = {}
    for quarter in {row["quarter"] for row in rows}:
        bases: dict[str, set[str]] = {}
        kinds: dict[str, str] = {}
        for row in rows:
            if row["quarter"] == quarter:
                bases.setdefault(row["code"], set()).add(row["base"])
                kinds[row["code"]] = row["kind"]
        found[quarter] = {
            code: AddOn(frozenset(some - {""}), kinds[code] == "3", "" in some) for code, some in bases.items()
        }
    return found


def add_ons(day: date, folder: Path = FOLDER) -> Mapping[str, AddOn]:
    """Every add-on: those of kind 1 go with their base in the month, those of kind 3 with a visit on the same day."""
    found = _add_ons(folder)
    return found[quarter_of(day, found)]


@lru_cache(maxsize=64)
def edits(day: date, kind: Kind, folder: Path = FOLDER) -> Edits:
    """The edits in force that day on that kind of claim; of two edits of one pair the stricter, then the later."""
    loaded, ends = _quarters_and_ends(kind, folder)
    quarter, later = quarter_of(day, loaded), bisect_left(ends, day)
    pairs = _pairs(kind, folder, quarter, ends[later]) if later < len(ends) else {}
    return Edits(
        day, kind, quarter, pairs, limits(day, kind, folder), add_ons(day, folder), any(q > quarter for q in loaded)
    )


@cache
def _quarters_and_ends(kind: Kind, folder: Path) -> tuple[frozenset[str], list[date]]:
    every = all_edits(kind, folder)
    return frozenset(edit.quarter for edit in every), sorted({edit.until for edit in every})


@lru_cache(maxsize=64)
def _pairs(kind: Kind, folder: Path, quarter: str, until: date) -> Mapping[frozenset[str], Edit]:
    """The pairs of the quarter that end then or later: the same for every day since the end before."""
    found: dict[frozenset[str], Edit] = {}
    for edit in sorted(all_edits(kind, folder), key=lambda edit: (not edit.bypassable, edit.until)):
        if edit.quarter == quarter and until <= edit.until:
            found[frozenset((edit.column1, edit.column2))] = edit
    return found


@cache
def fingerprint(folder: Path = FOLDER) -> str:
    """Names the loaded edition in the rulebook's digest."""
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.csv")))
    return hashlib.sha256(content).hexdigest()[:16]
