"""What a rule file may say: rules, numbers, code lists, families and programs, each entry dated and cited."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.month import Month

Confidence = Literal["primary", "secondary", "unverified"]
Outcome = Literal["exclude", "not_billable", "hold", "short", "unsupported", "warn"]


class Cited(BaseModel):
    """Anything that holds from one month to another and says where it stands and how sure that is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    until: str = Field(default="9999-12", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    confidence: Confidence
    source: str = Field(min_length=10)

    def holds_in(self, month: Month) -> bool:
        """Whether the month lies in the span, both ends included."""
        return self.since <= str(month) <= self.until


class Rule(Cited):
    """One rule in words; its logic is the function of the same name in tasks/qualify/<topic>.py."""

    topic: str
    programs: tuple[str, ...] = ()  # none: of every program
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    outcome: Outcome
    words: str = Field(min_length=10)
    shows: tuple[str, ...] = ()
    proof: str = ""  # the fact that names the pair, or the quarter of the edits, which the finding rests on
    owner: str = ""
    fix: str = ""
    denial: str = ""

    @property
    def effect(self) -> Outcome:
        """The outcome it may bring about: an unverified rule warns, it never blocks."""
        return "warn" if self.confidence == "unverified" else self.outcome


class NumberEntry(Cited):
    """A number in one span."""

    value: int


class CodesEntry(Cited):
    """A list of codes in one span; YAML reads 99490 as a number, so codes are quoted."""

    codes: tuple[str, ...] = Field(min_length=1)


class DatedItem(BaseModel):
    """A number or a list of codes over all of its spans, whose entries are read by what they hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    program: str = ""
    meaning: str = Field(min_length=1)
    entries: tuple[dict[str, Any], ...] = Field(min_length=1)


class FamilyEntry(Cited):
    """What a family pays for in one span: a first code and further units of another."""

    first: str
    first_minutes: int = Field(default=0, ge=0)  # 0: paid for the month as such, whatever the minutes
    below_minutes: int = Field(default=0, ge=0)
    further: str = ""
    further_minutes: int = Field(default=0, ge=0)
    further_from: int = Field(default=0, ge=0)
    further_cap: int = Field(default=0, ge=0)
    cap_setting: str = ""
    once_across_programs: bool = False
    never_beside: tuple[str, ...] = ()  # codes to which it gives way, whoever of the practice bills them for the month

    @property
    def without_further(self) -> FamilyEntry:
        """The same entry where no further units are paid."""
        return self.model_copy(update={"further": "", "further_minutes": 0, "further_cap": 0, "further_from": 0})

    @property
    def first_further(self) -> int:
        """Whole minutes at which the first further unit begins: a full one after the first code, unless said otherwise.

        Only collaborative care says otherwise: its units begin past their midpoint.
        """
        return self.further_from or self.first_minutes + self.further_minutes


class Family(BaseModel):
    """A group of codes of which a patient-month gets at most one in its program.

    `needs` are rules of the documentation: the family is not supported where one is met. `only_if` are facts of the
    patient-month without which the family does not come into question at all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: str
    program: str
    order: int
    words: str
    by: Literal["minutes", "month"] = "minutes"
    time: tuple[Literal["clinical_staff", "practitioner"], ...] = ()
    needs: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()
    entries: tuple[FamilyEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_a_threshold(self) -> Self:
        if self.by == "minutes" and (not self.time or any(entry.first_minutes < 1 for entry in self.entries)):
            raise ValueError("a family by minutes needs whose 'time' counts, and 'first_minutes' above 0")
        return self

    def entry(self, month: Month) -> FamilyEntry | None:
        """The entry in force, or None when the family was not payable in that month."""
        return next((entry for entry in self.entries if entry.holds_in(month)), None)


class Program(BaseModel):
    """A kind of care management with its own consent and its own time.

    Of the programs of one `group` a practitioner bills at most one for a patient-month. A patient takes part either by
    the practice's enrolment list, or by a consent to the program or time logged for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    program: str
    order: int
    group: str
    words: str
    takes_part: Literal["enrolled", "consent"]
    entries: tuple[Cited, ...] = Field(min_length=1)

    def entry(self, month: Month) -> Cited | None:
        """The entry in force, or None when the program was not payable in that month."""
        return next((entry for entry in self.entries if entry.holds_in(month)), None)


class Roles(BaseModel):
    """Which staff credentials are clinical staff."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    confidence: Confidence
    clinical_staff: tuple[str, ...]
    non_clinical: tuple[str, ...]


class Loaded(BaseModel):
    """The service months for which rules and amounts were entered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first_month: str
    last_month: str
    note: str

    @field_validator("first_month", "last_month")
    @classmethod
    def _month(cls, text: str) -> str:
        return str(Month.parse(text))
