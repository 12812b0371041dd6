"""The entries that amounts are made of, one model a file of config/amounts, and the place that is paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from config.dated_csv import Dated

Rate = Literal["nonfacility", "facility"]
Rvu = Annotated[Decimal, Field(ge=0, max_digits=7, decimal_places=2)]
Index = Annotated[Decimal, Field(gt=0, max_digits=5, decimal_places=3)]

PAID = "A"
"""Status of a code that the physician fee schedule pays."""
NOT_ON_SCHEDULE = "X"
"""Status of a code that the schedule lists and does not pay; clinics are paid by it for their own codes."""


class CodeEntry(Dated):
    """An entry about one code."""

    code: str = Field(pattern=r"^[0-9A-Z]{5}$")

    @property
    def subject(self) -> str:
        """The code."""
        return self.code


class Fee(CodeEntry):
    """National amounts of one code in one span, in cents, before locality and for the lower conversion factor."""

    nonfacility_cents: int | None = Field(default=None, gt=0)
    facility_cents: int | None = Field(default=None, gt=0)
    nonfacility_rvu: Decimal | None = Field(default=None, gt=0, decimal_places=2)
    status: str = PAID

    def cents(self, rate: Rate) -> int | None:
        """The amount at that rate, None when only the other is known."""
        return self.facility_cents if rate == "facility" else self.nonfacility_cents


class RelativeValue(CodeEntry):
    """Relative value units of one code in one span, as CMS publishes them."""

    status: str = Field(pattern=r"^[A-Z]$")
    work: Rvu
    pe_nonfacility: Rvu
    pe_facility: Rvu
    mp: Rvu

    def parts(self, rate: Rate) -> tuple[Decimal, Decimal, Decimal]:
        """Work, practice expense and malpractice at that rate."""
        return self.work, self.pe_facility if rate == "facility" else self.pe_nonfacility, self.mp


class ConversionFactor(Dated):
    """Dollars a relative value unit; since 2026 another for qualifying participants of advanced payment models."""

    qualifying: Literal["any", "no", "yes"]
    factor: Decimal = Field(gt=0, max_digits=7, decimal_places=4)

    @property
    def subject(self) -> str:
        """The kind of practitioner."""
        return f"conversion factor ({self.qualifying})"

    def is_for(self, qualifying: bool) -> bool:
        """Whether it is that practitioner's."""
        return self.qualifying in ("any", "yes" if qualifying else "no")


class LocalityIndex(Dated):
    """Geographic practice cost indices of one locality; `locality` is carrier and locality number, as 15202-00."""

    locality: str = Field(pattern=r"^\d{5}-\d{2}$")
    state: str = Field(pattern=r"^[A-Z]{2}$")
    name: str
    work: Index
    pe: Index
    mp: Index

    @property
    def subject(self) -> str:
        """The locality."""
        return self.locality


class OppsRate(CodeEntry):
    """How the outpatient system pays one code on a hospital's claim: N is packaged into another, others may not pay."""

    status: str = Field(pattern=r"^[A-Z][0-9]?$")
    apc: str = ""
    cents: int | None = Field(default=None, gt=0)
    copay_cents: int | None = Field(default=None, ge=0)


class Deductible(Dated):
    """What a beneficiary pays in a year before Part B pays."""

    cents: int = Field(gt=0)

    @property
    def subject(self) -> str:
        """There is only one."""
        return "deductible"


class SiteEntry(Dated):
    """How a care setting is paid."""

    setting: str
    rate: Rate
    fee_percent: int = Field(ge=1, le=200)
    localized: bool
    nonphysician_share: bool
    clinic: bool
    hospital_claim: bool
    deductible: bool

    @property
    def subject(self) -> str:
        """The setting."""
        return self.setting


@dataclass(frozen=True)
class Site:
    """Where a practice is paid: how its setting is paid in the month, and its locality, empty for national amounts."""

    setting: SiteEntry
    locality: str = ""

    @property
    def rate(self) -> Rate:
        """Non-facility or facility amount."""
        return self.setting.rate

    @property
    def index(self) -> str:
        """The locality whose indices apply; empty where the setting is paid the national amount."""
        return self.locality if self.setting.localized else ""

    @property
    def is_clinic(self) -> bool:
        """A rural health clinic or federally qualified health center."""
        return self.setting.clinic

    def is_paid(self, status: str) -> bool:
        """Whether a code of that status is paid here."""
        return status == PAID or (self.is_clinic and status == NOT_ON_SCHEDULE)
