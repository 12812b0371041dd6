"""Which services cannot stand together in one month: pairs of code lists, dated, cited, read both ways.

The table is policy and looks at the calendar month. The NCCI edits, which look at one date of service, are in ncci.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config import ncci
from config.catalogue import rising, validated
from config.errors import RuleError
from config.month import Month
from config.settings import PracticeSettings
from config.strict_yaml import load_yaml

BARS = ("not_billable", "hold")
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class Dated(BaseModel):
    """What holds from one month to another, with its source and how sure that is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    since: str = Field(pattern=MONTH)
    until: str = Field(default="9999-12", pattern=MONTH)
    confidence: Literal["primary", "secondary", "unverified"]
    source: str = Field(min_length=10)
    disagreement: str = ""

    def holds_in(self, month: Month) -> bool:
        """Whether the month lies in the span, both ends included."""
        return self.since <= str(month) <= self.until


class Pair(Dated):
    """Two lists of codes and what one means for the other."""

    a: str
    b: str
    scope: Literal["same_practitioner", "same_practice", "anyone"]
    within: Literal["month", "day"] = "month"
    strength: Literal["hard", "modifier", "allowed"]
    modifier: str = ""
    outcome: Literal["not_billable", "hold", "warn", "allowed"]
    denial: str = ""
    others: str = ""
    setting: str = ""

    @property
    def effect(self) -> str:
        """What it may bring about: an unverified pair warns, it never blocks."""
        blocks = self.outcome in ("not_billable", "hold")
        return "warn" if blocks and self.confidence == "unverified" else self.outcome

    def effect_for(self, settings: PracticeSettings) -> str:
        """What it brings about in that practice: where a setting decides it, what the setting says."""
        return str(getattr(settings, self.setting)) if self.setting else self.effect

    @model_validator(mode="after")
    def _consistent(self) -> Pair:
        if self.setting and self.setting not in PracticeSettings.model_fields:
            raise ValueError("'setting' names no setting of settings.yaml")
        if (self.strength == "allowed") != (self.outcome == "allowed"):
            raise ValueError("an allowed pair has the outcome allowed, and no other pair has it")
        if (self.strength == "modifier") != bool(self.modifier):
            raise ValueError("a pair that a modifier lifts names it in 'modifier', and no other pair does")
        if self.strength == "modifier" and self.outcome != "warn":
            raise ValueError("a pair that a modifier lifts warns; it does not block")
        if self.within == "day" and self.strength != "modifier":
            raise ValueError("only a pair that a modifier lifts may look at one day; NCCI edits do the rest")
        if self.scope == "anyone" and self.a != self.b and self.effect in ("not_billable", "hold"):
            raise ValueError("between two services of different practitioners a pair only warns")
        return self


class Circumstance(Dated):
    """A row of the table that is not about codes; `decided_by` names its rules, none when no data tells."""

    words: str = Field(min_length=10)
    decided_by: tuple[str, ...] = ()


class Conflict(NamedTuple):
    """A pair seen from our side: which of our codes it concerns, and with which codes."""

    pair: Pair
    ours: frozenset[str]
    theirs: frozenset[str]


class Exclusions(BaseModel):
    """The pairs in force in one month, with their codes, and the edition of the NCCI edits beside them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    month: str
    pairs: tuple[Pair, ...]
    sides: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    edits: str

    def against(self, codes: Iterable[str]) -> tuple[Conflict, ...]:
        """Every pair that concerns one of these codes, read from both sides, in the order of the table."""
        ours = frozenset(codes)
        found: dict[str, Conflict] = {}
        for pair in self.pairs:
            a, b = self.sides[pair.name]
            mine = (ours.intersection(a), ours.intersection(b))
            if mine[0] or mine[1]:
                theirs = frozenset(b if mine[0] else ()) | frozenset(a if mine[1] else ())
                found[pair.name] = Conflict(pair, mine[0] | mine[1], theirs)
        return tuple(found.values())

    def named(self, name: str) -> Pair | None:
        """The pair of that name, None when none in force has it."""
        return next((pair for pair in self.pairs if pair.name == name), None)

    def between(self, code: str, other: str) -> tuple[Pair, ...]:
        """The pairs that speak of these two codes; the same whichever is named first."""
        return tuple(conflict.pair for conflict in self.against([code]) if other in conflict.theirs)

    def bar(
        self, codes: Iterable[str], others: Iterable[str], settings: PracticeSettings, *, same_practitioner: bool
    ) -> bool:
        """Whether one of these codes and one of the others exclude one another in the month."""
        return any(
            pair.effect_for(settings) in BARS and (same_practitioner or pair.scope != "same_practitioner")
            for code, other in product(codes, others)
            for pair in self.between(code, other)
        )


def _entries(folder: Path, key: str, model: type[Any]) -> list[Any]:
    found: dict[str, Any] = {}
    for path in sorted((folder / "exclusions").glob("*.yaml")):
        content = load_yaml(path)
        if not isinstance(content, dict) or not content or set(content) - {"pairs", "circumstances"}:
            raise RuleError(f"{path.name}: only the keys 'pairs' and 'circumstances' are known; remove the others.")
        for number, entry in enumerate(content.get(key) or [], start=1):
            name = entry.get("name", "no name") if isinstance(entry, dict) else "no name"
            place = f"exclusions/{path.name}, {key}, entry {number} ({name})"
            found[place] = validated(model, entry, place)
    for name in {entry.name for entry in found.values()}:
        own = {place: (entry.since, entry.until) for place, entry in found.items() if entry.name == name}
        rising(list(own.values()), list(own))
    return list(found.values())


def all_pairs(folder: Path) -> list[Pair]:
    """Every pair of every span; RuleError naming file and entry when one is wrong or two overlap."""
    return _entries(folder, "pairs", Pair)


def all_circumstances(folder: Path) -> list[Circumstance]:
    """What excludes care management without being a service, in the order of the files."""
    return _entries(folder, "circumstances", Circumstance)


def load_exclusions(month: Month, codes: Mapping[str, Iterable[str]], folder: Path) -> Exclusions:
    """The pairs of the month. `codes` are the code lists in force; a list that is not in force leaves its pairs empty.

    Raises RuleError when a pair names a list that config/rules/code_lists.yaml does not know.
    """
    known = {item.get("name") for item in load_yaml(folder / "code_lists.yaml")["lists"]}
    pairs = all_pairs(folder)
    all_circumstances(folder)  # nothing is decided by them, but they are part of the rulebook that is read here
    for pair in pairs:
        for name in (pair.a, pair.b):
            if name not in known:
                raise RuleError(f"exclusions: {pair.name}: there is no list '{name}' in code_lists.yaml; add it.")
    current = [pair for pair in pairs if pair.holds_in(month) and pair.a in codes and pair.b in codes]
    sides = {pair.name: (tuple(sorted(codes[pair.a])), tuple(sorted(codes[pair.b]))) for pair in current}
    return Exclusions(month=str(month), pairs=tuple(current), sides=sides, edits=ncci.fingerprint())
