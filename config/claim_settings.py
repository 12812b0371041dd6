"""Who sends the claims of a practice, to whom, from which address, and what payers do: `claims:` of the settings."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from config.settings import filled_block, settings_of

# What an element may hold whatever the delimiters are; the writer makes the rest safe.
Name = Annotated[str, Field(min_length=1, max_length=60)]


def _written(pattern: str, words: str) -> AfterValidator:
    """The text matches, or the words say how to write it."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"write {words}")
        return value

    return AfterValidator(check)


Identifier = Annotated[str, _written(r"[A-Za-z0-9 ._-]{2,15}", "two to fifteen letters, digits, dots or dashes")]
RevenueCode = Annotated[str, _written(r"\d{4}", "four digits, as 0521")]
State = Annotated[str, _written(r"[A-Z]{2}", "the two capital letters of the state, as OH")]
Phone = Annotated[str, _written(r"\d{10}", "ten digits with nothing between, as 9375550100")]
Npi = Annotated[str, _written(r"(\d{10})?", "an NPI of ten digits")]
CaseNumber = Annotated[str, _written(r"C-\d{6,}", "a case number, as C-000123")]
Taxonomy = Annotated[str, _written(r"[0-9A-Z]{9}X", "a taxonomy code of ten characters, as 207Q00000X")]
NEEDED = ("submitter", "receiver", "billing")


class Strict(BaseModel):
    """Settings of which every key is known; text that YAML took for a number may have lost a zero."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _quoted(cls, given: Any) -> Any:
        for name, value in given.items() if isinstance(given, dict) else ():
            known = cls.model_fields.get(name)
            if known and known.annotation is str and isinstance(value, int | float):
                raise ValueError(f"write {name} in quotes, or it loses its zeros")
        return given


class Address(Strict):
    """A street address in the United States."""

    street: Annotated[str, Field(min_length=1, max_length=55)]
    street_2: Annotated[str, Field(max_length=55)] = ""
    city: Annotated[str, Field(min_length=2, max_length=30)]
    state: State
    zip: str

    @field_validator("zip")
    @classmethod
    def _nine_digits(cls, value: str) -> str:
        digits = value.replace("-", "").replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) == 9):
            raise ValueError("write the ZIP code with all nine digits, as 45402-1234; payers refuse five")
        return digits


class Submitter(Strict):
    """Who sends the file, and whom the receiver calls about it."""

    name: Name
    id: Identifier
    contact: Name
    phone: Phone
    email: Annotated[str, Field(max_length=256)] = ""


class Receiver(Strict):
    """Who takes the file: a clearing house or the payer itself."""

    name: Name
    id: Identifier
    qualifier: Annotated[str, Field(pattern=r"^[0-9A-Z]{2}$")] = "ZZ"


class Billing(Address):
    """The billing provider's own address, no post-office box, and its kind by taxonomy code."""

    taxonomy: Taxonomy


class Facility(Address):
    """Where the service is given when that is not the billing provider's address."""

    name: Name
    npi: Npi = ""


class PayerChoices(Strict):
    """What one payer does otherwise than its kind does.

    `crosses_over` is for a payer that hands claims to the next one without saying so in its remittance.
    """

    takes_replacements: bool | None = None
    takes_voids: bool | None = None
    crosses_over: bool = False


class DifferentPeople(Strict):
    """Cases under one member number and birth date that are several people, and how the practice knows."""

    cases: Annotated[tuple[CaseNumber, ...], Field(min_length=2)]
    why: Annotated[str, Field(min_length=5)]


class ClaimSettings(Strict):
    """All that claims need beyond the tables of the month."""

    submitter: Submitter
    receiver: Receiver
    billing: Billing
    facility: Facility | None = None
    usage: Literal["test", "production"]
    accepts_assignment: bool
    charge_percent_of_allowed: Annotated[int, Field(ge=100, le=1000)] | None = None
    off_campus_modifier: Literal["PO", "PN"] | None = None
    revenue_codes: dict[str, RevenueCode] = Field(default_factory=dict)
    admission_type: Annotated[str, Field(pattern=r"^\d$")]
    point_of_origin: Annotated[str, Field(pattern=r"^[0-9A-Z]$")]
    patient_status: Annotated[str, Field(pattern=r"^\d{2}$")]
    correction_wait_days: Annotated[int, Field(ge=0, le=365)] = 30
    unanswered_crossover: Literal["hold", "bill"] = "hold"
    payers: dict[str, PayerChoices] = Field(default_factory=dict)
    different_people: tuple[DifferentPeople, ...] = ()

    @property
    def apart(self) -> frozenset[frozenset[str]]:
        """Each two cases that the practice says are two people."""
        return frozenset(frozenset(two) for one in self.different_people for two in combinations(one.cases, 2))


def off_campus_modifier(practice_id: str, path: Path | None = None) -> str | None:
    """PO or PN where the practice has set it; known before the other settings of claims need be there."""
    found = settings_of(practice_id, path).get("claims")
    return found.get("off_campus_modifier") if isinstance(found, dict) else None


def takes_assignment(practice_id: str, path: Path | None = None) -> bool:
    """Whether Medicare pays the practice and its amount is the whole; known before the other settings of claims."""
    found = settings_of(practice_id, path).get("claims")
    return not isinstance(found, dict) or found.get("accepts_assignment") is not False


def claim_settings(practice_id: str, path: Path | None = None) -> ClaimSettings:
    """What the practice's claims need; InputError naming the setting that is missing or wrong, and where to put it."""
    return filled_block(ClaimSettings, "claims", NEEDED, "claims", practice_id, path)
