"""One insured person under two patient records is billed once, whatever went out before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.claim.assemble import Charges
from tasks.claim.difference import difference
from tasks.claim.kept_back import kept_back
from tasks.claim.signed import Drafted, SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import NOW, PART_B, PLAN, answer, claim_settings_of, covered, rows, send, signed
from tests.claim.validators import named
from tests.qualify.cases import rulebook, settings_of

pytestmark = pytest.mark.slow

PRINCIPAL = {
    "coverages": covered(PART_B), "consents": [{"program": "pcm"}],
    "time": [{"at": "2026-10-12 10:00", "length": "35:00", "program": "pcm"}],
}  # fmt: skip
WORKED, IDLE = {"staff": "25", "coverages": covered(PART_B)}, {"staff": "5", "coverages": covered(PART_B)}


def waiting(store: Store, month: SignedMonth, drafts: Drafted | None = None) -> list[tuple[str, str, str]]:
    with store.reading() as connection:
        held = difference(connection, month, drafts or drafted(month)).held
    return [(draft.patient_id, need.need, said) for draft, need, said in held]


def scrubbed(month: SignedMonth) -> Drafted:
    return kept_back(month, drafted(month), rulebook(month.cycle.month), settings_of(), NOW.date())


def test_both_claims_of_one_revision_are_held_and_each_names_the_other(store: Store) -> None:
    month = signed(WORKED, WORKED)
    drafts = scrubbed(month)
    assert drafts.ready == []
    said = "line=1; billed_as_well=C-00000{}; code=99490"
    assert waiting(store, month, drafts) == [
        ("P1", "person_billed_twice", said.format(2)),
        ("P2", "person_billed_twice", said.format(1)),
    ]
    assert drafts.scrubber
    _, held_alone, _ = drafts.scrubber.asked(drafts.stopped[:1])
    assert [need.need for _, need, _ in held_alone] == ["person_billed_twice"]
    other = WORKED | {"coverages": covered(PART_B | {"member_id": "2AA1AA1AA11"})}
    assert len(scrubbed(signed(WORKED, other)).ready) == 2


def test_what_went_out_under_one_record_bars_the_other_until_it_is_taken_back(store: Store) -> None:
    send(store, signed(WORKED, IDLE))
    ((number,),) = rows(store, "claim_number")
    moved = signed(IDLE, WORKED, revision=2)
    for state, cents in (("written", 0), ("paid", 5184)):
        answer(store, number, state, cents)
        assert send(store, moved) == []
        assert ("P2", "person_billed_already", f"claim_number={number}") in waiting(store, moved)
    answer(store, number, "reversed")
    assert [file.claims for file in send(store, moved)] == [1]


def test_a_plan_gets_the_void_first_and_numbers_each_person_whatever_the_birth_date(store: Store) -> None:
    send(store, signed(WORKED, IDLE, payer=PLAN))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5184)
    (file,) = send(store, signed(IDLE, WORKED | {"patient": {"birth_date": "1951-06-02"}}, payer=PLAN, revision=2))
    assert [one[5] for one in named(file.content, "CLM")] == ["11:B:8", "11:B:1"]


def test_a_family_under_one_number_is_told_apart_by_birth_date(store: Store) -> None:
    plan = PLAN | {"payer_kind": "commercial"}
    send(store, signed(WORKED, IDLE, payer=plan))
    spouse = WORKED | {"patient": {"birth_date": "1942-05-01"}}
    assert not [
        one for one in waiting(store, signed(IDLE, spouse, payer=plan, revision=2)) if one[1] == "person_billed_already"
    ]
    same = signed(IDLE, WORKED, payer=plan, revision=2)
    assert [one[1] for one in waiting(store, same)] == ["person_billed_already"]
    assert waiting(store, said_to_be_two(same)) == []
    other_sex = WORKED | {"patient": {"sex": "M"}}
    assert waiting(store, signed(IDLE, other_sex, payer=plan, revision=2)) == []


def test_twins_leave_once_the_practice_said_that_they_are_two(store: Store) -> None:
    family = signed(WORKED, WORKED, payer=PLAN | {"payer_kind": "commercial"})
    assert [len(scrubbed(one).ready) for one in (family, said_to_be_two(family))] == [0, 2]
    one_number_each = signed(WORKED, WORKED)
    assert scrubbed(said_to_be_two(one_number_each)).ready == [], "a number of one's own names one person"


def said_to_be_two(month: SignedMonth) -> SignedMonth:
    twins = {"cases": ["C-000001", "C-000002"], "why": "Twins, seen together"}
    return replace(month, settings=claim_settings_of(different_people=[twins]))


def test_a_program_out_under_one_record_bars_one_that_excludes_it_under_another(store: Store) -> None:
    send(store, signed(WORKED, IDLE))
    ((number,),) = rows(store, "claim_number")
    principal = signed(IDLE, PRINCIPAL, revision=2, charges=Charges({"99426": 7000}, None))
    assert ("P2", "rival_not_taken_back", f"claim_number={number}") in waiting(store, principal)


def test_a_number_written_otherwise_is_found_among_all_that_the_month_bills(store: Store) -> None:
    dashed = WORKED | {"coverages": covered(PART_B | {"member_id": "1eg4 te5 mk73"})}
    drafts = scrubbed(signed(WORKED, dashed))
    assert drafts.scrubber
    _, held, _ = drafts.scrubber.asked(drafts.stopped[:1])
    assert [need.need for _, need, _ in held] == ["person_billed_twice"]
