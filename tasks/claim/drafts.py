"""What a claim would say, before it has a number: the parts of an 837 claim in the practice's words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Key = tuple[str, str, str]  # patient, program, claim


@dataclass(frozen=True)
class Address:
    """Where a person or place is."""

    street: str = ""
    street_2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""


@dataclass(frozen=True)
class Patient:
    """The patient; the subscriber as well, unless the payer says otherwise."""

    last_name: str
    first_name: str
    birth_date: date | None
    sex: str
    address: Address


@dataclass(frozen=True)
class Subscriber:
    """Whose insurance it is, where that is not the patient."""

    last_name: str = ""
    first_name: str = ""
    birth_date: date | None = None
    sex: str = ""


@dataclass(frozen=True)
class Payer:
    """The payer of one order and the patient's number there.

    `msp_type` says why Medicare pays after another payer, `relationship` what the patient is to the subscriber,
    `authorization` is the number under which the payer allowed the care beforehand.
    """

    kind: str
    name: str
    payer_id: str
    member_id: str
    msp_type: str = ""
    relationship: str = ""
    subscriber: Subscriber = Subscriber()
    authorization: str = ""

    @property
    def is_of_another(self) -> bool:
        """Whether somebody else than the patient is the subscriber."""
        return self.relationship not in ("", "self")


@dataclass(frozen=True)
class Practitioner:
    """Who rendered the month's services."""

    last_name: str
    first_name: str
    npi: str
    taxonomy: str
    credential: str


@dataclass(frozen=True)
class Adjustment:
    """What a payer did not pay, and why; line 0 is the whole claim."""

    line: int
    group: str
    reason: str
    cents: int
    quantity: int | None = None


@dataclass(frozen=True)
class Answer:
    """What the payer before said of the claim: needed by the next one."""

    payer: Payer
    paid_cents: int
    line_paid_cents: Mapping[int, int]
    adjustments: tuple[Adjustment, ...]
    payment_date: date
    payer_claim_number: str
    handed_on: date | None = None  # the day on which that payer handed the claim on by itself, where it did


@dataclass(frozen=True)
class ServiceLine:
    """One line of the claim. `charge_cents` is missing where the practice has set no charge."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    service_date: date
    charge_cents: int | None
    expected_cents: int | None
    revenue_code: str = ""
    amount_confidence: str = ""


@dataclass(frozen=True)
class Draft:
    """One claim to one payer for one patient-month and program."""

    practice_id: str
    month: str
    patient_id: str
    case_number: str
    program: str
    claim: str
    form: str
    place: str  # place of service on an 837P, the first two digits of the type of bill on an 837I
    patient: Patient
    payer: Payer
    practitioner: Practitioner
    diagnoses: tuple[str, ...]
    lines: tuple[ServiceLine, ...] = field(repr=False)
    payer_order: int = 1
    next_payer: Payer | None = None
    answer: Answer | None = None

    @property
    def key(self) -> Key:
        """What it is about: there is one standing claim of it."""
        return self.patient_id, self.program, self.claim

    @property
    def charge_cents(self) -> int:
        """The whole charge; what has no charge counts as nought."""
        return sum(line.charge_cents or 0 for line in self.lines)

    @property
    def expected_cents(self) -> int | None:
        """The expected amount; missing when that of a line is."""
        parts = [line.expected_cents for line in self.lines]
        return None if any(part is None for part in parts) else sum(part or 0 for part in parts)

    @property
    def codes(self) -> str:
        """Codes with units, as 99490 x1 99439 x2."""
        return " ".join(f"{line.code} x{line.units}" for line in self.lines)

    @property
    def digest(self) -> str:
        """Fingerprint of what a payer decides by.

        Charges, names and addresses are no part of it: a new price list or a patient who moved corrects no claim. Nor
        is an authorization: one that came later takes no paid claim back, and what was denied for it is sent again.
        """
        lines = [(one.code, one.modifiers, one.units, str(one.service_date), one.revenue_code) for one in self.lines]
        payer = (self.payer.payer_id, self.payer.member_id)
        said = [self.form, self.place, payer, self.practitioner.npi, self.diagnoses, lines, self.payer_order]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Practice:
    """The billing provider as claims name it."""

    practice_id: str
    name: str
    npi: str
    tax_id: str
    time_zone: str
