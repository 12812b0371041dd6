"""Whom a claim goes to: a plan in the place of Part B, another payer before Medicare, somebody else's insurance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from tasks.claim.difference import difference
from tasks.claim.signed import SignedMonth, drafted
from tasks.remit.post import post
from tasks.store.claim_tables import ledger
from tasks.store.store import Store
from tests.claim.signed_months import PART_B, PLAN, answer, covered, rows, send, signed
from tests.claim.test_overpaid import TODAY
from tests.claim.validators import complaints, named
from tests.remit.answers import answer as remittance

pytestmark = pytest.mark.slow

EMPLOYER = {"payer_kind": "commercial", "payer_name": "Trillium Group", "payer_id": "SYN41", "member_id": "TG7"}
WORKING = PART_B | {"msp_type": "12"}
OF_SPOUSE = {"subscriber_relationship": "spouse", "subscriber_last_name": "Roe", "subscriber_first_name": "Ari"}
OF_SPOUSE |= {"subscriber_birth_date": "1950-04-01", "subscriber_sex": "M"}


def paid_in_part(number: str, units: str = "1") -> str:
    """Of 95.00 the employer's plan pays 40.00 and leaves 20.00 to the patient."""
    return f"""CLP*{number}*1*95*40*20*12*EMP1
        SVC*HC:99490*95*40**{units}
        CAS*CO*45*35
        CAS*PR*1*20"""


def not_covered(number: str, group: str, reason: str) -> str:
    return f"CLP*{number}*4*95*0**12*EMP1\nSVC*HC:99490*95*0**1\nCAS*{group}*{reason}*95"


def employer_first(store: Store, body: Any = paid_in_part, setting: str = "office", **told: Any) -> SignedMonth:
    """The month is sent to the employer's plan and answered by it."""
    month = signed({"staff": "25", "coverages": covered(EMPLOYER | told, WORKING)}, setting=setting, month="2026-05")
    (file,) = send(store, month)
    assert complaints(file.content) == []
    assert [one[1] for one in named(file.content, "SBR")] == ["P"]
    assert [one[3] for one in named(file.content, "NM1", "PR")] == ["TRILLIUM GROUP"]
    number = str(rows(store, "claim_number")[0][0])
    told_us = remittance(body(number), "40" if body is paid_in_part else "0", payer="TRILLIUM", payer_id="1999999999")
    assert post(store, "a.835", told_us, TODAY).in_suspense == 0
    return month


def test_a_plan_stands_in_the_place_of_part_b(store: Store) -> None:
    month = signed({"staff": "25"})
    both = month.tables["coverages"]
    plan = both.assign(coverage_id="P1-2", priority=pd.array([2], dtype="Int64"), **PLAN)
    plan["payer_kind"] = plan["payer_kind"].astype("category")
    together = pd.concat([both, plan], ignore_index=True)
    (file,) = send(store, replace(month, tables={**month.tables, "coverages": together}))
    assert complaints(file.content) == []
    assert named(file.content, "NM1", "PR") == [["NM1", "PR", "2", "ACORN HMO", "", "", "", "", "PI", "SYN13"]]
    assert named(file.content, "NM1", "IL")[0][-1] == "A77"
    assert named(file.content, "SBR")[0][-1] == "16"
    assert rows(store, "payer_kind", "payer_id") == [("medicare_advantage", "SYN13")]


def test_medicare_gets_the_claim_with_the_first_payers_answer_and_why_it_is_second(store: Store) -> None:
    month = employer_first(store)
    (file,) = send(store, month)
    assert complaints(file.content) == []
    assert [one[1:] for one in named(file.content, "SBR")] == [
        ["S", "18", "", "", "12", "", "", "", "MB"],
        ["P", "18", "", "", "", "", "", "", "CI"],
    ]
    assert named(file.content, "AMT", "D") == [["AMT", "D", "40"]]
    assert named(file.content, "SVD") == [["SVD", "SYN41", "40", "HC:99490", "", "1"]]
    assert named(file.content, "CAS") == [["CAS", "CO", "45", "35"], ["CAS", "PR", "1", "20"]]
    assert [one[3] for one in named(file.content, "NM1", "PR")] == ["MEDICARE", "TRILLIUM GROUP"]
    assert send(store, month) == []
    assert rows(store, "payer_order", "payer_kind") == [(1, "commercial"), (2, "medicare_part_b")]


@pytest.mark.slow
def test_a_clinics_claim_tells_medicare_what_was_paid_before_as_a_value(store: Store) -> None:
    (file,) = send(store, employer_first(store, setting="rhc"))
    assert complaints(file.content) == []
    assert named(file.content, "HI", "BE:12:::40") == [["HI", "BE:12:::40"]]
    assert named(file.content, "SBR")[0] == ["SBR", "S", "18", "", "", "", "", "", "", "MA"]


@pytest.mark.parametrize(
    ("group", "reason", "files"), [("CO", "96", 1), ("PR", "204", 1), ("CO", "16", 0), ("CO", "29", 0)]
)
def test_medicare_gets_what_the_first_payer_does_not_cover_and_no_other_denial(
    store: Store, group: str, reason: str, files: int
) -> None:
    month = employer_first(store, lambda number: not_covered(number, group, reason))
    found = send(store, month)
    assert len(found) == files
    for file in found:
        assert complaints(file.content) == []
        assert named(file.content, "CAS") == [["CAS", group, reason, "95"]]
        assert named(file.content, "AMT", "D") == [["AMT", "D", "0"]]


def test_without_the_reason_the_claim_to_medicare_waits_with_the_column_that_is_missing(store: Store) -> None:
    month = employer_first(store)
    lost = month.tables["coverages"].assign(msp_type=pd.NA)
    month = replace(month, tables={**month.tables, "coverages": lost})
    assert send(store, month) == []
    with store.reading() as connection:
        held = difference(connection, month, drafted(month)).held
    assert [(draft.payer_order, need.need) for draft, need, _ in held] == [(2, "reason_of_second_place_missing")]
    assert "msp_type" in held[0][1].fix


@pytest.mark.parametrize(("relation", "written"), [("spouse", "01"), ("child", "19"), ("other", "G8")])
def test_a_patient_insured_by_somebody_else_stands_below_the_subscriber(
    store: Store, relation: str, written: str
) -> None:
    told = OF_SPOUSE | {"subscriber_relationship": relation}
    cases = [
        {"staff": "25", "coverages": covered(one, WORKING)} for one in (EMPLOYER | told, EMPLOYER, EMPLOYER | told)
    ]
    (file,) = send(store, signed(*cases))
    assert complaints(file.content) == []
    assert [one[1:] for one in named(file.content, "HL")] == [
        ["1", "", "20", "1"],
        ["2", "1", "22", "1"],
        ["3", "2", "23", "0"],
        ["4", "1", "22", "0"],
        ["5", "1", "22", "1"],
        ["6", "5", "23", "0"],
    ]
    assert named(file.content, "PAT") == [["PAT", written]] * 2
    assert [one[2] for one in named(file.content, "SBR")] == ["", "18", ""]
    assert [one[3:5] for one in named(file.content, "NM1", "IL")] == [["ROE", "ARI"], ["DOE", "JAMIE"], ["ROE", "ARI"]]
    assert named(file.content, "NM1", "QC") == [["NM1", "QC", "1", "DOE", "JAMIE"]] * 2
    assert [one[2:] for one in named(file.content, "DMG")][:2] == [["19500401", "M"], ["19400101", "F"]]


@pytest.mark.slow
def test_the_second_claim_names_whose_insurance_the_first_was(store: Store) -> None:
    (file,) = send(store, employer_first(store, **OF_SPOUSE))
    assert complaints(file.content) == []
    assert [one[1:3] for one in named(file.content, "SBR")] == [["S", "18"], ["P", "01"]]
    assert [one[3] for one in named(file.content, "NM1", "IL")] == ["DOE", "ROE"]


@pytest.mark.slow
def test_a_clinics_claim_has_the_patient_below_the_subscriber_too(store: Store) -> None:
    employer_first(store, setting="rhc", **OF_SPOUSE)


@pytest.mark.slow
def test_a_void_repeats_subscriber_and_patient(store: Store) -> None:
    covering = covered(EMPLOYER | OF_SPOUSE, WORKING)
    (first,) = send(store, signed({"staff": "25", "coverages": covering}, {"staff": "25"}))
    answer(store, str(rows(store, "claim_number")[0][0]), "paid", 4000, "EMP1")
    (file,) = send(store, signed({"staff": "15", "coverages": covering}, {"staff": "25"}, revision=2))
    assert complaints(file.content) == []
    assert file.claims == 1
    assert named(file.content, "CLM")[0][5] == "11:B:8"
    for name in ("HL", "PAT", "NM1", "DMG", "SBR"):
        assert all(one in named(first.content, name) for one in named(file.content, name) if one[1] != "40")
    assert named(file.content, "PAT") == [["PAT", "01"]]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, []),
        ({"subscriber_relationship": "self"}, []),
        (OF_SPOUSE, []),
        (OF_SPOUSE | {"subscriber_sex": None}, []),
        (OF_SPOUSE | {"subscriber_relationship": None}, [("relationship_to_subscriber_missing", "payer_order=1")]),
        (
            {"subscriber_relationship": "child"},
            [
                (
                    "subscriber_incomplete",
                    "payer_order=1; columns=subscriber_last_name subscriber_first_name subscriber_birth_date",
                )
            ],
        ),
        (
            OF_SPOUSE | {"subscriber_birth_date": "2027-01-05"},
            [("subscriber_incomplete", "payer_order=1; columns=subscriber_birth_date")],
        ),
        (
            OF_SPOUSE | {"subscriber_last_name": "李"},
            [("subscriber_incomplete", "payer_order=1; columns=subscriber_last_name")],
        ),
    ],
)
def test_what_is_missing_of_a_subscriber_is_named_by_its_column(
    told: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    month = signed({"staff": "25", "coverages": covered(EMPLOYER | told, WORKING)})
    assert [(need.need, numbers) for _, need, numbers in drafted(month).held] == expected


def test_a_month_decided_before_the_columns_were_asked_for_is_billed_as_ever(store: Store) -> None:
    month = signed({"staff": "25"})
    old = month.tables["coverages"].drop(columns=[name for name in month.tables["coverages"] if "subscriber" in name])
    (file,) = send(store, replace(month, tables={**month.tables, "coverages": old.drop(columns="msp_type")}))
    assert complaints(file.content) == []


@pytest.mark.slow
def test_the_ledger_has_what_both_payers_paid(store: Store) -> None:
    month = employer_first(store)
    send(store, month)
    second = str(rows(store, "claim_number")[1][0])
    body = f"CLP*{second}*2*95*20**MB*ICN9\nSVC*HC:99490*95*20**1\nCAS*OA*23*75"
    post(store, "b.835", remittance(body, "20", trace="T2"), TODAY)
    with store.reading() as connection:
        assert connection.execute(sa.select(ledger.c.paid_cents)).scalars().all() == [6000]
