"""The entries of config/copay_options.yaml: what each option is called, where it stands, and who does what."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from config.errors import RuleError
from config.month import Month
from config.rulebook import HERE, Cited
from config.strict_yaml import load_yaml

PATH = HERE / "copay_options.yaml"

Letter = Literal[
    "", "withdrawal", "refund", "share_explained", "savings_program", "hardship_application",
    "sliding_fee_application", "payment_plan", "reminder",
]  # fmt: skip


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
    not_: str = Field(alias="not")
    needs_information: str

    def reason(self, answer: str) -> str:
        """Why the option is answered so."""
        return self.not_ if answer == "not" else str(getattr(self, answer))


@cache
def all_options() -> tuple[Option, ...]:
    """Every option of every span in the order in which it is asked; RuleError naming the entry when one is wrong."""
    found = []
    for number, entry in enumerate(load_yaml(PATH)["options"], start=1):
        try:
            found.append(Option.model_validate(entry))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise RuleError(f"{PATH.name}, entry {number}: '{place}': {first['msg']}; mend the entry.") from error
    return tuple(found)


@cache
def options_in(month: Month) -> tuple[Option, ...]:
    """The options that hold in the month, in the order in which they are asked."""
    return tuple(option for option in all_options() if option.holds_in(month))


@cache
def option_named(name: str) -> Option | None:
    """The option of that name, whenever it holds; None when there is none."""
    return next((option for option in all_options() if option.name == name), None)
