"""What a reopened month sends: the difference and nothing else, by the way that each payer takes."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.claim.assemble import Charges
from tasks.claim.compare import ByHand
from tasks.claim.difference import difference
from tasks.claim.signed import SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import PLAN, answer, claim_settings_of, rows, send, signed
from tests.claim.validators import complaints, named


def by_hand(store: Store, month: SignedMonth) -> list[ByHand]:
    with store.reading() as connection:
        return difference(connection, month, drafted(month)).by_hand


def to_plan(*staff: str, revision: int = 1, **more: Any) -> SignedMonth:
    return signed(*({"staff": minutes, **more} for minutes in staff), revision=revision, payer=PLAN)


def test_the_same_month_again_sends_nothing(store: Store) -> None:
    assert [file.claims for file in send(store, signed({"staff": "25"}, {"staff": "45"}))] == [2]
    assert send(store, signed({"staff": "25"}, {"staff": "45"}, revision=2)) == []
    assert by_hand(store, signed({"staff": "25"}, {"staff": "45"}, revision=2)) == []


@pytest.mark.slow
def test_a_patient_who_came_later_is_sent_alone_in_a_file_of_the_next_number(store: Store) -> None:
    (first,) = send(store, signed({"staff": "25"}, {"staff": "15"}))
    (second,) = send(store, signed({"staff": "25"}, {"staff": "22"}, revision=2))
    assert (first.control_number, second.control_number) == (1, 2)
    assert [second.claims, second.file_name] == [1, "837P_000000002.x12"]
    assert len({one[0] for one in rows(store, "claim_number")}) == 2


def test_a_new_price_list_or_address_corrects_nothing(store: Store) -> None:
    send(store, signed({"staff": "25"}))
    moved = signed({"staff": "25", "patient": {"address": "1 Elm Street", "last_name": "Doe-Smith"}}, revision=2)
    assert send(store, moved) == []
    assert by_hand(store, moved) == []


def test_a_plan_takes_a_replacement_that_names_its_own_number(store: Store) -> None:
    send(store, to_plan("25"))
    ((number,),) = rows(store, "claim_number")
    answer(store, number, "paid", 5000, "ICN-77:1")
    (file,) = send(store, to_plan("45", revision=2))
    assert complaints(file.content) == []
    assert named(file.content, "CLM")[0][5] == "11:B:7"
    assert named(file.content, "REF", "F8") == [["REF", "F8", "ICN-77 1"]]
    assert [one[1] for one in named(file.content, "SV1")] == ["HC:99490", "HC:99439"]
    found = rows(store, "version", "frequency", "state", "replaces")
    assert found == [(1, "1", "replaced", ""), (2, "7", "written", number)]


@pytest.mark.parametrize("minutes", ["45", "15"], ids=["replacement", "void"])
def test_a_payers_number_that_no_claim_can_hold_sends_a_person_to_the_payer(store: Store, minutes: str) -> None:
    send(store, to_plan("25"))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5000, "*~李")
    month = to_plan(minutes, revision=2)
    assert send(store, month) == []
    (one,) = by_hand(store, month)
    assert "cannot be written in a claim file" in one.words
    assert one.fix.startswith("Ask the payer for its number of ")


@pytest.mark.slow
def test_a_plan_takes_a_void_in_the_words_that_were_sent(store: Store) -> None:
    (first,) = send(store, to_plan("45", "25"))
    numbers = [one[0] for one in rows(store, "claim_number")]
    answer(store, numbers[0], "paid", 5000)
    (file,) = send(store, to_plan("15", "25", revision=2))
    assert complaints(file.content) == []
    assert file.claims == 1
    assert named(file.content, "CLM")[0][5] == "11:B:8"
    assert named(file.content, "REF", "F8") == [["REF", "F8", "ICN1"]]
    for name in ("NM1", "HI", "SV1", "DTP", "DMG"):  # all else as it went out the first time
        assert [one for one in named(file.content, name) if one in named(first.content, name)] == named(
            file.content, name
        )
    assert rows(store, "frequency", "state")[:2] == [("1", "voided"), ("8", "written")]
    assert send(store, to_plan("15", "25", revision=2)) == []


def test_what_was_voided_can_be_billed_again(store: Store) -> None:
    send(store, to_plan("45"))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5000)
    send(store, to_plan("15", revision=2))
    (file,) = send(store, to_plan("25", revision=3))
    assert named(file.content, "CLM")[0][5] == "11:B:1"
    assert named(file.content, "REF", "F8") == []
    assert [one[:2] for one in rows(store, "version", "frequency")] == [(1, "1"), (2, "8"), (3, "1")]


def test_before_the_payer_has_answered_a_correction_waits(store: Store) -> None:
    send(store, to_plan("25"))
    corrected = to_plan("45", revision=2)
    assert send(store, corrected) == []
    (one,) = by_hand(store, corrected)
    assert (one.action, one.wanted) == ("wait_for_answer", "99490 x1 99439 x1")


@pytest.mark.parametrize(("staff", "action"), [("45", "clerical_reopening"), ("15", "refund")])
def test_a_part_b_contractor_takes_neither_seven_nor_eight(store: Store, staff: str, action: str) -> None:
    send(store, signed({"staff": "25"}))
    ((number,),) = rows(store, "claim_number")
    corrected = signed({"staff": staff}, revision=2)
    assert [one.action for one in by_hand(store, corrected)] == ["wait_for_answer"]
    answer(store, number, "paid", 5184)
    assert send(store, corrected) == []
    (one,) = by_hand(store, corrected)
    assert one.action == action
    assert number in one.fix
    assert rows(store, "state") == [("paid",)], "a paid line does not change by itself"


@pytest.mark.slow
def test_a_clinics_contractor_takes_an_adjustment_bill(store: Store) -> None:
    send(store, signed({"staff": "25"}, setting="rhc", month="2026-05"))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5184, "DCN9")
    (file,) = send(store, signed({"staff": "45"}, setting="rhc", month="2026-05", revision=2))
    assert complaints(file.content) == []
    assert named(file.content, "CLM")[0][5] == "71:A:7"
    (file,) = send_after_answer(store, signed({"staff": "15"}, setting="rhc", month="2026-05", revision=3))
    assert complaints(file.content) == []
    assert named(file.content, "CLM")[0][5] == "71:A:8"
    assert named(file.content, "REF", "F8") == [["REF", "F8", "DCN10"]]


def send_after_answer(store: Store, month: SignedMonth) -> Any:
    answer(store, rows(store, "claim_number")[-1][0], "paid", 9000, "DCN10")
    return send(store, month)


def test_a_practice_may_know_its_payer_better(store: Store) -> None:
    ours = claim_settings_of(payers={"15202": {"takes_replacements": True}})
    send(store, signed({"staff": "25"}, settings=ours))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5184)
    (file,) = send(store, signed({"staff": "45"}, revision=2, settings=ours))
    assert named(file.content, "CLM")[0][5] == "11:B:7"


def test_denied_by_the_wrong_payer_the_month_goes_to_the_right_one(store: Store) -> None:
    send(store, signed({"staff": "25"}))
    ((number,),) = rows(store, "claim_number")
    right = to_plan("25", revision=2)
    assert send(store, right) == []
    assert [one.action for one in by_hand(store, right)] == ["wait_for_answer"]
    answer(store, number, "denied")
    (file,) = send(store, right)
    assert named(file.content, "NM1", "PR")[0][3] == "ACORN HMO"
    assert named(file.content, "CLM")[0][5] == "11:B:1"
    assert rows(store, "payer_id", "frequency") == [("15202", "1"), ("SYN13", "1")]


def test_paid_by_the_wrong_payer_it_is_voided_there_and_billed_to_the_right_one_at_once(store: Store) -> None:
    send(store, to_plan("25"))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5000)
    (file,) = send(store, signed({"staff": "25"}, revision=2))
    assert complaints(file.content) == []
    assert [one[5] for one in named(file.content, "CLM")] == ["11:B:8", "11:B:1"]
    assert [one[3] for one in named(file.content, "NM1", "PR")] == ["ACORN HMO", "MEDICARE"]
    assert rows(store, "version", "frequency", "state") == [
        (1, "1", "voided"),
        (2, "8", "written"),
        (3, "1", "written"),
    ]


def test_a_claim_that_lacks_something_now_leaves_what_stands(store: Store) -> None:
    send(store, to_plan("25"))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5000)
    lost = to_plan("25", patient={"address": None}, revision=2)
    assert send(store, lost) == []
    assert by_hand(store, lost) == []
    assert rows(store, "state") == [("paid",)]


def test_two_practices_of_one_database_never_share_a_number(store: Store) -> None:
    send(store, signed({"staff": "25"}))
    send(store, signed({"staff": "25"}, practice_id="P2"))
    numbers = [one[0] for one in rows(store, "claim_number")]
    assert len(set(numbers)) == 2
    assert all(len(number) <= 20 and number.isalnum() for number in numbers)
    assert len({number[:3] for number in numbers}) == 2


def test_one_patients_programs_are_claims_of_their_own(store: Store) -> None:
    bhi = {"program": "bhi", "consent_date": "2025-02-01"}
    time = [{"at": "2026-10-12 10:00", "length": "25:00", "program": "bhi"}]
    conditions = [{"icd10_code": code} for code in ("E11.9", "I10", "F32.1")]
    case = {"staff": "25", "time": time, "consents": [{}, bhi], "conditions": conditions}
    (file,) = send(store, signed(case, charges=Charges({}, 150)))
    assert complaints(file.content) == []
    assert [one[1] for one in named(file.content, "SV1")] == ["HC:99484", "HC:99490"]
    assert len({one[1] for one in named(file.content, "CLM")}) == 2
