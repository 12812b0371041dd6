"""The entries of config/copay_options.yaml: what each option is called, where it stands, and who does what."""

from __future__ import annotations

from functools import cache

from pydantic import ValidationError

from config.errors import RuleError
from config.month import Month
from config.rulebook import HERE, Cited
from config.strict_yaml import load_yaml

PATH = HERE / "copay_options.yaml"


class Option(Cited):
    """One way on for a patient who cannot or will not pay; its test is the function of the same name in options.py."""

    name: str
    words: str
    owner: str
    next_step: str
    repeat: bool


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


def options_in(month: Month) -> list[Option]:
    """The options that hold in the month, in the order in which they are asked."""
    return [option for option in all_options() if option.holds_in(month)]
