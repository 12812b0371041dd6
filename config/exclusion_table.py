"""Which services exclude one another, as rows for a picture; the one place that knows where the data lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from config.rulebook import RULES
from config.strict_yaml import load_yaml

Strength = Literal["hard", "modifier", "allowed"]


@dataclass(frozen=True)
class ExclusionRow:
    """Two lists of codes, and what one means for the other from one month to another."""

    a: str
    b: str
    strength: Strength
    outcome: str
    scope: str
    words: str
    since: str
    until: str
    confidence: str
    source: str
    disagreement: str = ""

    @property
    def blocks(self) -> bool:
        """Whether it may keep a claim back; what is unverified only warns."""
        return self.outcome in ("not_billable", "hold") and self.confidence != "unverified"


def exclusion_rows(folder: Path = RULES) -> list[ExclusionRow]:
    """Every pair of every span, in the order of the files."""
    paths = sorted((folder / "exclusions").glob("*.yaml"))
    return [_pair(pair) for path in paths for pair in load_yaml(path).get("pairs", [])]


def list_meanings(folder: Path = RULES) -> dict[str, dict[str, Any]]:
    """The code lists by name, each with its meaning and dated entries."""
    return {item["name"]: item for item in load_yaml(folder / "code_lists.yaml")["lists"]}


def _pair(pair: dict[str, Any]) -> ExclusionRow:
    parts = [f"lifted by modifier {pair['modifier']}" if pair.get("modifier") else "", pair.get("others", "")]
    if pair.get("within") == "day":
        parts.append("on one date of service")
    return ExclusionRow(
        a=pair["a"],
        b=pair["b"],
        strength=pair["strength"],
        outcome=pair["outcome"],
        scope=pair["scope"],
        words="; ".join(filter(None, parts)),
        since=pair["since"],
        until=pair.get("until", "9999-12"),
        confidence=pair["confidence"],
        source=pair["source"],
        disagreement=pair.get("disagreement", ""),
    )
