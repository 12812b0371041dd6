"""Random claims: any place, payer and text; to the first payer or the second; the patient insured or somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tasks.claim.drafts import (
    Address,
    Adjustment,
    Answer,
    Draft,
    Patient,
    Payer,
    Practitioner,
    ServiceLine,
    Subscriber,
)
from tasks.claim.numbers import PROGRAMS
from tasks.claim.x12.segments import legible
from tests.claim.signed_months import CHARGES

# What could end a segment, begin an element, be a formula, be invisible, be long, or be in another alphabet.
HOSTILE = ["~CLM*X*9999***11:B:1", "O'Brien-Núñez", "*", ":", "^", "~", "A\nB\r\x1c\x1d\x1e", "=1+1", "Łukasz Groß"]
HOSTILE += ["‮evil", "Smith~SE*1*0001~", "李", "x" * 200, " \t ", "{hl}", "{hl}{0}%s", "Ａｌｉｃｅ", "é̂̃", "D’Arcy"]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
latin = st.text(st.characters(min_codepoint=65, max_codepoint=90), min_size=2, max_size=30)
anything = st.one_of(texts, latin)
accented = st.builds("".join, st.tuples(latin, st.sampled_from(["é", "*", "~A", " Ñ\n", ":^", "’s", "\x1e"]), latin))
names = st.one_of(st.sampled_from([one for one in HOSTILE if legible(one)]), latin, accented)  # others keep it back
identifiers = st.text(st.sampled_from("ABCDEFGH0123456789"), min_size=2, max_size=20)
KINDS = ["medicare_part_b", "medicare_advantage", "medicaid", "commercial", "tricare", "va", "qmb"]
REASONS = ["1", "2", "3", "45", "253", "97", "B20"]
reasons = st.tuples(st.sampled_from(["CO", "OA", "PI", "PR"]), st.sampled_from(REASONS))
icd = st.sampled_from(["E11.9", "I10", "N18.31", "J44.9", "F32.1", "M19.91"])


Corrected = tuple[str, str]
"""Frequency and the payer's own number of a claim: first, replacement or void."""
versions = st.one_of(st.just(("1", "")), st.tuples(st.sampled_from("78"), names))


def lines_of(draw: Any, form: str) -> tuple[ServiceLine, ...]:
    codes = draw(st.lists(st.sampled_from(sorted(CHARGES)), min_size=1, max_size=5))
    day = date(2026, 10, draw(st.integers(1, 31)))
    modifiers = draw(st.sampled_from([(), ("PO",), ("GF", "25")]))
    return tuple(
        ServiceLine(n, c, modifiers, draw(st.integers(1, 4)), day, draw(st.integers(1, 999_999)), None, "0521")
        for n, c in enumerate(codes, start=1)
    )


@st.composite
def claims(draw: Any) -> Draft:
    form = draw(st.sampled_from(["837P", "837I"]))
    street = Address(draw(names), "", draw(names), "OH", draw(st.sampled_from(["45402", "45402-1234"])))
    born = draw(st.dates(date(1900, 1, 1), date(2026, 9, 30)))
    first = Draft(
        practice_id="P1",
        month="2026-10",
        patient_id="P1",
        case_number="C-000001",
        program=draw(st.sampled_from(sorted(PROGRAMS))),
        claim="professional" if form == "837P" else "facility",
        form=form,
        place=draw(st.sampled_from(["11", "19", "22"] if form == "837P" else ["13", "71", "77", "85"])),
        patient=Patient(draw(names), draw(names), born, draw(st.sampled_from(["F", "M"])), street),
        payer=draw(payers()),
        practitioner=Practitioner(
            draw(names), draw(names), "2900010002", draw(st.sampled_from(["", "207Q00000X"])), "MD"
        ),
        diagnoses=tuple(draw(st.lists(icd, min_size=1, max_size=4, unique=True))),
        lines=lines_of(draw, form),
    )
    return draw(st.one_of(st.just(first), second(first)))


@st.composite
def payers(draw: Any) -> Payer:
    """Any payer, that the patient or somebody else is insured with; why Medicare would be second is told of half."""
    relation = draw(st.sampled_from(["", "self", "spouse", "child", "other"]))
    who = Subscriber()
    if relation not in ("", "self"):
        born = draw(st.dates(date(1900, 1, 1), date(2008, 9, 30)))
        who = Subscriber(draw(names), draw(names), born, draw(st.sampled_from(["F", "M"])))
    return Payer(
        kind=draw(st.sampled_from(KINDS)),
        name=draw(names),
        payer_id=draw(identifiers),
        member_id=draw(identifiers),
        msp_type=draw(st.sampled_from(["", "12", "43", "47"])),
        relationship=relation,
        subscriber=who,
        authorization=draw(st.one_of(st.just(""), texts)),
    )


@st.composite
def second(draw: Any, first: Draft) -> Draft:
    """The claim to the payer after: with what the first paid and took off, by line or of the whole claim only."""
    by_line = draw(st.booleans())
    adjustments: list[Adjustment] = []
    paid = {}
    for line in first.lines if by_line else [replace(first.lines[0], number=0, charge_cents=first.charge_cents)]:
        left = line.charge_cents or 0
        paid[line.number] = draw(st.integers(0, left))
        left -= paid[line.number]
        for reason in draw(st.lists(reasons, max_size=9, unique=True)):  # more than one CAS segment holds
            cents = draw(st.integers(-50, left))
            if cents:
                adjustments.append(Adjustment(line.number, *reason, cents, draw(st.sampled_from([None, 1, 3]))))
                left -= cents
        if left:
            adjustments.append(Adjustment(line.number, "OA", "209", left))
    told = Answer(
        payer=draw(payers()),
        paid_cents=sum(paid.values()),
        line_paid_cents=paid if by_line else {},
        adjustments=tuple(adjustments),
        payment_date=draw(st.dates(date(2026, 11, 1), date(2027, 6, 30))),
        payer_claim_number=draw(st.one_of(st.just(""), texts)),
    )
    return replace(first, payer_order=2, answer=told)
