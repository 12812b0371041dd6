"""What the payer before has answered, on the claim to the next one: loops 2320, 2330 and 2430."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from tasks.claim.drafts import Adjustment, Answer, Draft, ServiceLine
from tasks.claim.x12.parties import ORDER, RELATIONSHIP, address, payer, person
from tasks.claim.x12.segments import code, day, legible, money, safe, segment

MOST_REASONS = 6  # of one group in a CAS segment


def coverage(draft: Draft, answer: Answer, indicator: Callable[[str, str], str]) -> str:
    """The other subscriber, what that payer paid and adjusted of the whole claim, and who it is."""
    order, who = ORDER[draft.payer_order - 1], answer.payer
    relation = RELATIONSHIP[who.relationship]
    member = who.subscriber if who.is_of_another else draft.patient
    parts = [
        segment("SBR", order, relation, "", "", "", "", "", "", indicator(who.kind, draft.form)),
        _reasons(one for one in answer.adjustments if one.line == 0),
        segment("AMT", "D", money(answer.paid_cents)),
        segment("OI", "", "", "Y", "", "", "Y"),
        person("IL", member, who.member_id),
        "" if who.is_of_another else address(draft.patient.address),
        payer(who),
    ]
    if not answer.line_paid_cents:
        parts.append(segment("DTP", "573", "D8", day(answer.payment_date)))
    if legible(answer.payer_claim_number):
        parts.append(segment("REF", "F8", safe(answer.payer_claim_number, 50)))
    return "".join(parts)


def line(service: ServiceLine, answer: Answer, procedure: str, revenue_code: str = "") -> str:
    """What that payer paid and adjusted of the line; nothing where it answered for the whole claim only."""
    if service.number not in answer.line_paid_cents:
        return ""
    paid = money(answer.line_paid_cents[service.number])
    return "".join(
        [
            segment("SVD", code(answer.payer.payer_id)[:80], paid, procedure, revenue_code, str(service.units)),
            _reasons(one for one in answer.adjustments if one.line == service.number),
            segment("DTP", "573", "D8", day(answer.payment_date)),
        ]
    )


def _reasons(adjustments: Iterable[Adjustment]) -> str:
    """One CAS segment for each six reasons of a group."""
    written = []
    for group, found in groupby(sorted(adjustments, key=lambda one: one.group), key=lambda one: one.group):
        rows = list(found)
        for start in range(0, len(rows), MOST_REASONS):
            elements: list[str] = []
            for one in rows[start : start + MOST_REASONS]:
                elements += [code(one.reason), money(one.cents), str(one.quantity) if one.quantity else ""]
            written.append(segment("CAS", code(group), *elements))
    return "".join(written)
