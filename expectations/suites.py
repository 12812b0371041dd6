"""The expectations on every input table, read from the files beside this one as Great Expectations suites."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from config.errors import RuleError
from config.first_fault import first_fault
from config.strict_yaml import load_yaml

if TYPE_CHECKING:  # importing it takes three seconds: only who validates pays them
    import great_expectations as gx

HERE = Path(__file__).parent

Severity = Literal["stop", "quarantine", "warn"]
Owner = Literal["front_desk", "care_manager", "billing", "it", "compliance"]
GX_SEVERITY = {"stop": "critical", "quarantine": "warning", "warn": "info"}


class Entry(BaseModel):
    """One expectation. `name` is the reason that a failing row gets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: str = Field(pattern=r"^expect_[a-z_]+$")
    kwargs: dict[str, Any]
    severity: Severity
    words: str = Field(min_length=10)
    wrong: str = Field(min_length=5)
    owner: Owner
    fix: str = Field(min_length=10)
    covers: tuple[str, ...] = ()

    @field_validator("words", "wrong", "fix")
    @classmethod
    def _sentence(cls, text: str) -> str:
        if not re.search(r"[.!?]$", text) or not text[0].isupper():
            raise ValueError("write a sentence: a capital first, a full stop last")
        return text

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that Great Expectations looks at: the table's own, or flags computed beforehand."""
        names = (self.kwargs.get(key) for key in ("column", "column_A", "column_B"))
        return tuple(name for name in names if name)

    @property
    def contract_columns(self) -> tuple[str, ...]:
        """Columns of the contract that it speaks of."""
        return self.covers or self.columns


class Suite(BaseModel):
    """All expectations on one table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    expectations: tuple[Entry, ...] = Field(min_length=1)

    @field_validator("expectations")
    @classmethod
    def _names_once(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        names = [entry.name for entry in entries]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{twice[0]} stands twice")
        return entries


@cache
def load_suite(table: str, folder: Path = HERE) -> tuple[Entry, ...]:
    """The expectations on that table in the order of its file; RuleError naming file and field when one is wrong."""
    path = folder / f"{table}.yaml"
    try:
        suite = Suite.model_validate(load_yaml(path))
    except ValidationError as error:
        place, said = first_fault(error, Suite)
        raise RuleError(f"{path}: {place}: {said}; mend the suite.") from error
    if suite.table != table:
        raise RuleError(f"{path}: it says table: {suite.table}; a suite's file is named after its table.")
    return suite.expectations


def gx_suite(table: str, entries: tuple[Entry, ...]) -> gx.ExpectationSuite:
    """The Great Expectations suite that holds exactly those entries; RuleError when one of its types is not known."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    unknown = {entry.type for entry in entries} - set(list_registered_expectation_implementations())
    if unknown:
        raise RuleError(f"expectations/{table}.yaml: Great Expectations knows no '{min(unknown)}'; correct the type.")
    try:
        suite = gx.ExpectationSuite(name=table, expectations=[_configuration(entry) for entry in entries])
    except (GreatExpectationsError, ValidationError, ValueError, TypeError) as error:
        raise RuleError(f"expectations/{table}.yaml: an expectation is wrong ({error}); correct its kwargs.") from error
    # Great Expectations logs what it cannot build and goes on without it: a check that vanished would pass everything.
    if len(suite.expectations) != len(entries):
        raise RuleError(
            f"expectations/{table}.yaml: {len(entries) - len(suite.expectations)} expectations were dropped."
        )
    return suite


def _configuration(entry: Entry) -> dict[str, Any]:
    meta = {"name": entry.name, "owner": entry.owner, "words": entry.words, "fix": entry.fix}
    return {"type": entry.type, "kwargs": entry.kwargs, "severity": GX_SEVERITY[entry.severity], "meta": meta}
