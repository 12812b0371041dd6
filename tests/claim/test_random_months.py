"""Random months, settings and hostile names: every file passes two independent readers, and nobody leaves the lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from config.claim_settings import Address as Street
from tasks.claim.drafts import Address, Draft, Patient
from tasks.claim.needs import lacking
from tasks.claim.numbers import PROGRAMS, claim_number
from tasks.claim.send_out import text_of
from tasks.claim.x12.envelope import interchange
from tasks.claim.x12.parties import billing_provider
from tasks.claim.x12.segments import legible, safe, segment
from tasks.claim.x12.void import sent_text, void
from tests.claim.random_drafts import Corrected, anything, claims, texts, versions
from tests.claim.signed_months import claim_settings_of
from tests.claim.validators import complaints, named, segments

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
NPI = "2900000011"
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink an example takes both readers minutes


def file_of(form: str, texts: list[str], name: str, number: int) -> bytes:
    ours = claim_settings_of()
    return interchange(form, billing_provider(name, NPI, "001234567", ours), texts, number, NOW, ours)


def written(draft: Draft, place: int, version: Corrected, first: bytes = b"") -> str:
    """The claim as it goes first or replaces one; a void is in the words of the file in which it went."""
    frequency, of_payer = version
    if frequency == "8":
        return void(sent_text(first, f"ABC{place:015d}"), f"DEF{place:015d}", of_payer)
    return text_of(draft, f"ABC{place:015d}", frequency, of_payer, NPI, claim_settings_of())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=QUICK)
@given(st.lists(st.tuples(claims(), versions), min_size=1, max_size=4), st.integers(1, 999_999_999), anything)
def test_every_file_passes_both_readers(drawn: list[tuple[Draft, Corrected]], number: int, practice_name: str) -> None:
    name = practice_name if legible(practice_name) else "Maple"
    for form in ("837P", "837I"):
        mine = [one for one in drawn if one[0].form == form and not list(lacking(one[0], None, claim_settings_of()))]
        if not mine:
            continue
        drafts = [draft for draft, _ in mine]
        first = file_of(form, [written(draft, place, ("1", "")) for place, draft in enumerate(drafts)], name, number)
        content = file_of(form, [written(draft, place, version, first) for place, (draft, version) in enumerate(mine)],
                          name, number)  # fmt: skip
        assert complaints(content) == [], content.decode()
        if any(version[0] == "8" for _, version in mine):
            assert complaints(first) == [], first.decode()
        assert [one[5] for one in named(content, "CLM")] == [
            f"{draft.place}:{'B' if form == '837P' else 'A'}:{version[0]}" for draft, version in mine
        ]
        below = [draft.payer.is_of_another for draft in drafts]
        assert [one[1] for one in named(content, "HL")] == [str(at) for at in range(1, len(mine) + sum(below) + 2)]
        assert [one[3] for one in named(content, "HL")].count("23") == sum(below)
        asked = [draft.lines for draft in drafts if draft.answer and draft.answer.line_paid_cents]
        assert len(named(content, "SVD")) == sum(map(len, asked))
        assert int(segments(content)[-3][1]) == len(segments(content)) - 4
        for draft, version in mine:
            event(f"{form} {version[0]} order {draft.payer_order} {'below' if draft.payer.is_of_another else 'self'}")


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
    draft = replace(draft, payer=replace(draft.payer, relationship=""), payer_order=1, answer=None)
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
