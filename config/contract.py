"""The contract of every table that goes in and comes out: columns, types, units, keys and meaning, declared once.

Validation, `ccm contract`, the demo data and the output files all derive from it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.strict_yaml import load_yaml

HERE = Path(__file__).parent

ColumnType = Literal["text", "choice", "date", "timestamp", "integer", "flag", "cents"]


class Column(BaseModel):
    """One column; `identity` marks what must never leave the practice's own files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    refers_to: str = ""
    identity: bool = False
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    example: str = ""


class Table(BaseModel):
    """One table of the input or of the output; `beside` says which folders its file stands among."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    order: int
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...] = Field(min_length=1)
    required: bool = True
    file: str = ""
    beside: Literal["months", "practices", "claims", "answers", "coverage", "letters", "worklists"] = "months"

    @property
    def names(self) -> list[str]:
        """Column names in their order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.table} has no column {name}")


def _load(folder: Path) -> dict[str, Table]:
    tables = [Table.model_validate(load_yaml(path)) for path in sorted(folder.glob("*.yaml"))]
    return {table.table: table for table in sorted(tables, key=lambda table: table.order)}


@cache
def inputs() -> dict[str, Table]:
    """The input tables by name, in the order in which they refer to one another."""
    return _load(HERE / "inputs")


@cache
def outputs() -> dict[str, Table]:
    """The output tables of a practice's month by name, in the order in which a reader wants them."""
    return {name: table for name, table in _load(HERE / "outputs").items() if table.beside == "months"}


@cache
def source_outputs() -> dict[str, Table]:
    """The output tables about a whole source by name; their files stand in the output folder itself."""
    return {name: table for name, table in _load(HERE / "outputs").items() if table.beside == "practices"}


@cache
def claim_outputs() -> dict[str, Table]:
    """The output tables of a month's claims by name; their files stand in the folder `claims` of the month."""
    return {name: table for name, table in _load(HERE / "outputs").items() if table.beside == "claims"}


@cache
def answer_outputs() -> dict[str, Table]:
    """The output tables of what payers answered, by name; their files stand in the folder `answers` of the practice."""
    return {name: table for name, table in _load(HERE / "outputs").items() if table.beside == "answers"}


@cache
def coverage_outputs() -> dict[str, Table]:
    """The output tables of who covers it, by name; their files stand in the folder `coverage` of the month."""
    return {name: table for name, table in _load(HERE / "outputs").items() if table.beside == "coverage"}


@cache
def letter_outputs() -> dict[str, Table]:
    """The output tables about what patients owe and are told, by name; their files stand in the folder `letters` of the
    month."""
    return {name: table for name, table in _load(HERE / "outputs").items() if table.beside == "letters"}


@cache
def worklist_outputs() -> dict[str, Table]:
    """The output tables of what is to be done, by name; their files stand in the folder `worklists` of the practice."""
    return {name: table for name, table in _load(HERE / "outputs").items() if table.beside == "worklists"}
