"""What billing may ask the care team, what an answer does, and by when it is due: query_kinds.yaml and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.catalogue import validated
from config.deadlines import closed_days, working_days_after
from config.errors import InputError
from config.settings import block_of, settings_of
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "query_kinds.yaml"
ANSWERS = ("yes", "no", "not_known")


class Kind(BaseModel):
    """One kind of question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(pattern=r"^[a-z][a-z_]*$")
    asks: str = Field(min_length=10)
    means: str = Field(min_length=10)
    rules: tuple[str, ...] = ()
    about: Literal["entries", "staff", "nothing"] = "nothing"
    detail: Literal["none", "date", "practitioner", "role"] = "none"
    effect: Literal["corrects", "source", "told"]
    corrects: Mapping[str, bool] = Field(default_factory=dict)
    table: str = ""
    column: str = ""

    @model_validator(mode="after")
    def _has_what_its_effect_needs(self) -> Kind:
        if (self.effect == "corrects") != bool(self.corrects) or (self.effect == "source") != bool(self.table):
            raise ValueError("'corrects' has answers, 'source' a table and column, and 'told' neither")
        if set(self.corrects) - set(ANSWERS) or (self.corrects and self.about != "entries"):
            raise ValueError("only yes or no about time entries corrects anything")
        return self

    def follows(self, month: str, answer: str) -> str:
        """What follows from that answer, beside that billing is told."""
        if self.effect == "told" or answer == "not_known":
            return "Billing is told; it changes nothing by itself."
        if self.effect == "source":
            return f"Billing is told; the next run of {month} looks for it in {self.table}."
        return f"The next run of {month} goes by it; billing is told."


class _Kinds(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[Kind, ...]


class QuerySettings(BaseModel):
    """How long an answer may take and who looks after it then, `queries:` of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer_days: int = Field(ge=1, le=30, description="working days")
    escalate_to: Literal["billing", "practitioner", "operations", "compliance"]
    tell_closed_days: int = Field(ge=1, le=90)


class QueryTerms(QuerySettings):
    """The same, with the days on which nobody of the practice answers: `closed_days` of the deadlines."""

    closed_days: tuple[date, ...]

    def last_day(self, asked: date) -> date:
        """The last day for an answer to what was asked then."""
        return working_days_after(asked, self.answer_days, self.closed_days)


@cache
def query_kinds() -> Mapping[str, Kind]:
    """Every kind of question by name, in the order of the file; RuleError where one is wrong."""
    return {one.kind: one for one in validated(_Kinds, load_yaml(FILE), FILE.name).kinds}


def kind_of(name: str) -> Kind:
    """The kind of that name; InputError naming them all when there is none."""
    written = name.strip().casefold().replace(" ", "_")
    found = query_kinds().get(written)
    if asks := [one.kind for one in query_kinds().values() if written in one.rules] if found is None else []:
        raise InputError(f"'{written}' is a rule; the kind of question that clears it up is {' or '.join(asks)}.")
    if found is None:  # what was typed may be a name, so it is not shown
        raise InputError(f"that is no kind of question; write one of {', '.join(query_kinds())}.")
    return found


def query_settings(practice_id: str, path: Path | None = None) -> QueryTerms:
    """What holds of the practice's queries; InputError naming file and key when one is wrong."""
    found = settings_of(practice_id, path).get("queries") or {}
    read = block_of(QuerySettings, "queries", found, path or "settings.yaml", practice_id)
    return QueryTerms(**read.model_dump(), closed_days=closed_days(practice_id, path))
