"""What an eligibility answer (271) may show, and by which of its words."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.catalogue import Sourced, validated
from config.errors import RuleError
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "payers" / "eligibility.yaml"
What = Literal[
    "part_a",
    "part_b",
    "medicare_advantage",
    "qmb",
    "other_payer",
    "hospice",
    "facility",
    "deductible_left",
    "inactive",
    "active",
]


class Finding(Sourced):
    """How one thing is said; an empty list asks nothing."""

    what: What
    information: tuple[str, ...] = Field(min_length=1)
    insurance: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    dates: tuple[str, ...] = Field(min_length=1)
    words: str

    def fits(self, information: str, insurance: str, services: Collection[str], period: str) -> bool:
        """Whether a benefit says this."""
        return (
            information in self.information
            and (not self.insurance or insurance in self.insurance)
            and (not self.services or bool(set(services) & set(self.services)))
            and (not self.periods or period in self.periods)
        )


@cache
def findings(path: Path = FILE) -> tuple[Finding, ...]:
    """Every finding in the order in which it is looked for; RuleError naming the one that is wrong."""
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != {"findings"} or not isinstance(content["findings"], list):
        raise RuleError(f"{path.name}: it must hold a list 'findings', nothing else.")
    return tuple(
        validated(Finding, item, f"{path.name}, finding {number}") for number, item in enumerate(content["findings"], 1)
    )


@cache
def words_of() -> dict[str, str]:
    """What each finding is called in a sentence."""
    return {one.what: one.words for one in findings()}
