"""Every care setting's claims pass two independent readers, and say what the setting's claims have to say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tasks.claim.readback import lines_written
from tasks.store.store import Store
from tests.claim.signed_months import claim_settings_of, rows, send, signed
from tests.claim.validators import complaints, named

pytestmark = pytest.mark.slow


def files(store: Store, setting: str, month: str, settings: Any = None, **case: Any) -> dict[str, bytes]:
    sent = send(store, signed(case, setting=setting, month=month, settings=settings))
    for file in sent:
        assert complaints(file.content) == [], file.content.decode()
    return {file.form: file.content for file in sent}


def test_an_office_bills_base_and_add_on_on_one_professional_claim(store: Store) -> None:
    (content,) = files(store, "office", "2026-10", staff="45").values()
    (clm,) = named(content, "CLM")
    assert clm[2:] == ["167", "", "", "11:B:1", "Y", "A", "Y", "Y"]
    assert named(content, "GS")[0][-1] == "005010X222A1"
    assert [one[1] for one in named(content, "HI")] == ["ABK:E119"]
    assert [one[1:] for one in named(content, "SV1")] == [
        ["HC:99490", "95", "UN", "1", "", "", "1:2"],
        ["HC:99439", "72", "UN", "1", "", "", "1:2"],
    ]
    assert {tuple(one) for one in named(content, "DTP")} == {("DTP", "472", "D8", "20261010")}
    assert named(content, "NM1", "82")[0][3:] == ["OKAFOR", "ADA", "", "", "", "XX", "2900010002"]
    assert named(content, "SBR")[0][-1] == "MB"


HIGH = [{"practitioner_id": "D1", "decided_date": "2025-05-20", "level": "high"}]


@pytest.mark.parametrize("modifier", ["PO", "PN"])
def test_an_off_campus_department_sends_two_claims_and_its_own_names_its_status(store: Store, modifier: str) -> None:
    settings = claim_settings_of(off_campus_modifier=modifier)
    found = files(store, "hopd_off_campus", "2025-05", settings, staff="95", medical_decisions=HIGH)
    assert named(found["837P"], "CLM")[0][5] == "19:B:1"
    assert [one[1] for one in named(found["837P"], "SV1")] == ["HC:99487", "HC:99489"]
    assert named(found["837I"], "CLM")[0][5] == "13:A:1"
    assert [one[1:3] for one in named(found["837I"], "SV2")] == [
        ["0510", f"HC:99487:{modifier}"],
        ["0510", f"HC:99489:{modifier}"],
    ]
    numbers = {named(found[form], "CLM")[0][1] for form in found}
    assert len(numbers) == 2


def test_an_on_campus_department_needs_no_modifier(store: Store) -> None:
    found = files(store, "hopd_on_campus", "2025-05", staff="95", medical_decisions=HIGH)
    assert named(found["837P"], "CLM")[0][5] == "22:B:1"
    assert [one[2] for one in named(found["837I"], "SV2")] == ["HC:99487", "HC:99489"]


@pytest.mark.parametrize(("setting", "bill_type"), [("rhc", "71"), ("fqhc", "77")])
@pytest.mark.parametrize(("month", "code"), [("2025-05", "G0511"), ("2026-05", "99490")])
def test_a_clinic_bills_the_month_alone_on_its_own_form(
    store: Store, setting: str, bill_type: str, month: str, code: str
) -> None:
    (content,) = files(store, setting, month, staff="25").values()
    (clm,) = named(content, "CLM")
    assert clm[5] == f"{bill_type}:A:1"
    assert named(content, "GS")[0][-1] == "005010X223A2"
    assert [one[1:3] for one in named(content, "SV2")] == [["0521", f"HC:{code}"]]
    assert named(content, "NM1", "71")[0][3] == "OKAFOR"
    assert named(content, "SBR")[0][-1] == "MA"


def test_a_method_one_hospital_bills_its_part_and_the_practitioner_theirs(store: Store) -> None:
    found = files(store, "cah_method_1", "2026-05", staff="25")
    assert named(found["837P"], "CLM")[0][5] == "22:B:1"
    assert named(found["837I"], "CLM")[0][5] == "85:A:1"
    assert [one[1] for one in named(found["837I"], "SV2")] == ["0510"]


@pytest.mark.parametrize(("credential", "modifiers"), [("MD", ""), ("NP", ":GF")])
def test_a_method_two_hospital_bills_both_on_its_own_form(store: Store, credential: str, modifiers: str) -> None:
    (content,) = files(store, "cah_method_2", "2026-05", staff="25", credential=credential).values()
    assert [one[5] for one in named(content, "CLM")] == ["85:A:1", "85:A:1"]
    lines = [one[1:3] for one in named(content, "SV2")]
    assert sorted(lines) == [["0510", "HC:99490"], ["0983", f"HC:99490{modifiers}"]]
    assert len(named(content, "NM1", "82")) == 1  # the practitioner who reassigned the right to bill


SETTINGS = ("office", "home", "assisted_living", "nursing_facility", "hopd_on_campus", "hopd_off_campus")
SETTINGS += ("cah_method_1", "cah_method_2", "rhc", "fqhc")
SAID = ["claim", "code", "modifiers", "units", "service_date", "diagnoses", "rendering_npi", "billing_npi", "payer_id"]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("off_campus", ["PO", "PN"])
def test_superbill_and_claim_say_the_same_line_by_line(store: Store, setting: str, off_campus: str) -> None:
    recorded = [{"patient_id": "P1", "use": "hospice", "modifier": "GW"}]
    case = {"staff": "45", "credential": "NP"}
    if setting == "nursing_facility":
        case |= {"place_of_service": "32"}
    month = signed(
        case,
        setting=setting,
        month="2026-05",
        settings=claim_settings_of(off_campus_modifier=off_campus),
        recorded=recorded,
    )
    sent = send(store, month)
    claim_of = {row[0]: {"claim": row[1]} for row in rows(store, "claim_number", "claim")}
    written = pd.concat([lines_written(file.content, claim_of) for file in sent])
    assert len(written) == len(month.lines) > 0
    two = []
    for frame in (month.lines, written):
        plain = frame[SAID].astype("str").fillna("")
        plain["diagnoses"] = plain["diagnoses"].str.replace(".", "")
        two.append(sorted(map(tuple, plain.to_numpy().tolist())))
    assert two[0] == two[1]
    expected = {"GW"}
    if setting == "hopd_off_campus":
        expected = {"GW", f"GW {off_campus}"}
    elif setting == "cah_method_2":
        expected = {"GW", "GW GF"}
    assert {line[2] for line in two[0]} == expected
