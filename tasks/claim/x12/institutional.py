"""One claim of an 837I, 005010X223A2: a hospital's, a clinic's or a health center's own claim."""

from __future__ import annotations

from collections.abc import Callable

from config.claim_settings import ClaimSettings
from tasks.claim.drafts import Draft, ServiceLine
from tasks.claim.x12 import other_payer
from tasks.claim.x12.parties import PART_B, authorization, diagnosis, practitioner, subscriber
from tasks.claim.x12.segments import code, composite, day, money, safe, segment


def institutional(
    draft: Draft,
    number: str,
    frequency: str,
    payer_claim_number: str,
    billing_npi: str,
    settings: ClaimSettings,
    indicator: Callable[[str, str], str],
) -> str:
    """The claim from its subscriber to its last line; the practitioner of the month is the attending one."""
    days = [line.service_date for line in draft.lines]
    parts = [
        subscriber(draft, indicator(draft.payer.kind, draft.form)),
        segment(
            "CLM",
            *(number, money(draft.charge_cents), "", "", composite(code(draft.place), "A", frequency)),
            *("", "A" if settings.accepts_assignment else "C", "Y" if settings.accepts_assignment else "N", "Y"),
        ),
        segment("DTP", "434", "RD8", f"{day(min(days))}-{day(max(days))}"),
        segment("CL1", settings.admission_type, settings.point_of_origin, settings.patient_status),
    ]
    parts.append(authorization(draft.payer))
    if payer_claim_number:
        parts.append(segment("REF", "F8", safe(payer_claim_number, 50)))
    first, *others = draft.diagnoses
    parts.append(segment("HI", diagnosis("ABK", first)))
    if others:
        parts.append(segment("HI", *(diagnosis("ABF", other) for other in others)))
    if draft.answer and draft.payer.kind == PART_B and draft.payer.msp_type:  # what the payer before Medicare has paid
        parts.append(segment("HI", composite("BE", code(draft.payer.msp_type), "", "", money(draft.answer.paid_cents))))
    parts.append(practitioner("71", draft.practitioner, "AT"))
    if draft.claim == "professional":  # a hospital that bills for the practitioner too (Method II)
        parts.append(practitioner("82", draft.practitioner))
    if draft.answer:
        parts.append(other_payer.coverage(draft, draft.answer, indicator))
    parts += [_line(draft, line) for line in draft.lines]
    return "".join(parts)


def _line(draft: Draft, line: ServiceLine) -> str:
    procedure = composite("HC", code(line.code), *(code(modifier) for modifier in line.modifiers))
    charge = money(line.charge_cents or 0)
    written = [
        segment("LX", str(line.number)),
        segment("SV2", code(line.revenue_code), procedure, charge, "UN", str(line.units)),
        segment("DTP", "472", "D8", day(line.service_date)),
        segment("REF", "6R", str(line.number)),
    ]
    if draft.answer:
        written.append(other_payer.line(line, draft.answer, procedure, code(line.revenue_code)))
    return "".join(written)
