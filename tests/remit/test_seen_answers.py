"""Codes that a payer really gave stand in the next scrub beside what was predicted for the error."""

from __future__ import annotations

from datetime import date

import pytest

from config.month import Month
from tasks.claim.seen_answers import with_seen
from tasks.remit.post import post
from tasks.remit.trace import name_cause
from tasks.remit.worklist import answers_of
from tasks.store.denials import codes_of
from tests.claim.scrub_cases import scrubbed
from tests.remit.answers import answer, denied
from tests.remit.billed import bill

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)


def seen(store) -> dict[str, str]:
    """What the scrub of a claim with a place of telehealth and an unlisted diagnosis says, by rule."""
    found = scrubbed({"lines": [{"place_of_service": "02", "diagnoses": "E11.9 I10 Z99.99"}]})
    with store.reading() as connection:
        told = with_seen(found, codes_of(connection, "P1"), Month(2026, 11))
    assert told.drop(columns="seen").equals(found.drop(columns="seen"))
    return told.set_index("rule")["seen"].fillna("").to_dict()


@pytest.mark.slow
def test_a_pair_that_nobody_predicted_is_in_the_next_scrub_once_its_error_is_named(store):
    bill(store, *((f"C{n}", "99490") for n in range(4)))
    assert set(seen(store).values()) == {""}
    for n in range(2):
        post(store, f"{n}.835", answer(denied(f"C{n}", "CO", "133", "N30 MA01"), trace=f"T{n}"), TODAY)
    assert set(seen(store).values()) == {""}, "nobody knows yet what it stands for"
    name_cause(store, "C0", 1, "billed_as_telehealth", TODAY)
    assert seen(store)["telehealth_place"] == "CO-133 with N30 (2)"
    assert seen(store)["diagnosis_not_on_list"] == ""
    post(store, "2.835", answer(denied("C2", "CO", "133", "N30"), trace="T2"), TODAY)
    assert seen(store)["telehealth_place"] == "CO-133 with N30 (3)"
    codes = answers_of(store, "P1")["denial_codes"]
    assert codes[["error", "times", "named"]].to_numpy().tolist() == [["billed_as_telehealth", 3, True]]
    name_cause(store, "C0", 1, "billed_as_telehealth", TODAY)
    assert seen(store)["telehealth_place"] == "CO-133 with N30 (3)", "said twice, counted once"


def test_what_the_table_traced_by_itself_is_counted_and_the_commonest_stands_first(store):
    bill(store, *((f"C{n}", "99490") for n in range(3)))
    bill(store, ("D0", "99490"), practice_id="P2")
    answers = [("C0", "5", ""), ("C1", "58", ""), ("C2", "58", ""), ("D0", "58", "")]
    for n, (claim, reason, remarks) in enumerate(answers):
        post(store, f"{n}.835", answer(denied(claim, "CO", reason, remarks), trace=f"T{n}"), TODAY)
    with store.reading() as connection:
        errors = codes_of(connection, "P1")[["reason", "error"]].to_numpy().tolist()
    both = dict(errors)
    for claim, reason in (("C0", "5"), ("C1", "58")):
        if both[reason] != "billed_as_telehealth":
            name_cause(store, claim, 1, "billed_as_telehealth", TODAY)
    assert seen(store)["telehealth_place"] == "CO-58 (2); CO-5 (1)"
