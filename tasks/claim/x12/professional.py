"""One claim of an 837P, 005010X222A1."""

from __future__ import annotations

from collections.abc import Callable

from config.claim_settings import ClaimSettings
from tasks.claim.drafts import Draft, ServiceLine
from tasks.claim.x12 import other_payer
from tasks.claim.x12.parties import address, authorization, diagnosis, practitioner, subscriber
from tasks.claim.x12.segments import code, composite, day, digits, money, safe, segment


def professional(
    draft: Draft,
    number: str,
    frequency: str,
    payer_claim_number: str,
    billing_npi: str,
    settings: ClaimSettings,
    indicator: Callable[[str, str], str],
) -> str:
    """The claim from its subscriber to its last line; `indicator(kind, form)` is the claim filing indicator."""
    parts = [
        subscriber(draft, indicator(draft.payer.kind, draft.form)),
        segment(
            "CLM",
            *(number, money(draft.charge_cents), "", "", composite(code(draft.place), "B", frequency)),
            *("Y", "A" if settings.accepts_assignment else "C", "Y" if settings.accepts_assignment else "N", "Y"),
        ),
    ]
    parts.append(authorization(draft.payer))
    if payer_claim_number:
        parts.append(segment("REF", "F8", safe(payer_claim_number, 50)))
    first, *others = draft.diagnoses
    parts.append(segment("HI", diagnosis("ABK", first), *(diagnosis("ABF", other) for other in others)))
    if draft.practitioner.npi != billing_npi:
        parts.append(practitioner("82", draft.practitioner, "PE"))
    if where := settings.facility:
        parts.append(segment("NM1", "77", "2", safe(where.name, 60), *_npi(where.npi)))
        parts.append(address(where))
    if draft.answer:
        parts.append(other_payer.coverage(draft, draft.answer, indicator))
    parts += [_line(draft, line) for line in draft.lines]
    return "".join(parts)


def _npi(npi: str) -> tuple[str, ...]:
    return ("", "", "", "", "XX", digits(npi)) if npi else ()


def _line(draft: Draft, line: ServiceLine) -> str:
    procedure = composite("HC", code(line.code), *(code(modifier) for modifier in line.modifiers))
    pointers = composite(*(str(place) for place in range(1, min(len(draft.diagnoses), 4) + 1)))
    charge = money(line.charge_cents or 0)
    written = [
        segment("LX", str(line.number)),
        segment("SV1", procedure, charge, "UN", str(line.units), "", "", pointers),
        segment("DTP", "472", "D8", day(line.service_date)),
        segment("REF", "6R", str(line.number)),
    ]
    if draft.answer:
        written.append(other_payer.line(line, draft.answer, procedure))
    return "".join(written)
