"""Claim files as a payer reads them: with x12sdk, and without a word from whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from x12sdk.io import X12ModelReader

ORDERS = {"P": 1, "S": 2, "T": 3}
Reason = tuple[str, str, int]  # group, reason, cents


@dataclass(frozen=True)
class Line:
    """One service line; what the payer before said of it, where there was one."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    charge: int
    first: date
    last: date
    revenue: str
    diagnoses: tuple[str, ...]
    paid_before: int | None = None
    told_before: tuple[Reason, ...] = ()

    @property
    def month(self) -> str:
        """The service month, as 2025-07."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Submitted:
    """One claim as it lies before the payer."""

    number: str
    form: str
    frequency: str
    place: str
    charge: int
    payer_id: str
    payer_name: str
    order: int
    member_id: str
    last_name: str
    first_name: str
    birth_date: date
    address: tuple[str, str, str, str]
    billing_npi: str
    billing_name: str
    billing_state: str
    rendering_npi: str
    rendering_name: str
    diagnoses: tuple[str, ...]
    original: str
    lines: tuple[Line, ...]
    earlier_payer: str = ""
    paid_before: int | None = None

    @property
    def person(self) -> tuple[str, str, date]:
        """The patient, whatever number a payer gives them."""
        return self.last_name, self.first_name, self.birth_date

    @property
    def first_day(self) -> date:
        """The earliest day of its lines."""
        return min(line.first for line in self.lines)


@lru_cache(maxsize=32)  # a file comes to several payers
def submitted(content: bytes) -> tuple[Submitted, ...]:
    """The claims of the file, in its order.

    The guides know a sex that is neither (U), x12sdk 2.2 does not; the payer reads nothing of it.
    """
    found = []
    text = re.sub(r"(DMG\*D8\*\d{8}\*)U", r"\1F", content.decode("ascii"))
    with X12ModelReader(text) as reader:
        for model in reader.models():
            form = "837P" if "222" in model.header.st_segment.implementation_convention_reference else "837I"
            for parent in model.loop_2000a:
                for subscriber in parent.loop_2000b:
                    found += [_claim(form, parent.loop_2010aa, subscriber, one) for one in subscriber.loop_2300 or []]
    return tuple(found)


def _claim(form: str, billing: Any, subscriber: Any, claim: Any) -> Submitted:
    who, payer = subscriber.loop_2010ba, subscriber.loop_2010bb.nm1_segment
    place, _, frequency = claim.clm_segment.health_care_service_location_information.split(":")
    diagnoses = tuple(_diagnoses(claim))
    rendering = _rendering(form, claim) or billing.nm1_segment
    other = (claim.loop_2320 or [None])[0]
    return Submitted(
        number=claim.clm_segment.patient_control_number,
        form=form,
        frequency=frequency,
        place=place,
        charge=cents(claim.clm_segment.total_claim_charge_amount),
        payer_id=payer.identification_code,
        payer_name=payer.name_last_or_organization_name,
        order=ORDERS[str(_value(subscriber.sbr_segment.payer_responsibility_code))],
        member_id=who.nm1_segment.identification_code,
        last_name=who.nm1_segment.name_last_or_organization_name,
        first_name=who.nm1_segment.name_first or "",
        birth_date=who.dmg_segment.date_time_period,
        address=(
            who.n3_segment.address_information_1,
            *(getattr(who.n4_segment, name) for name in ("city_name", "state_province_code", "postal_code")),
        ),
        billing_npi=billing.nm1_segment.identification_code,
        billing_name=billing.nm1_segment.name_last_or_organization_name,
        billing_state=billing.n4_segment.state_province_code,
        rendering_npi=rendering.identification_code,
        rendering_name=rendering.name_last_or_organization_name,
        diagnoses=diagnoses,
        original=next((one for kind, one in _references(claim) if kind == "F8"), ""),
        lines=tuple(_line(form, line, diagnoses) for line in claim.loop_2400),
        earlier_payer=other.loop_2330b.nm1_segment.identification_code if other else "",
        paid_before=_paid_before(other),
    )


def _rendering(form: str, claim: Any) -> Any:
    """On an 837P the rendering provider, on an 837I the attending one; where it is the billing provider, nobody."""
    loop = claim.loop_2310b if form == "837P" else claim.loop_2310a
    return loop.nm1_segment if loop else None


def _diagnoses(claim: Any) -> Iterator[str]:
    for segment in claim.hi_segment or []:
        for place in range(1, 13):
            if told := getattr(segment, f"health_care_code_{place}", None):
                yield told[1]


def _references(loop: Any) -> Iterator[tuple[str, str]]:
    found = loop.ref_segment or []
    for one in found if isinstance(found, list) else [found]:
        yield str(_value(one.reference_identification_qualifier)), one.reference_identification


def _paid_before(other: Any) -> int | None:
    amounts = (other.amt_segment or []) if other else []
    return next((cents(one.monetary_amount) for one in amounts if _value(one.amount_qualifier_code) == "D"), None)


def _line(form: str, line: Any, of_claim: tuple[str, ...]) -> Line:
    service = line.sv1_segment if form == "837P" else line.sv2_segment
    said = service.product_service_id_qualifier if form == "837P" else service.composite_medical_procedure_identifier
    _, code, *modifiers = said.split(":")
    dates = line.dtp_segment if isinstance(line.dtp_segment, list) else [line.dtp_segment]
    first, last = _days(next(one for one in dates if _value(one.date_time_qualifier) == "472"))
    pointers = (service.composite_diagnosis_code_pointer or "").split(":") if form == "837P" else []
    known = [of_claim[int(one) - 1] for one in pointers if one and int(one) <= len(of_claim)]
    before = (line.loop_2430 or [None])[0]
    return Line(
        number=int(next((one for kind, one in _references(line) if kind == "6R"), line.lx_segment.assigned_number)),
        code=code,
        modifiers=tuple(filter(None, modifiers)),
        units=int(service.service_unit_count),
        charge=cents(service.line_item_charge_amount),
        first=first,
        last=last,
        revenue="" if form == "837P" else service.service_line_revenue_code,
        diagnoses=tuple(known) if form == "837P" else of_claim,
        paid_before=cents(before.svd_segment.service_line_paid_amount) if before else None,
        told_before=tuple(_reasons(before)) if before else (),
    )


def _days(segment: Any) -> tuple[date, date]:
    told = segment.date_time_period
    if isinstance(told, date):
        return told, told
    first, last = (date.fromisoformat(part) for part in str(told).split("-"))
    return first, last


def _reasons(loop: Any) -> Iterator[Reason]:
    for segment in loop.cas_segment or []:
        for place in range(1, 7):
            if reason := getattr(segment, f"adjustment_reason_code_{place}", None):
                amount = getattr(segment, f"monetary_amount_{place}")
                yield str(_value(segment.adjustment_group_code)), reason, cents(amount)


def cents(amount: Decimal) -> int:
    """Dollars as whole cents; ValueError when a part of a cent is left."""
    whole = amount * 100
    if whole != int(whole):
        raise ValueError("an amount with parts of a cent")
    return int(whole)


def _value(code: Any) -> Any:
    return getattr(code, "value", code)
