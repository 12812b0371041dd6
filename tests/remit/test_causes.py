"""A denial is held against what was known and warned when the claim left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest

from config.contract import claim_outputs
from config.frames import as_contract
from config.month import Month
from tasks.remit.post import post
from tasks.remit.trace import name_cause
from tasks.remit.worklist import answers_of
from tasks.store import Store
from tasks.store.claim_tables import claim_findings
from tasks.store.claims import sent_claims
from tasks.store.known_findings import keep_warnings
from tasks.store.records import Basis, Digests
from tasks.store.remit_tables import denials
from tests.remit.answers import answer, denied
from tests.remit.billed import bill, rows
from tests.send.frames import nothing, output

pytestmark = pytest.mark.slow

TODAY, OCTOBER = date(2026, 11, 24), Month(2026, 10)
CAUSE = ("claim_number", "error", "rule", "cause", "evidence")


def decide(store: Store, *findings: dict, settings: str = "{}", lines: Sequence[dict] = (), **more: object) -> None:
    """The month of these findings is stored as revision 1, as claims of `bill` were billed from it."""
    patients = sorted({str(one["patient_id"]) for one in findings}) or ["PT-C1"]
    of_all = {"practice_id": "P1", "month": "2026-10", "program": "ccm", "outcome": "bill"} | more
    frames = nothing() | {
        "decisions": output("decisions", *({"patient_id": one, **of_all} for one in patients)),
        "findings": output("findings", *findings),
    }
    if lines:
        frames["claim_lines"] = output("claim_lines", *lines)
    cases = frames.pop("copay_cases")
    frames.pop("changes")
    store.save_cycle("P1", OCTOBER, Basis(Digests("i", "s", "r"), {}, settings, b""), frames, cases, lambda *_: [])


def finding(claim: str, rule: str, numbers: str = "", denial: str = "") -> dict:
    words = {"program": "ccm", "outcome": "warn", "numbers": numbers, "denial": denial}
    return {"patient_id": f"PT-{claim}", "rule": rule} | words


def test_a_rule_that_had_warned_is_the_cause_and_says_what_it_had_seen(store):
    bill(store, ("C1", "99490"), ("C2", "99490"))
    decide(store, finding("C1", "consent_late", "consent_date=2026-10-20", "CO-50 with N706"))
    post(store, "a.835", answer(denied("C1", "CO", "50", "N706") + "\n" + denied("C2", "CO", "50", "N706")), TODAY)
    assert rows(store, denials, *CAUSE)[0] == (
        *("C1", "consent_not_in_time", "consent_late", "warned", "consent_date=2026-10-20"),
    )
    other = rows(store, denials, *CAUSE)[1]
    assert (other[1], other[3]) == ("no_care_plan", "not_seen")
    assert other[2] == "care_plan_missing care_plan_unsigned care_plan_signed_late care_plan_copy_missing", (
        "blocking ones first, of this program"
    )
    told = answers_of(store, "P1")["denials"].set_index("claim_number")
    assert told.loc["C1", ["cause", "evidence"]].tolist() == ["warned", "consent_date=2026-10-20"]
    assert "its warnings in scrub.csv" in told.loc["C1", "next_time"]
    assert "found nothing wrong" in told.loc["C2", "next_time"]


def test_the_worklist_names_the_patient_as_the_newest_month_that_has_one_does(store):
    bill(store, ("C1", "99490"), ("C2", "99490"), ("C3", "99490"))
    post(store, "a.835", answer("\n".join(denied(number, "CO", "29") for number in ("C1", "C2", "C3"))), TODAY)
    assert answers_of(store, "P1")["denials"][["last_name", "first_name"]].isna().all(axis=None)
    people = {"first_name": "Ada", "last_name": ["Old", "Gone"], "patient_id": ["PT-C1", "PT-C2"]}
    keep(store, OCTOBER, pd.DataFrame(people))
    keep(store, OCTOBER.next, pd.DataFrame({"patient_id": ["PT-C1"], "last_name": ["New"], "first_name": ["Ada"]}))
    told = answers_of(store, "P1")["denials"].sort_values("claim_number")
    assert told["patient_id"].tolist() == ["PT-C1", "PT-C2", "PT-C3"]
    assert told["last_name"].fillna("").tolist() == ["New", "Gone", ""]


def keep(store: Store, month: Month, patients: pd.DataFrame) -> None:
    """The month is stored as decided from this table of patients."""
    frames = nothing()
    cases = frames.pop("copay_cases")
    frames.pop("changes")
    basis = Basis(Digests("i", "s", "r"), {"patients": patients}, "{}", b"")
    store.save_cycle("P1", month, basis, frames, cases, lambda *_: [])


def test_rules_that_look_at_diagnoses_say_which_the_claim_had(store):
    bill(store, ("C1", "99490"))
    line = {"patient_id": "PT-C1", "practice_id": "P1", "month": "2026-10", "program": "ccm", "line": 1}
    decide(store, lines=[line | {"claim": "professional", "diagnoses": "E11.9 I10"}])
    post(store, "a.835", answer(denied("C1", "CO", "11")), TODAY)
    ((cause, evidence),) = rows(store, denials, "cause", "evidence")
    assert cause == "not_seen"
    assert "diagnoses=E11.9 I10" in evidence.split("; ")
    assert "_diagnosis" not in evidence


def test_a_family_that_was_not_billed_had_warned_of_nothing(store):
    bill(store, ("C1", "99490"))
    complex_care = finding("C1", "complex_without_decision", "decision_level=none", "CO-50, CO-151")
    decide(store, complex_care | {"outcome": "unsupported"})
    post(store, "a.835", answer(denied("C1", "CO", "50")), TODAY)
    ((error, cause),) = rows(store, denials, "error", "cause")
    assert (error, cause) == ("diagnoses_do_not_support", "not_seen")


def test_a_rule_that_did_not_see_it_says_what_it_looked_at(store):
    bill(store, ("C1", "99490"), ("C2", "99490"))
    decide(store, minutes=21)
    post(store, "a.835", answer(denied("C1", "CO", "B20") + "\n" + denied("C2", "CO", "29")), TODAY)
    first, second = rows(store, denials, "rule", "cause", "evidence")
    asked = "billed_by_another_practitioner two_practitioners_in_month offered_under_another_practitioner"
    assert first[:2] == (asked, "not_seen")
    assert "not kept: other_care_management" in first[2]
    assert second[:2] == ("filing_limit_passed recalled_filing_limit_passed", "not_seen")
    assert "service_date=2026-10-31" in second[2]


@pytest.mark.parametrize("is_stored", [True, False], ids=["decided here", "its revision is not kept"])
def test_what_the_claim_itself_has_is_kept(store, is_stored):
    bill(store, ("C1", "99490"))
    if is_stored:
        decide(store)
    post(store, "a.835", answer(denied("C1", "CO", "16", "N290")), TODAY)
    ((evidence,),) = rows(store, denials, "evidence")
    assert "rendering_npi=1234567893" in evidence


def test_codes_that_nothing_predicts_have_no_rule_unless_one_had_foretold_them(store):
    bill(store, ("C1", "99490"), ("C2", "99490"))
    warned = [finding("C1", "consent_late", "a=1", "CO-133 as a plan says"), finding("C2", "consent_late", "", "CO-13")]
    decide(store, *warned)
    post(store, "a.835", answer(denied("C1", "CO", "133") + "\n" + denied("C2", "CO", "133")), TODAY)
    assert rows(store, denials, *CAUSE) == [
        ("C1", "consent_not_in_time", "consent_late", "warned", "a=1"),
        ("C2", "", "", "no_rule", ""),
    ]


def test_what_the_scrub_had_warned_of_is_kept_with_its_claim_and_its_line(store):
    bill(store, ("C1", "99490 99439"), ("C2", "99490"))
    mine = {"patient_id": "PT-C1", "program": "ccm", "claim": "professional", "payer_order": 1}
    told = {"outcome": "warn", "numbers": "place_of_service=02", "denial": "CO-4"}
    found = [mine | told | {"line": 2, "rule": "telehealth_place"}, mine | told | {"line": 1, "rule": "filing_late"}]
    found[1]["outcome"] = "hold"
    scrub = as_contract(pd.DataFrame(found), claim_outputs()["scrub"])
    with store.writing() as connection:
        sent = sent_claims(connection, "P1", "2026-10")
        keep_warnings(connection, sent, {one["control_number"] for one in sent}, scrub)
        keep_warnings(connection, sent, set(), scrub)
    assert rows(store, claim_findings, "claim_number", "line", "rule") == [("C1", 2, "telehealth_place")]
    two = "CLP*C1*4*180*0**MB*ICN1\nSVC*HC:99490*100*0**1\nCAS*CO*4*100\nSVC*HC:99439*80*0**1\nCAS*CO*4*80"
    post(store, "a.835", answer(two), TODAY)
    causes = rows(store, denials, "line", "rule", "cause", "evidence")
    assert causes[1] == (2, "telehealth_place", "warned", "place_of_service=02")
    assert causes[0][2] != "warned"


def test_a_person_who_names_the_error_gets_what_was_known_as_well(store):
    bill(store, ("C1", "99490"))
    decide(store, finding("C1", "consent_late", "consent_date=2026-10-20"))
    post(store, "a.835", answer(denied("C1", "CO", "133")), TODAY)
    assert rows(store, denials, "cause") == [("no_rule",)]
    name_cause(store, "C1", 1, "consent_not_in_time", TODAY)
    assert rows(store, denials, "rule", "cause", "evidence") == [
        ("consent_late", "warned", "consent_date=2026-10-20"),
    ]


@pytest.mark.parametrize(
    ("decided", "file", "due"),
    [
        ("{}", "", date(2027, 10, 31)),  # a year from the day of service, as Medicare has it
        ('{"filing_days": {"12345": 90}}', "", date(2027, 1, 29)),  # 31 October and 90 days
        ('{"filing_days": {"12345": 90}}', '{"12345": 30}', date(2026, 11, 30)),
        ('{"filing_days": {"12345": 90}}', '{"99": 30}', date(2027, 10, 31)),
    ],
)
def test_the_practices_own_filing_terms_set_the_last_day(store, tmp_path, decided, file, due):
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"practices: {{P1: {{filing_days: {file}}}}}")
    given = settings if file else None
    bill(store, ("C1", "99490"), ("C2", "99490"))
    decide(store, settings=decided)
    told = denied("C1", "CO", "16", "MA130") + "\n" + denied("C2", "CO", "B20", "N472")
    post(store, "a.835", answer(told), TODAY, given)
    assert rows(store, denials, "route", "due_date") == [
        ("redetermination", date(2027, 3, 25)),
        ("resubmission", due),
    ]
    name_cause(store, "C2", 1, "information_missing", TODAY, given)
    assert rows(store, denials, "due_date", claim_number="C2") != [(date(2027, 3, 25),)]
