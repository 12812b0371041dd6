"""The number of a prior authorization goes out on the claim to the payer that gave it, and on no other."""

from __future__ import annotations

import pytest

from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, PART_B, PLAN, answer, covered, remit, rows, send, signed
from tests.claim.validators import complaints, named, segments

WITH = PLAN | {"authorization_number": "AU-0042"}


@pytest.mark.parametrize(
    ("setting", "form"), [("office", "837P"), ("rhc", "837I"), ("hopd_on_campus", "837P"), ("hopd_on_campus", "837I")]
)
def test_it_stands_on_the_claim_before_its_diagnoses(store: Store, setting: str, form: str) -> None:
    files = send(store, signed({"staff": "25"}, setting=setting, month="2026-05", payer=WITH))
    (file,) = (one for one in files if one.form == form)
    assert complaints(file.content) == []
    names = [one[0] for one in segments(file.content)]
    place = segments(file.content).index(["REF", "G1", "AU-0042"])
    assert names.index("CLM") < place < names.index("HI")


@pytest.mark.parametrize("number", [None, "", " ", "***", "预授权"])
def test_without_a_number_that_can_be_written_nothing_stands_there(store: Store, number: str | None) -> None:
    (file,) = send(store, signed({"staff": "25"}, payer=PLAN | {"authorization_number": number}))
    assert complaints(file.content) == []
    assert named(file.content, "REF", "G1") == []


def test_a_delimiter_in_it_ends_no_segment(store: Store) -> None:
    (file,) = send(store, signed({"staff": "25"}, payer=PLAN | {"authorization_number": "au*1~HI:2"}))
    assert complaints(file.content) == []
    assert named(file.content, "REF", "G1") == [["REF", "G1", "AU 1 HI 2"]]


def test_each_payer_gets_its_own(store: Store) -> None:
    both = covered(PART_B, MEDIGAP | {"authorization_number": "MG-7"})
    month = signed({"staff": "25", "coverages": both})
    (first,) = send(store, month)
    assert named(first.content, "REF", "G1") == []
    remit(store, rows(store, "claim_number")[0][0])
    (second,) = send(store, month)
    assert complaints(second.content) == []
    assert named(second.content, "REF", "G1") == [["REF", "G1", "MG-7"]]


def test_a_replacement_and_a_void_name_it_beside_the_payers_number(store: Store) -> None:
    send(store, signed({"staff": "25"}, payer=WITH))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5000, "ICN7")
    (again,) = send(store, signed({"staff": "45"}, revision=2, payer=WITH))
    assert complaints(again.content) == []
    assert [one[1:] for one in named(again.content, "REF")[1:3]] == [["G1", "AU-0042"], ["F8", "ICN7"]]
    answer(store, rows(store, "claim_number")[1][0], "paid", 5000, "ICN8")
    (void,) = send(store, signed({"staff": "15"}, revision=3, payer=WITH))
    assert complaints(void.content) == []
    assert named(void.content, "CLM")[0][5] == "11:B:8"
    assert [one[1:] for one in named(void.content, "REF")[1:3]] == [["G1", "AU-0042"], ["F8", "ICN8"]]


def test_a_number_that_came_later_takes_no_claim_back(store: Store) -> None:
    send(store, signed({"staff": "25"}, payer=PLAN))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5000)
    assert send(store, signed({"staff": "25"}, revision=2, payer=WITH)) == []
