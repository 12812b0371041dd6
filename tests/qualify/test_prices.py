"""Who pays which part of an amount, by setting, year, credential and the practice's own charges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.month import Month
from tasks.qualify.decide import decide
from tasks.qualify.prices import CONFIDENCES, price
from tasks.qualify.sites import CHARGES, CLAIMS, LOCALITY, ON_LINES, SETTING, add_site, site_of
from tests.qualify.cases import decided, rulebook, settings_of, tables_of


def priced(day: str, units: int = 0, code: str = "", **where: Any) -> pd.Series:
    """One candidate of the staff family, or of another first code, priced as it would be decided."""
    month = Month.parse(day[:7])
    book = rulebook(month)
    entry = next(entry for family, entry in book.families if family.family == "staff")
    if code:
        entry = entry.model_copy(update={"first": code, "further": ""})
    m = pd.DataFrame({"credential": [where.get("credential", "MD")], "qp_status": [where.get("qp", False)]})
    m.attrs |= {SETTING: where.get("setting", "office"), LOCALITY: where.get("locality", "")}
    m.attrs |= {CHARGES: where.get("charges", {}), CLAIMS: where.get("claims", "both")}
    m.attrs[ON_LINES] = where.get("campus", "")
    service = pd.Series([day]).astype("datetime64[ns]")
    frame = pd.DataFrame({"patient": [0], "further_units": [units], "service_date": service})
    price(frame, entry, m, book)
    return frame.iloc[0]


def test_the_worked_example_of_2026() -> None:
    row = priced("2026-10-10")
    assert (row["expected_cents"], row["coinsurance_cents"]) == (6613, 1323)
    assert row["expected_cents"] - row["coinsurance_cents"] == 5290
    assert row["medicare_cents"] == 5184


def test_an_office_in_2025() -> None:
    row = priced("2025-05-10")
    assert (row["expected_cents"], row["coinsurance_cents"], row["medicare_cents"]) == (6049, 1210, 4742)
    assert (CONFIDENCES[row["confidence"]], row["basis"]) == ("primary", "national")
    both = priced("2025-05-10", units=2)
    assert (both["expected_cents"], both["coinsurance_cents"]) == (15235, 3047)


def test_the_day_decides_between_two_factors() -> None:
    assert priced("2024-03-20")["expected_cents"] == 6258
    assert priced("2024-03-08")["expected_cents"] == 6156


@pytest.mark.parametrize(
    ("day", "percent"), [("2020-04-10", 2), ("2020-05-10", 0), ("2022-03-31", 0), ("2022-06-10", 1), ("2022-07-01", 2)]
)
def test_sequestration_was_suspended_and_came_back_in_steps(day: str, percent: int) -> None:
    row = priced(day)
    share = row["expected_cents"] - row["coinsurance_cents"]
    assert row["medicare_cents"] == share - np.floor(share * percent / 100 + 0.5)


def test_a_health_center() -> None:
    row = priced("2021-05-10", code="G0511", setting="fqhc", credential="NP", locality="15202-00")
    assert (row["expected_cents"], row["coinsurance_cents"], row["basis"]) == (6525, 1305, "national")
    assert row["share_up_to_cents"] == 1305  # no deductible in a health center
    assert priced("2021-05-10", code="G0511", setting="rhc")["share_up_to_cents"] == 6525


def test_a_clinic_is_paid_the_lesser_of_charge_and_rate() -> None:
    low = priced("2025-11-10", setting="rhc", charges={"99490": 5000})
    assert (low["expected_cents"], low["coinsurance_cents"]) == (5000, 1000)
    assert priced("2025-11-10", setting="rhc", charges={"99490": 9900})["expected_cents"] == 6049
    assert priced("2025-11-10", setting="office", charges={"99490": 5000})["expected_cents"] == 6049


def test_a_provider_based_clinic_has_two_coinsurances() -> None:
    row = priced("2025-05-10", setting="hopd_on_campus", units=1)
    assert row["first_cents"] == 4787
    assert row["coinsurance_cents"] == 957 + row["further_coinsurance"]
    assert (row["hospital_cents"], row["hospital_copay_cents"]) == (9250, 1850)  # the further unit is packaged
    office = priced("2025-05-10", units=1)
    assert np.isnan(office["hospital_cents"])
    assert np.isnan(office["hospital_copay_cents"])


def test_a_department_that_is_not_excepted_is_paid_two_fifths_of_the_outpatient_amount() -> None:
    """PN: 92.50 x 0.40 and 18.50 x 0.40, as is recalled; with PO nothing changes."""
    where = {"setting": "hopd_off_campus", "units": 1}
    excepted, other = (priced("2025-05-10", campus=one, **where) for one in ("PO", "PN"))
    assert (excepted["hospital_cents"], excepted["hospital_copay_cents"]) == (9250, 1850)
    assert (other["hospital_cents"], other["hospital_copay_cents"]) == (3700, 740)
    assert [CONFIDENCES[row["confidence"]] for row in (excepted, other)] == ["primary", "unverified"]
    assert other["expected_cents"] == excepted["expected_cents"]
    assert other["weighed_cents"] == other["expected_cents"] + 3700
    alone = priced("2025-05-10", campus="PN", claims="facility", **where)
    # of 37.00 the patient owes 7.40; Medicare pays 29.60 less two percent
    assert (alone["expected_cents"], alone["coinsurance_cents"], alone["medicare_cents"]) == (3700, 740, 2901)
    assert CONFIDENCES[alone["confidence"]] == "unverified"


def test_facility_amounts_of_2026_are_missing_and_never_the_offices() -> None:
    row = priced("2026-10-10", setting="hopd_on_campus")
    for column in ("expected_cents", "coinsurance_cents", "medicare_cents", "share_up_to_cents", "hospital_cents"):
        assert np.isnan(row[column]), column
    assert row["basis"] == ""


def test_shares_of_the_fee_by_credential_and_setting() -> None:
    assert priced("2025-05-10", credential="NP")["expected_cents"] == 5142  # 60.49 x 0.85 = 51.4165
    assert CONFIDENCES[priced("2025-05-10", credential="NP")["confidence"]] == "unverified"
    assert priced("2025-11-10", credential="NP", setting="rhc")["expected_cents"] == 6049
    # 47.87, of which the patient owes 9.57; Medicare pays 38.30 x 1.15 = 44.045; together 53.62
    assert priced("2025-05-10", setting="cah_method_2")["expected_cents"] == 5362
    # 47.87 x 0.85 = 40.69, of which 8.14; 32.55 x 1.15 = 37.4325; together 45.57
    assert priced("2025-05-10", setting="cah_method_2", credential="PA")["expected_cents"] == 4557


def test_a_critical_access_hospital_that_bills_both_parts_is_paid_more_and_its_patient_owes_no_more() -> None:
    row = priced("2024-10-10", setting="cah_method_2")
    assert row["coinsurance_cents"] == 992  # a fifth of 49.60, as in any facility
    assert row["expected_cents"] == 992 + 4563  # 39.68 x 1.15 = 45.632
    assert row["medicare_cents"] == 4563 - 91  # less two percent
    assert row["share_up_to_cents"] == 4960  # the deductible is taken of the schedule's amount
    assert np.isnan(row["hospital_cents"])
    further = priced("2024-10-10", setting="cah_method_2", units=2)
    assert further["further_coinsurance"] == 1385  # a fifth of 2 x 34.62
    assert further["further_cents"] == 1385 + 6370  # 55.39 x 1.15 = 63.6985
    large = priced("2024-10-10", setting="cah_method_2", code="90951")
    whole = priced("2024-10-10", setting="hopd_on_campus", code="90951")
    assert whole["expected_cents"] > 24000
    assert large["share_up_to_cents"] == whole["share_up_to_cents"]
    for column in ("expected_cents", "coinsurance_cents", "medicare_cents"):  # Method I: as any facility
        assert (
            priced("2024-10-10", setting="cah_method_1")[column]
            == priced("2024-10-10", setting="hopd_on_campus")[column]
        )


def test_the_share_where_nothing_of_the_deductible_is_met() -> None:
    assert priced("2026-10-10")["share_up_to_cents"] == 6613
    assert priced("2026-10-10", units=1)["share_up_to_cents"] == 6613 + 5044
    large = priced("2022-05-10", code="90951")  # 34.73 x 34.6062; 233.00 and a fifth of the rest
    rest = large["expected_cents"] - 23300
    assert rest > 0
    assert large["share_up_to_cents"] == 23300 + np.floor(rest * 20 / 100 + 0.5)


def test_a_decision_is_priced_where_the_practice_is_and_by_its_practitioners_status() -> None:
    month = Month.parse("2025-10")
    tables = tables_of([{"staff": "20"}, {"staff": "20", "patient": {"practitioner_id": "D2"}}], month)
    tables["practices"]["locality"] = pd.Series(["13202-01"], dtype="str")
    tables["practitioners"]["qp_status"] = pd.array([None, True, None], dtype="boolean")
    m = tables["patients"][["practitioner_id"]].copy()
    add_site(m, tables, settings_of(charges_cents={"99490": 100}))
    assert m["qp_status"].tolist() == [False, True]
    assert (site_of(m, rulebook(month).fees).index, m.attrs[CHARGES]) == ("13202-01", {"99490": 100})
    # 1.00 x 1.065 + 0.81 x 1.166 + 0.06 x 1.656 = 2.10882; x 32.3465 = 68.2130
    local = decide(tables, month, rulebook(month), settings_of())["decisions"]
    assert local["expected_cents"].tolist()[0] == 6821
    assert decided([{"staff": "20"}], "2025-10")["decisions"]["expected_cents"].tolist() == [6049]


def test_the_practitioners_status_reaches_the_decision() -> None:
    month = Month.parse("2026-10")
    visit = {"practitioner_id": "D2", "visit_date": "2025-01-20", "code": "99214", "ccm_discussed": True}
    case = {"staff": "20", "patient": {"practitioner_id": "D2"}, "consents": [{"practitioner_id": "D2"}]}
    tables = tables_of([{"staff": "20"}, {**case, "visits": [visit]}], month)
    tables["practitioners"]["qp_status"] = pd.array([False, True, None], dtype="boolean")
    decisions = decide(tables, month, rulebook(month), settings_of())["decisions"]
    assert decisions["outcome"].tolist() == ["bill", "bill"]
    assert decisions["expected_cents"].tolist() == [6613, 6646]


def test_the_parts_add_up() -> None:
    for day in ("2015-05-10", "2019-12-31", "2020-06-10", "2024-03-09", "2026-10-10"):
        for units in (0, 1, 2) if day > "2020" else (0,):
            row = priced(day, units)
            assert 0 <= row["medicare_cents"] <= row["expected_cents"] - row["coinsurance_cents"]
            assert row["first_cents"] + row["further_cents"] == row["expected_cents"]
            assert row["coinsurance_cents"] <= row["share_up_to_cents"] <= row["expected_cents"]
