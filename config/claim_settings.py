"""Who sends the claims of a practice, to whom, from which address, and what payers do: `claims:` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from config.errors import InputError
from config.settings import settings_of

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
# What an element may hold whatever the delimiters are; the writer makes the rest safe.
Name = Annotated[str, Field(min_length=1, max_length=60)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9 ._-]{2,15}$")]
RevenueCode = Annotated[str, Field(pattern=r"^\d{4}$")]
NEEDED = ("submitter", "receiver", "billing")


class Address(BaseModel):
    """A street address in the United States."""

    model_config = STRICT

    street: Annotated[str, Field(min_length=1, max_length=55)]
    street_2: Annotated[str, Field(max_length=55)] = ""
    city: Annotated[str, Field(min_length=2, max_length=30)]
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    zip: str

    @field_validator("zip")
    @classmethod
    def _nine_digits(cls, value: str) -> str:
        digits = value.replace("-", "").replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) == 9):
            raise ValueError("write the ZIP code with all nine digits, as 45402-1234; payers refuse five")
        return digits


class Submitter(BaseModel):
    """Who sends the file, and whom the receiver calls about it."""

    model_config = STRICT

    name: Name
    id: Identifier
    contact: Name
    phone: Annotated[str, Field(pattern=r"^\d{10}$")]
    email: Annotated[str, Field(max_length=256)] = ""


class Receiver(BaseModel):
    """Who takes the file: a clearing house or the payer itself."""

    model_config = STRICT

    name: Name
    id: Identifier
    qualifier: Annotated[str, Field(pattern=r"^[0-9A-Z]{2}$")] = "ZZ"


class Billing(Address):
    """The billing provider's own address, no post-office box, and its kind by taxonomy code."""

    taxonomy: Annotated[str, Field(pattern=r"^[0-9A-Z]{9}X$")]


class Facility(Address):
    """Where the service is given when that is not the billing provider's address."""

    name: Name
    npi: Annotated[str, Field(pattern=r"^\d{10}$")] = ""


class PayerChoices(BaseModel):
    """What one payer does otherwise than its kind does.

    `crosses_over` is for a payer that hands claims to the next one without saying so in its remittance.
    """

    model_config = STRICT

    takes_replacements: bool | None = None
    takes_voids: bool | None = None
    crosses_over: bool = False


class ClaimSettings(BaseModel):
    """All that claims need beyond the tables of the month."""

    model_config = STRICT

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
    payers: dict[str, PayerChoices] = Field(default_factory=dict)


def claim_settings(practice_id: str, path: Path | None = None) -> ClaimSettings:
    """What the practice's claims need; InputError naming the setting that is missing or wrong, and where to put it."""
    where = str(path) if path else "no settings file was given (--settings)"
    found: Any = settings_of(practice_id, path).get("claims")
    if not isinstance(found, dict):
        found = {}
    missing = [name for name in NEEDED if not found.get(name)]
    if missing:
        names = ", ".join(f"claims.{name}" for name in missing)
        raise InputError(
            f"{practice_id}: {names} must be set before claims can be written; {where}: put them under practices, "
            f"{practice_id}, as config/settings.yaml shows."
        )
    try:
        return ClaimSettings.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(["claims", *(str(part) for part in first["loc"])])
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{where}: {practice_id}: setting '{place}': {said}; see config/settings.yaml.") from error
