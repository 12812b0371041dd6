"""Time-log profiles: how other systems export their time logs. A new one is a file in config/profiles, not code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import config
from config.contract import inputs
from config.errors import InputError, RuleError
from config.first_fault import first_fault
from config.strict_yaml import load_yaml
from tasks.pull.sheet import key

FOLDER = Path(config.__file__).parent / "profiles"

_GROUP = re.compile(r"(^|[^\\])\((?!\?)")

Form = Literal["seconds", "milliseconds", "minutes", "hours", "clock", "words"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mapping(_Part):
    """Where a column of the contract comes from, and what is done to its text on the way."""

    column: str | list[str]
    take: str = ""
    map: dict[str, str] = {}
    format: str = ""

    @property
    def headers(self) -> list[str]:
        """The columns it is joined from."""
        return [self.column] if isinstance(self.column, str) else self.column

    @property
    def pattern(self) -> str:
        """`take` with its first plain group named, as pyarrow wants it; empty when there is no such group."""
        named = _GROUP.sub(r"\1(?P<taken>", self.take, count=1)
        return named if named != self.take else ""

    @model_validator(mode="after")
    def _takes_a_group(self) -> Mapping:
        try:
            pc.extract_regex(pa.array([""]), self.pattern or "(?P<taken>.)")
        except pa.ArrowInvalid as error:
            raise ValueError(f"take is not a pattern that can be used ({self.take})") from error
        if self.take and not self.pattern:
            raise ValueError("take needs a group in parentheses")
        return self


class ValueIs(_Part):
    """Rows whose cell in `column` is one of `values`."""

    column: str
    values: list[str]


class Duration(_Part):
    """The column with the billable length and the form it is written in."""

    column: str
    form: Form
    unit_column: str = ""
    zero_when: ValueIs | None = None


class Pairs(_Part):
    """A cell with several starts and ends of one day."""

    column: str
    day: str


class Performer(_Part):
    """The column that tells what kind of person worked."""

    role_column: str
    practitioner: list[str] = []
    care_manager: list[str] = []


class Profile(_Part):
    """How one system exports its time log; see config/profiles/README.md."""

    name: str
    meaning: str
    match: list[str] = Field(min_length=1)
    unless: list[str] = []
    columns: dict[str, str | Mapping]
    constants: dict[str, str] = {}
    duration: Duration | None = None
    pairs: Pairs | None = None
    performer: Performer | None = None

    @model_validator(mode="after")
    def _knows_its_columns(self) -> Profile:
        known = set(inputs()["time_entries"].names) - {"duration_seconds"}
        for name in [*self.columns, *self.constants]:
            if name not in known:
                raise ValueError(f"'{name}' is not a column of time_entries that a profile may fill")
        if not (self.duration or self.pairs or "ended_at" in self.columns):
            raise ValueError("says nothing about the length: give duration, pairs or ended_at")
        return self

    def fits(self, header: set[str]) -> bool:
        """Whether a file with these header keys is of this form."""
        return {key(name) for name in self.match} <= header and not header & {key(name) for name in self.unless}

    def mapping(self, name: str) -> Mapping | None:
        """Where that column of the contract comes from."""
        source = self.columns.get(name)
        return Mapping(column=source) if isinstance(source, str) else source

    @property
    def wanted(self) -> set[str]:
        """Keys of every header that the profile reads or recognises the file by."""
        names = list(self.match)
        for source in self.columns.values():
            names += [source] if isinstance(source, str) else source.headers
        if self.duration:
            names += [self.duration.column, self.duration.unit_column]
        if self.pairs:
            names += [self.pairs.column, self.pairs.day]
        if self.performer:
            names.append(self.performer.role_column)
        if self.duration and self.duration.zero_when:
            names.append(self.duration.zero_when.column)
        return {key(name) for name in names if name}


def load_profile(path: Path) -> Profile:
    """The profile in that file; RuleError naming file and key when it is wrong."""
    content = load_yaml(path)
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        # A column is a name or a mapping: what is wrong with the mapping comes last.
        place, said = first_fault(error, Profile, -1)
        raise RuleError(f"{path}: {place or 'the whole'}: {said}; see config/profiles/README.md.") from error
    if profile.name != path.stem:
        raise RuleError(f"{path}: name is '{profile.name}'; it must be the file's own name, {path.stem}.")
    return profile


@cache
def profiles() -> dict[str, Profile]:
    """The shipped profiles by name."""
    return {path.stem: load_profile(path) for path in sorted(FOLDER.glob("*.yaml"))}


def named(name: str) -> Profile:
    """The shipped profile of that name, or the one in the file of that name; InputError when there is none."""
    if name in profiles():
        return profiles()[name]
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return load_profile(path)
    raise InputError(f"There is no time-log profile '{name}'; known are {', '.join(profiles())}, or give a .yaml file.")


def recognise(file: str, header: set[str]) -> Profile | None:
    """The profile that fits the header best, None when none does; InputError when the choice is not clear."""
    found = [profile for profile in profiles().values() if profile.fits(header)]
    # A profile that asks for all that the others ask for, and for more, is the closer description.
    closest = [
        one
        for one in found
        if all(
            {key(name) for name in one.match} > {key(name) for name in other.match}
            for other in found
            if other is not one
        )
    ]
    if found and not closest:
        names = ", ".join(profile.name for profile in found)
        raise InputError(f"{file}: more than one time-log profile fits ({names}); name the right one with --profile.")
    return closest[0] if closest else None
