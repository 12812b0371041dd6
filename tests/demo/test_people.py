from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tasks.demo.numbers import member_ids, npi, stream


def luhn_holds(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed("80840" + number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


def test_check_digits_of_npis() -> None:
    assert luhn_holds("1234567893")  # the published example
    numbers = npi(np.arange(0, 9_999_999, 7919))
    assert all(luhn_holds(number) and len(number) == 10 and number.startswith("29") for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_written_npis_are_valid(clean: Path) -> None:
    practitioners = pd.read_csv(clean / "practitioners.csv", dtype=str)["npi"]
    practices = pd.read_csv(clean / "practices.csv", dtype=str)["billing_npi"]
    others = pd.read_csv(clean / "other_services.csv", dtype=str)["npi"]
    assert all(luhn_holds(number) for number in [*practitioners, *practices, *others])
    assert practitioners.is_unique


def test_member_identifiers_are_marked_as_synthetic() -> None:
    members = member_ids(stream(1, "x"), 500)
    assert all(len(member) == 11 and member.startswith("1S") for member in members)


def test_people_cannot_be_taken_for_real_ones(clean: Path) -> None:
    patients = pd.read_csv(clean / "patients.csv", dtype=str, keep_default_na=False)
    assert patients["phone"].str.fullmatch(r"\(\d{3}\) 555-01\d\d").all()
    assert patients["patient_id"].str.fullmatch(r"P\d{6}").all()
    assert patients["patient_id"].is_unique
    assert patients["mrn"].str.startswith("00").all()
    names = patients["last_name"]
    assert names.str.contains(",").any()
    assert names.str.contains("'").any()
    assert (names + patients["first_name"]).str.contains("[à-žÀ-Ž]").any()
    born = pd.to_datetime(patients["birth_date"])
    age = (pd.Timestamp("2026-10-31") - born).dt.days / 365.25
    assert age.between(45, 100).all()


def test_care_managers_carry_about_250_patients_and_practitioners_600(clean: Path) -> None:
    patients = pd.read_csv(clean / "patients.csv", dtype=str)
    assert patients["care_manager_id"].value_counts().between(200, 300).all()
    assert patients["practitioner_id"].value_counts().between(400, 700).all()


@pytest.mark.parametrize(
    ("payers", "share"),
    [
        ({"medicare_part_b"}, 0.15),
        ({"medicare_part_b", "medigap"}, 0.40),
        ({"medicare_part_b", "qmb"}, 0.12),
        ({"medicare_part_b", "medicaid"}, 0.04),
        ({"medicare_advantage"}, 0.18),
        ({"unknown"}, 0.03),
    ],
)
def test_coverage_mix(clean: Path, payers: set[str], share: float) -> None:
    coverages = pd.read_csv(clean / "coverages.csv", dtype=str)
    now = coverages[coverages["end_date"].isna()]
    mix = now.groupby("patient_id")["payer_kind"].agg(frozenset)
    assert len(mix) == 2000
    assert (mix == frozenset(payers)).mean() == pytest.approx(share, abs=0.03)


def test_illnesses_occur_together(clean: Path) -> None:
    conditions = pd.read_csv(clean / "conditions.csv", dtype=str)
    lasting = conditions[conditions["resolved_date"].isna()].groupby("patient_id").size()
    assert lasting.between(2, 6).mean() > 0.75
    assert (conditions.groupby("patient_id").size() > 1).mean() > 0.97
    codes = conditions["icd10_code"].str.replace(".", "").groupby(conditions["patient_id"]).agg(set)
    heart = codes.map(lambda found: any(code.startswith("I50") for code in found))
    kidney = codes.map(lambda found: any(code.startswith("N18") for code in found))
    assert kidney[heart].mean() > 1.4 * kidney[~heart].mean()
    # Where heart failure or kidney disease stands beside hypertension, the combination code is used.
    assert not codes[heart | kidney].map(lambda found: "I10" in found).any()
    assert codes[heart & kidney].map(lambda found: "I130" in found).any()


def test_consent_comes_before_enrolment_and_plans_after_the_first_visit(clean: Path) -> None:
    patients = pd.read_csv(clean / "patients.csv", parse_dates=["enrolled_date"]).set_index("patient_id")
    enrolled = patients["enrolled_date"]
    consents = pd.read_csv(clean / "consents.csv", parse_dates=["consent_date"])
    assert (consents["consent_date"] <= consents["patient_id"].map(enrolled)).all()
    assert 0.97 < consents[consents["program"] == "ccm"]["patient_id"].nunique() / 2000 < 1
    visits = pd.read_csv(clean / "visits.csv", parse_dates=["visit_date"])
    first = visits.groupby("patient_id")["visit_date"].min()
    gap = (enrolled.loc[first.index] - first).dt.days
    assert (gap.between(1, 40)).mean() > 0.97
    plans = pd.read_csv(clean / "care_plans.csv")
    assert 0.96 < len(plans) / 2000 < 1
    assert 0.005 < plans["signed_date"].isna().mean() < 0.05
