"""The entries of config/copay_options.yaml: what each option is called, where it stands, and who does what."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.dated_csv import Sure
from config.errors import RuleError
from config.first_fault import first_fault
from config.month import Month
from config.rulebook import HERE, Cited
from config.strict_yaml import load_yaml

PATH = HERE / "copay_options.yaml"

Letter = Literal[
    "", "withdrawal", "refund", "share_explained", "savings_program", "hardship_application",
    "sliding_fee_application", "payment_plan", "reminder",
]  # fmt: skip


class Cause(BaseModel):
    """One cause for which an option is not open; it holds where the function of its name in causes.py says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cause: str
    words: str
    confidence: Sure
    source: str = Field(min_length=10)


class Outside(BaseModel):
    """What is said instead of an option to a patient who is not in Medicare."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    next_step: str | None = None
    confidence: Sure
    source: str = Field(min_length=10)


class Option(Cited):
    """One way on for a patient who cannot or will not pay; its test is the function of the same name in options.py."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str
    words: str
    owner: str
    next_step: str
    document: str
    letter: Letter
    applies: bool
    repeat: bool
    available: str
    outside_medicare: Outside | None = None
    not_: tuple[Cause, ...] = Field(alias="not", min_length=1)
    needs_information: str
    beside_a_balance: str = ""  # the next step where something else is owed all the same

    def for_patient(self, outside_medicare: bool) -> Option:
        """The option as it is said to a patient who is in Medicare, or to one who is not."""
        if not outside_medicare or self.outside_medicare is None:
            return self
        own = self.outside_medicare.model_dump(exclude_none=True)
        return self.model_copy(update=own)

    def beside(self, something_else: bool) -> Option:
        """The option as it is said where `something_else` is owed beside what it is about, or nothing is."""
        if not something_else or not self.beside_a_balance:
            return self
        return self.model_copy(update={"next_step": self.beside_a_balance})

    def reason(self, answer: str, cause: str = "") -> str:
        """Why the option is answered so; where it is not open, by that cause, or by any where none is known."""
        if answer != "not":
            return str(getattr(self, answer))
        return "; or ".join(one.words for one in self._causes(cause))

    def rests_on(self, answer: str, cause: str = "") -> str:
        """The source of that answer, and how sure it is."""
        if answer != "not":
            return f"{self.source} ({self.confidence})"
        return "; ".join(f"{one.source} ({one.confidence})" for one in self._causes(cause))

    def _causes(self, cause: str) -> tuple[Cause, ...]:
        return tuple(one for one in self.not_ if one.cause == cause) or self.not_


@cache
def all_options() -> tuple[Option, ...]:
    """Every option of every span in the order in which it is asked; RuleError naming the entry when one is wrong."""
    found = []
    for number, entry in enumerate(load_yaml(PATH)["options"], start=1):
        try:
            found.append(Option.model_validate(entry))
        except ValidationError as error:
            place, said = first_fault(error, Option)
            raise RuleError(f"{PATH.name}, entry {number}: '{place}': {said}; mend the entry.") from error
    return tuple(found)


@cache
def options_in(month: Month) -> tuple[Option, ...]:
    """The options that hold in the month, in the order in which they are asked."""
    return tuple(option for option in all_options() if option.holds_in(month))


@cache
def option_named(name: str) -> Option | None:
    """The option of that name, whenever it holds; None when there is none."""
    return next((option for option in all_options() if option.name == name), None)
