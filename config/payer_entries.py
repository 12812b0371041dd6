"""What a payer does with care management, and an entry of the register of payers that says so."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from config.catalogue import OPEN, Program, Sourced, catalogue

Covers = Literal["yes", "no", "by_plan", "by_state", "by_policy", "unknown"]
Takes = Literal["all", "75%", "50%", "part", "none", "unknown"]
Owes = Literal["never", "not_billed", "share", "unknown"]
CLINIC: Program = "clinic"  # its codes stand for several programs


class Terms(Sourced):
    """What a payer does with care management."""

    programs: tuple[Program, ...] = ("ccm",)
    codes: tuple[str, ...] = ()  # of which alone `covers` speaks; none: all codes of the programs
    codes_not_covered: tuple[str, ...] = ()  # codes that it does not pay though it covers the others
    covers: Covers
    authorization: Literal["needed", "not_needed", "unknown"] = "unknown"
    takes_coinsurance: Takes = "none"
    takes_deductible: Takes = "none"
    patient_owes: Owes = "unknown"
    crossover: Literal["automatic", "no", "unknown"] = "unknown"
    words: str = Field(min_length=10)

    @property
    def named_codes(self) -> tuple[str, str]:
        """The codes that it covers, where it names them, and those that it does not, with a space between."""
        no = self.codes_not_covered + (self.codes if self.covers == "no" else ())
        return " ".join(self.codes if self.covers != "no" else ()), " ".join(no)

    def leaves_open(self, program: str, day: date) -> bool:
        """Whether it says no to some codes of the program alone: what it does with the others is not known by that."""
        others = set(catalogue().of(program)) & set(catalogue().on(day)) - set(self.codes)
        return self.covers == "no" and bool(self.codes) and bool(others)

    @model_validator(mode="after")
    def _known_codes(self) -> Self:
        known = catalogue().codes
        if both := set(self.codes) & set(self.codes_not_covered):
            raise ValueError(f"{min(both)} is named as covered and as not covered")
        for code in (*self.codes, *self.codes_not_covered):
            if code not in known:
                raise ValueError(f"'{code}' is not in the code catalogue")
            if known[code].program not in (*self.programs, CLINIC):
                raise ValueError(f"{code} is a code of {known[code].program}, which the entry does not speak of")
        return self


class PayerEntry(Terms):
    """One entry of the register: whom it speaks of, from one day to another."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kinds: tuple[str, ...] = Field(min_length=1)
    policy: str = ""  # a named policy; `called` are the names on the card that follow it, compared whole
    called: tuple[str, ...] = ()
    plan_letters: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    savings_programs: tuple[str, ...] = ()
    place: Literal["any", "first", "second"] = "any"
    bill: str = Field(min_length=4)
    since: date
    until: date = OPEN

    @model_validator(mode="after")
    def _span(self) -> Self:
        if self.until < self.since:
            raise ValueError("an entry ends before it begins")
        if bool(self.policy) != bool(self.called):
            raise ValueError("a named policy needs the names that follow it, and only a named policy has them")
        if self.patient_owes == "never" and set(self.kinds) != {"qmb"}:
            raise ValueError(
                "'never' is a Qualified Medicare Beneficiary's; a plan that forbids to bill is 'not_billed'"
            )
        return self

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, bool]:
        """The more particular of two entries that fit has the higher one."""
        particular = (bool(self.policy), bool(self.savings_programs), bool(self.plan_letters), bool(self.states))
        return (*particular, self.place != "any")
