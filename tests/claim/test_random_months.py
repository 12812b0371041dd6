"""Random months, settings and hostile names: every file passes two independent readers, and nobody leaves the lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.claim_settings import Address as Street
from tasks.claim.drafts import Address, Draft, Patient, Payer, Practitioner, ServiceLine
from tasks.claim.needs import lacking
from tasks.claim.numbers import PROGRAMS, claim_number
from tasks.claim.send_out import text_of
from tasks.claim.x12.envelope import interchange
from tasks.claim.x12.parties import billing_provider
from tasks.claim.x12.segments import legible, safe, segment
from tests.claim.signed_months import CHARGES, claim_settings_of
from tests.claim.validators import complaints, named, segments

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
NPI = "2900000011"
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink an example takes both readers minutes
# What could end a segment, begin an element, be a formula, be invisible, be long, or be in another alphabet.
HOSTILE = ["~CLM*X*9999***11:B:1", "O'Brien-Núñez", "*", ":", "^", "~", "A\nB\r\x1c\x1d\x1e", "=1+1", "Łukasz Groß"]
HOSTILE += ["‮evil", "Smith~SE*1*0001~", "李", "x" * 200, " \t ", "{hl}", "{hl}{0}%s", "Ａｌｉｃｅ", "é̂̃", "D’Arcy"]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
latin = st.text(st.characters(min_codepoint=65, max_codepoint=90), min_size=2, max_size=30)
names = st.one_of(texts, latin)
identifiers = st.text(st.sampled_from("ABCDEFGH0123456789"), min_size=2, max_size=20)
icd = st.sampled_from(["E11.9", "I10", "N18.31", "J44.9", "F32.1", "M19.91"])


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
    kinds = st.sampled_from(["medicare_part_b", "medicare_advantage", "medicaid", "commercial", "tricare", "va", "qmb"])
    return Draft(
        practice_id="P1",
        month="2026-10",
        patient_id="P1",
        case_number="C-000001",
        program=draw(st.sampled_from(sorted(PROGRAMS))),
        claim="professional" if form == "837P" else "facility",
        form=form,
        place=draw(st.sampled_from(["11", "19", "22"] if form == "837P" else ["13", "71", "77", "85"])),
        patient=Patient(draw(names), draw(names), born, draw(st.sampled_from(["F", "M"])), street),
        payer=Payer(draw(kinds), draw(names), draw(identifiers), draw(identifiers)),
        practitioner=Practitioner(
            draw(names), draw(names), "2900010002", draw(st.sampled_from(["", "207Q00000X"])), "MD"
        ),
        diagnoses=tuple(draw(st.lists(icd, min_size=1, max_size=4, unique=True))),
        lines=lines_of(draw, form),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=QUICK)
@given(st.lists(claims(), min_size=1, max_size=4), st.integers(1, 999_999_999), names)
def test_every_file_passes_both_readers(drafts: list[Draft], number: int, practice_name: str) -> None:
    ours = claim_settings_of()
    name = practice_name if legible(practice_name) else "Maple"
    for form in ("837P", "837I"):
        ready = [one for one in drafts if one.form == form and not list(lacking(one, None, ours))]
        if not ready:
            continue
        texts = [text_of(one, f"ABC{place:015d}", "1", "", NPI, ours) for place, one in enumerate(ready)]
        content = interchange(form, billing_provider(name, NPI, "001234567", ours), texts, number, NOW, ours)
        assert complaints(content) == [], content.decode()
        assert len(named(content, "CLM")) == len(ready)
        assert [one[5][:2] for one in named(content, "CLM")] == [one.place for one in ready]
        assert [one[1] for one in named(content, "HL")] == [str(place) for place in range(1, len(ready) + 2)]
        assert int(segments(content)[-3][1]) == len(segments(content)) - 4
        assert content == interchange(form, billing_provider(name, NPI, "001234567", ours), texts, number, NOW, ours)


@given(texts, st.integers(1, 60))
def test_no_text_leaves_its_element(text: str, longest: int) -> None:
    found = safe(text, longest)
    assert len(found) <= longest
    assert not set(found) & set("*:^~{}\n\r\t")
    assert found.isascii()
    assert found.isprintable() or not found
    assert segment("N3", "A", found, "B").count("*") == 3
    assert safe(found, longest) == found


def test_a_name_keeps_its_letters_and_one_without_any_is_no_name() -> None:
    assert safe("O'Brien-Núñez, Jr.", 60) == "O'BRIEN-NUNEZ, JR."
    assert safe("Łukasz Groß", 60) == "LUKASZ GROSS"
    assert safe("Ａｌｉｃｅ", 60) == "ALICE"
    assert [legible(text) for text in ("Núñez", "Groß", "李", "Smith 李", "*", "", "  ")] == [True, True, *[False] * 5]


@pytest.mark.parametrize("text", ["A*B", "A~", "É", "A\n"])
def test_an_element_that_was_not_made_safe_is_a_fault_that_does_not_quote_it(text: str) -> None:
    with pytest.raises(ValueError, match="an element of N3 was not made safe") as caught:
        segment("N3", text)
    assert text not in str(caught.value)


@settings(max_examples=5, deadline=None, phases=QUICK)
@given(claims(), st.sampled_from(["X", "U", ""]))
def test_a_sex_that_is_neither_is_unknown_which_only_one_reader_knows(draft: Draft, sex: str) -> None:
    """The guides have U; x12sdk 2.2 has F and M only. The day it learns U this test says so."""
    ours = claim_settings_of()
    one = replace(
        draft, patient=Patient("Doe", "Jo", date(1940, 1, 1), sex, Address("1 Elm", "", "Dayton", "OH", "45402"))
    )
    if list(lacking(one, None, ours)):
        return
    text = text_of(one, "ABC1", "1", "", NPI, ours)
    content = interchange(one.form, billing_provider("Maple", NPI, "001234567", ours), [text], 7, NOW, ours)
    assert named(content, "DMG")[0][-1] == "U"
    (said,) = complaints(content)
    assert said.startswith("x12sdk")
    assert said.count("gender_code") == 1
    assert "1 validation error" in said


@given(st.integers(1, 99_999_999), st.sampled_from(sorted(PROGRAMS)), st.integers(1, 99), st.integers(1, 3))
def test_a_claim_number_is_short_and_says_nothing_of_a_person(
    case: int, program: str, version: int, order: int
) -> None:
    number = claim_number("ABC", f"C-{case:06d}", "2026-10", program, "facility", order, version)
    assert len(number) <= 20
    assert number.isalnum()
    other = claim_number("ABC", f"C-{case:06d}", "2026-10", program, "facility", order, version % 99 + 1)
    assert number != other


def test_an_address_of_the_settings_is_written_like_a_patients() -> None:
    ours = Street(street="1 Él~m St", city="Day*ton", state="OH", zip="45402-1234")
    head = billing_provider(
        "A~B", NPI, "00-1234567", claim_settings_of(billing={**ours.model_dump(), "taxonomy": "207Q00000X"})
    )
    assert "N3*1 EL M ST~" in head
    assert "N4*DAY TON*OH*454021234~" in head
