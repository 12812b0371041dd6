"""Who is told what: the audiences of config/audiences, and what a message to each may be and hold."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.catalogue import validated
from config.errors import RuleError
from config.strict_yaml import load_yaml

FOLDER = Path(__file__).parent / "audiences"
Held = Literal[
    "name", "birth_date", "mrn", "member_id", "phone", "address", "clinical_note", "money", "case_number",
    "other_panels",
]  # fmt: skip
NOBODY: tuple[Held, ...] = ("name", "birth_date", "mrn", "member_id", "phone", "address")  # gets these by mail
ROUND = (1, 2, 5, 10, 20, 50, 100)
SEEN = {"money": re.compile(r"\$\s?\d"), "case_number": re.compile(r"\bC-\d{6}\b")}
"""How those look that a message is searched for as it is made; the marks of money and cases are this program's own."""


class Kind(BaseModel):
    """One message that an audience gets: at which event, and whether it is left out when there is nothing to do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(pattern=r"^[a-z]+$")
    when: Literal["month_decided", "day", "query", "cutoff", "signoff", "release", "run"]
    quiet: bool
    words: str = Field(min_length=10)


class Audience(BaseModel):
    """Who they are, where their address stands, how they are told, what they get and what they may never receive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audience: str = Field(pattern=r"^[a-z][a-z_]*$")
    words: str = Field(min_length=10)
    address: Literal["staff", "practitioners", "practice", "settings"]
    channel: Literal["link", "workbook", "whole"]
    never: tuple[Held, ...]
    smallest_count: int = Field(ge=1, le=100)
    smallest_source: str = ""
    smallest_confidence: Literal["", "primary", "secondary", "unverified"] = ""
    kinds: tuple[Kind, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _nobody_gets_an_identity(self) -> Audience:
        missing = [name for name in NOBODY if name not in self.never]
        if missing:
            raise ValueError(f"add {', '.join(missing)} to 'never': no message holds them")
        if len({one.kind for one in self.kinds}) < len(self.kinds):
            raise ValueError("a kind stands twice; keep one")
        if self.smallest_count > 1 and not (self.smallest_source and self.smallest_confidence):
            raise ValueError("say where 'smallest_count' comes from: smallest_source and smallest_confidence")
        return self

    def kind(self, name: str) -> Kind:
        """The kind of that name, what follows a dash left off; RuleError when the audience does not get it."""
        for one in self.kinds:
            if one.kind == name.partition("-")[0]:
                return one
        known = ", ".join(one.kind for one in self.kinds)
        raise RuleError(
            f"config/audiences/{self.audience}.yaml: there is no message '{name}' to {self.audience}, only {known}; "
            "add the kind to the file."
        )

    @property
    def step(self) -> int:
        """What counts are rounded to: the round number at or above the smallest, so that no difference is smaller."""
        return next(step for step in ROUND if step >= self.smallest_count)

    def rounded(self, number: int) -> int | None:
        """The count as this audience may have it; None where it is below the smallest, nought among them.

        What lies in the middle goes down: rounded up, three counts of ten each, hidden, were told by their sum of 40.
        """
        if self.smallest_count > 1 and number < self.smallest_count:
            return None
        found = (number + (self.step - 1) // 2) // self.step * self.step
        return max(found, self.step) if self.smallest_count > 1 else found

    def told(self, number: int) -> str:
        """The count in words: exact where every count may be told, else rounded, or that it is below the smallest."""
        found = self.rounded(number)
        return f"fewer than {self.smallest_count}" if found is None else f"{found:,}"


@cache
def audiences(folder: Path = FOLDER) -> dict[str, Audience]:
    """Every audience by its name; RuleError naming the file where one is wrong."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        one = validated(Audience, load_yaml(path), path.name)
        if one.audience != path.stem:
            raise RuleError(f"{path.name}: the audience is called '{one.audience}'; call it as its file, {path.stem}.")
        found[one.audience] = one
    return found


def told_of_cases() -> list[str]:
    """The audiences that are told of single matters, and so may own one; the others see figures of the whole alone."""
    return [name for name, one in audiences().items() if one.channel != "whole"]


def audience(name: str) -> Audience:
    """The audience of that name; RuleError listing all when there is none."""
    if name not in audiences():
        known = ", ".join(audiences())
        raise RuleError(f"'{name}' is no audience; write one of {known}, or add config/audiences/{name}.yaml.")
    return audiences()[name]


def allow(name: str, kind: str, *written: str) -> None:
    """Nothing, when that audience may be mailed a message of that kind that says this; RuleError otherwise."""
    one = audience(name)
    one.kind(kind)
    for held, pattern in SEEN.items():
        if held in one.never and any(pattern.search(text) for text in written):
            what = held.replace("_", " ")
            raise RuleError(
                f"config/audiences/{name}.yaml: the message '{kind.partition('-')[0]}' holds {what}, which {name} "
                "may never receive; take it out of the template."
            )
