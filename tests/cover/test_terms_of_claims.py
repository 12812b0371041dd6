"""What a payer says of single codes, of handing a claim on, of its co-pay and its filing limit, and what follows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from config.errors import InputError
from config.identities import Identities
from config.month import Month
from config.payer_questions import questions
from tasks.claim.drafts import Payer
from tasks.claim.second import way_to, ways_on
from tasks.cover import lists
from tasks.cover.record import written
from tasks.qualify.decide import decide
from tests.cover.month import RECORDED, B, listed, october, payer
from tests.qualify.cases import rulebook, settings_of
from tests.route.made import NUMBER, PATIENT, SETTINGS

SAID = {"answer": "covers", "step": "policy", "source": "Policy 12", "reference_number": "", "note": ""}
TODAY = dt.date(2026, 10, 20)
NOBODY = Identities()
PLAN = payer("medicare_advantage", payer_id="SYN11", payer_name="Sunrise Advantage", plan_id="H9901-001")
KEY = "medicare_advantage|SYN11|H9901-001"


def one(*coverages: dict[str, Any], place: int = 1, **told: Any) -> dict[str, Any]:
    rows = listed(october(list(coverages), **told))
    return rows[rows["place"] == place].iloc[0].to_dict()


def test_codes_and_where_to_bill_stand_in_the_list_by_the_register_or_the_answer() -> None:
    horizon = one(payer("commercial", payer_name="Horizon BCBSNJ"))
    assert (horizon["codes"], horizon["codes_not_covered"]) == ("", "99490 99491 99437 99439")
    assert horizon["bill"].startswith("Nobody for this service")
    assert one(payer("commercial", payer_name="EmblemHealth"))["codes"] == "99490 99487 99489"
    told = RECORDED | {"codes": "99490", "codes_not_covered": "G0506", "copay_cents": 1500, "filing_days": 180}
    found = one(PLAN, recorded={KEY: told})
    assert (found["codes"], found["codes_not_covered"]) == ("99490", "G0506")
    assert (found["copay_cents"], found["filing_days"]) == (1500, 180)
    assert pd.isna(one(B)["copay_cents"])


def test_the_list_names_every_filing_limit_that_is_known_and_what_it_rests_on() -> None:
    """The practice's own term, else what the payer told, else the usual one of its kind: as a claim is held against."""

    def limit(*coverages: dict[str, Any], own: dict[str, int] | None = None, **told: Any) -> tuple[str, bool, str]:
        row = listed(october(list(coverages), **told), own or {}).iloc[0]
        return str(row["claim_until"])[:10], bool(row["claim_until_sure"]), str(row["claim_until_source"])

    assert limit(B) == (
        "2027-10-31",
        True,
        "42 CFR 424.44, as quoted: one calendar year from the date of service",
    )
    day, sure, source = limit(PLAN)
    assert (day, sure) == ("2027-10-31", False)
    assert source.startswith("Recalled")
    told = {KEY: RECORDED | {"filing_days": 180}}
    assert limit(PLAN, recorded=told) == ("2027-04-29", True, "the payer's own answer")
    own = {"SYN11": 60}
    assert limit(PLAN, own=own, recorded=told) == ("2026-12-30", True, "the practice's own terms with the payer")
    nobody = listed(october([payer("va", payer_id="V1")])).iloc[0]
    assert pd.isna(nobody["claim_until"])
    assert pd.isna(nobody["claim_until_source"])


NO = {
    "payer_ids": ["SYN11"], "covers": "no", "words": "Pays the visits instead", "since": "2026-01-01",
    "valid_until": "2026-12-31", "confidence": "primary", "source": "Contract of 2026, page 14",
}  # fmt: skip
PERSONAL, ALL = ["99491", "99437"], ["99490", "99439", "99491", "99437", "99487", "99489", "G0506"]


@pytest.mark.parametrize(
    ("codes", "answer", "reason"),
    [(PERSONAL, "unknown", "medicare_advantage"), ([], "does_not", "payer_answered_no"),
     (ALL, "does_not", "payer_answered_no")],
)  # fmt: skip
def test_a_no_to_some_codes_bars_those_alone(codes: list[str], answer: str, reason: str) -> None:
    covered = october([PLAN], own={"register": [NO | {"codes": codes}]})
    mine = listed(covered).iloc[0]
    assert (mine["answer"], mine["codes_not_covered"].split()) == (answer, codes)
    found = findings_of(covered.tables)
    assert reason in found
    assert ("payer_answered_no" in found) == (answer == "does_not")


def findings_of(tables: dict[str, pd.DataFrame]) -> set[str]:
    month = Month(2026, 10)
    return set(decide(tables, month, rulebook(month), settings_of())["findings"]["rule"])


@pytest.mark.parametrize(
    ("second", "told", "way"),
    [
        (payer("tricare", 2), {}, "none"),
        (payer("medicaid", 2, savings_program="slmb", state="OH"), {}, "ask"),  # only recalled: it blocks nothing
        (payer("medigap", 2, payer_id="SYN2", plan_letter="G"), {}, "by_remittance"),
        (payer("medigap", 2, payer_id="SYN2", plan_letter="G"), {"crossover": "automatic"}, "handed_on"),
        (payer("medigap", 2, payer_id="SYN2", plan_letter="G"), {"crossover": "no"}, "by_hand"),
        (payer("medigap", 2, payer_id="SYN2", plan_letter="G"), {"answer": "does_not"}, "none"),
    ],
)
def test_what_becomes_of_the_claim_to_a_further_payer(second: dict[str, Any], told: dict[str, Any], way: str) -> None:
    covered = october([B, second], recorded={"medigap|SYN2|G": RECORDED | told} if told else {})
    assert list(listed(covered)["second_claim"].fillna("")) == ["", way]
    payer_of = Payer(second["payer_kind"], "", second.get("payer_id", ""), "")
    assert way_to(ways_on(covered.tables), "P1", "ccm", payer_of) == way


def test_the_share_is_the_co_pay_that_the_plan_told() -> None:
    from tasks.route.forecast import Terms, patient_shares
    from tasks.route.payers_on_file import payers_in
    from tasks.route.usual_service import for_patients, usual_lines

    book, month = rulebook(Month(2026, 10)), Month(2026, 10)
    tables = october([PLAN], recorded={KEY: RECORDED | {"copay_cents": 1500}}).tables
    mine = {name: tables[name].assign(patient_id=PATIENT) for name in ("coverages", "payer_answers")}
    people = pd.DataFrame({"patient_id": [PATIENT], "case_number": [NUMBER]})
    lines = for_patients(usual_lines({"99490": 1}, "office", "", book, SETTINGS), people)
    row = patient_shares(lines, payers_in(mine, month), Terms.of("office", book, 12)).iloc[0]
    assert (row["owes"], row["share_cents"], row["share_most_cents"], row["year_share_cents"]) == (
        "share", 1500, 1500, 18_000,
    )  # fmt: skip
    assert (row["copay_cents"], row["deductible_cents"]) == (1500, 0)
    assert "by the co-pay that the plan told" in row["words"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"codes": "99490 99999"}, "--codes: write codes of care management"),
        ({"codes": "99490", "codes_not_covered": "99490"}, "99490 is named as covered and as not covered"),
        ({"answer": "does_not", "codes_not_covered": "99491"}, "that does not cover the service names no codes"),
        ({"filing_days": "half a year"}, "--filing-days: write a number of days"),
        ({"copay": "15.001"}, "--copay has parts of a cent"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(told: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        written(SAID | told, "kim", None, None, None, TODAY, NOBODY)


def test_what_was_typed_is_fields() -> None:
    told = {"codes": "99439, 99490", "codes_not_covered": "g0506", "copay": "$15", "filing_days": "180"}
    found = written(SAID | told, "kim", None, None, None, TODAY, NOBODY)
    assert (found.codes, found.codes_not_covered, found.copay_cents, found.filing_days) == (
        "99439 99490", "G0506", 1500, 180,
    )  # fmt: skip


@pytest.mark.parametrize(("state", "asked"), [("OH", "the Medicaid of OH do"), ("", "which one is not on file")])
def test_of_an_unknown_states_medicaid_it_is_said_what_must_be_asked(state: str, asked: str) -> None:
    covered = october([B, payer("medicaid", 2, state=state)])
    answers = lists.asked_about(covered.tables, pd.DataFrame({"patient_id": ["P1"], "family": ["staff"]}))
    one = vars(lists.asked_plans(answers)[0])
    task = one | {"number": 1, "state": "open", "owner": "billing", "due_date": TODAY, "opened_date": TODAY}
    nobody = lists.nobody_known(answers, pd.Series({"P1": "C-000001"}))
    question = lists.worklist(answers, nobody, [task], questions())["question"].iloc[0]
    assert asked in question
    for what in ("fee schedule", "lesser of two amounts", "may a patient with full Medicaid be billed", "how long may"):
        assert what in question
