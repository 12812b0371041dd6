"""Which claims carry the lines of each care setting, and at whose rates."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from config.care_settings import care_setting
from config.hospital_rates import campus_modifier
from config.month import Month
from tasks.claim.claims import on_claims
from tasks.claim.modifiers import of_setting
from tasks.claim.superbill import claim_lines
from tests.qualify.cases import decided, rulebook, tables_of


def superbill(
    setting: str, month: str, settings: dict[str, Any] | None = None, /, off_campus: str | None = None, **facts: Any
) -> pd.DataFrame:
    case = {"setting": setting, "practitioner": "0", **facts}
    service_month = Month.parse(month)
    result = decided([case], month, **settings or {})
    tables = tables_of([case], service_month)
    numbered = result["decisions"].assign(case_number="C-000001")
    chronic = frozenset(code for code, status in rulebook(service_month).chronic.items() if status == 1)
    lines = claim_lines(numbered, result["code_lines"], tables, chronic)
    put_on = of_setting(care_setting(setting), service_month, off_campus)
    return on_claims(lines, care_setting(setting), rulebook(service_month), campus=campus_modifier(put_on))


def fields(lines: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = ["claim", "claim_form", "place_of_service", "bill_type", "revenue_code", "code", "units"]
    return [tuple(row) for row in lines[columns].astype(object).where(lines[columns].notna(), None).to_numpy()]


def test_an_office_sends_one_professional_claim() -> None:
    lines = superbill("office", "2026-10", staff="45")
    assert fields(lines) == [
        ("professional", "837P", "11", None, None, "99490", 1),
        ("professional", "837P", "11", None, None, "99439", 1),
    ]


def test_a_hospital_department_sends_the_practitioners_claim_and_its_own() -> None:
    high = [{"practitioner_id": "D1", "decided_date": "2025-05-20", "level": "high"}]
    lines = superbill("hopd_on_campus", "2025-05", staff="95", medical_decisions=high)
    assert fields(lines) == [
        ("professional", "837P", "22", None, None, "99487", 1),
        ("facility", "837I", None, "13X", "0510", "99487", 1),
        ("professional", "837P", "22", None, None, "99489", 1),
        ("facility", "837I", None, "13X", "0510", "99489", 1),
    ]
    facility = lines[lines["claim"] == "facility"]
    assert facility["expected_cents"].tolist() == [16067, 0]  # the further units are packaged
    assert facility["coinsurance_cents"].tolist() == [3214, 0]


def test_the_hospitals_claim_stops_at_its_own_unit_limit() -> None:
    high = [{"practitioner_id": "D1", "decided_date": "2025-05-20", "level": "high"}]
    settings = {"choose_family": "complex"}
    lines = superbill("hopd_on_campus", "2025-05", settings, staff="210", medical_decisions=high)
    units = {(row["claim"], row["code"]): row["units"] for row in lines.to_dict("records")}
    assert (units["professional", "99489"], units["facility", "99489"]) == (5, 4)
    assert (units["professional", "99487"], units["facility", "99487"]) == (1, 1)


def test_the_practitioners_own_time_is_never_on_the_hospitals_claim() -> None:
    lines = superbill("hopd_off_campus", "2025-05", practitioner="35")
    professional = lines[lines["claim"] == "professional"]
    assert set(professional["place_of_service"]) == {"19"}
    assert "99491" not in set(lines.loc[lines["claim"] == "facility", "code"])


@pytest.mark.parametrize(
    ("setting", "modifier", "cents", "copay", "sure"),
    [
        ("hopd_off_campus", "PO", 9250, 1850, "primary"),
        ("hopd_off_campus", "PN", 3700, 740, "unverified"),  # two fifths, as is recalled
        ("hopd_on_campus", "PN", 9250, 1850, "primary"),  # PN means nothing on the campus
    ],
)
def test_a_department_that_is_not_excepted(setting: str, modifier: str, cents: int, copay: int, sure: str) -> None:
    lines = superbill(setting, "2025-05", staff="20", off_campus=modifier).set_index("claim")
    shown = lines.loc["facility", ["expected_cents", "coinsurance_cents", "amount_confidence"]]
    assert shown.tolist() == [cents, copay, sure]
    assert lines.loc["professional", "expected_cents"] == 4787


def test_a_hospital_rate_that_is_not_loaded_is_missing() -> None:
    lines = superbill("hopd_on_campus", "2026-10", staff="20")
    facility = lines[lines["claim"] == "facility"]
    assert facility["code"].tolist() == ["99490"]
    assert facility["expected_cents"].isna().all()


@pytest.mark.parametrize(
    ("setting", "month", "bill_type", "codes"),
    [
        ("rhc", "2016-10", "71X", ["99490"]),
        ("rhc", "2020-10", "71X", ["G0511"]),
        ("fqhc", "2018-03", "77X", ["G0511"]),
        ("rhc", "2025-11", "71X", ["99490", "99439"]),
        ("fqhc", "2026-01", "77X", ["99490", "99439"]),
    ],
)
def test_a_clinic_bills_on_its_own_form_without_a_modifier(
    setting: str, month: str, bill_type: str, codes: list[str]
) -> None:
    lines = superbill(setting, month, staff="45")
    assert lines["code"].tolist() == codes
    assert set(lines["claim_form"]) == {"837I"}
    assert set(lines["bill_type"]) == {bill_type}
    assert set(lines["revenue_code"]) == {"052X"}
    assert lines["modifiers"].isna().all()
    assert lines["place_of_service"].isna().all()


@pytest.mark.parametrize(
    ("setting", "own", "expected"),
    [
        ("cah_method_1", ("professional", "837P", "22", None, None), 4960),
        ("cah_method_2", ("professional", "837I", None, "85X", "096X, 097X or 098X"), 5555),
    ],
)
def test_a_critical_access_hospitals_own_part_is_paid_at_cost_that_nobody_has_loaded(
    setting: str, own: tuple[str | None, ...], expected: int
) -> None:
    lines = superbill(setting, "2024-10", staff="25")
    assert fields(lines) == [(*own, "99490", 1), ("facility", "837I", None, "85X", "0510", "99490", 1)]
    professional, facility = lines.iloc[0], lines.iloc[1]
    assert (professional["expected_cents"], professional["coinsurance_cents"]) == (expected, 992)
    assert facility[["expected_cents", "coinsurance_cents"]].isna().all()
    assert facility["amount_confidence"] == ""
