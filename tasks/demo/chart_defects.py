"""Defects of the chart: cells of the other tables, services and stays elsewhere, consents. One function for each."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from tasks.demo.numbers import npi
from tasks.demo.stage import Stage
from tasks.demo.truth import Row


def _day(stage: Stage, number: int) -> date:
    return stage.month.first + timedelta(days=number - 1)


def _finding(stage: Stage, pattern: int, name: str, patient: int, finding: str, note: str) -> None:
    stage.expect_in(pattern, name, "patients", stage.roster.patient_ids[patient], patient, "finding", finding, note)


def _work_on(stage: Stage, pattern: int, name: str, patient: int, first: date, last: date, disposition: str) -> None:
    """A new entry between two days; what it and the patient's honest work of these days come to is known."""
    manager = stage.manager(patient)
    within = [number for number, day in enumerate(stage.days) if first <= day <= last]
    row = stage.entry(patient, manager, stage.free(manager, since=within[0], until=within[-1] + 1), 333)
    stage.expect(pattern, name, row, "disposition", disposition, f"work from {first} to {last}")


def two_codes_in_one_cell(stage: Stage, patients: list[int]) -> None:
    """Two diagnoses in one cell."""
    (patient,) = patients
    key = stage.add(
        "conditions", patient, icd10_code="E11.9, I10", rank=9, onset_date=_day(stage, 1) - timedelta(days=900)
    )
    note = "two codes in one cell"
    stage.expect_in(16, "two_codes_in_one_cell", "conditions", key, patient, "quarantined", "icd10_malformed", note)


def name_with_comma(stage: Stage, patients: list[int]) -> None:
    """The whole name, comma and all, in one quoted cell."""
    (patient,) = patients
    stage.change("patients", patient, "last_name", "Doe, Jamie")
    key = stage.roster.patient_ids[patient]
    stage.expect_in(16, "name_with_comma", "patients", key, patient, "kept", "", "the comma is part of the cell")


def patient_cells(stage: Stage, patients: list[int]) -> None:
    """N/A for what is not known, and the birth date as month/day/year."""
    (patient,) = patients
    key = stage.roster.patient_ids[patient]
    place = Row("patients", key=key)
    for column in ("mrn", "phone"):
        stage.change("patients", patient, column, None)
        stage.truth.cells.append((place, column, "N/A"))
    born = stage.tables["patients"]["birth_date"].iloc[patient]
    stage.truth.cells.append((place, "birth_date", born.strftime("%m/%d/%Y")))
    stage.expect_in(
        16, "patient_cells", "patients", key, patient, "kept", "", "N/A is empty; the birth date is 03/09/1947-like"
    )


def coverage_backwards(stage: Stage, patients: list[int]) -> None:
    """A coverage that ends before it starts."""
    (patient,) = patients
    start = _day(stage, 1) - timedelta(days=400)
    row = {"priority": 3, "payer_kind": "commercial", "payer_name": "Ironworks Retiree Plan", "payer_id": "SYN42"}
    key = stage.add("coverages", patient, **row, start_date=start, end_date=start - timedelta(days=30))
    note = "ends thirty days before it starts"
    stage.expect_in(16, "coverage_backwards", "coverages", key, patient, "quarantined", "ends_before_start", note)


def condition_twice(stage: Stage, patients: list[int]) -> None:
    """A condition imported a second time."""
    (patient,) = patients
    key = stage.add("conditions", patient, **stage.first_row("conditions", patient))
    note = "the first of the two stays"
    stage.expect_in(18, "condition_twice", "conditions", key, patient, "quarantined", "key_twice", note, copy=1)


def billed_elsewhere(stage: Stage, patients: list[int]) -> None:
    """Another practice was paid for the month."""
    (patient,) = patients
    number = str(npi(np.array([990_000 + patient]))[0])
    row = {"code": "99490", "service_date": _day(stage, 20), "billed_by": "other_practice", "npi": number}
    stage.add("other_services", patient, **row)
    name = "billed_by_another_practitioner"
    _finding(stage, 19, "billed_elsewhere", patient, name, "another practice billed 99490")


def home_health(stage: Stage, patients: list[int]) -> None:
    """The same practitioner billed home health supervision."""
    (patient,) = patients
    number = stage.tables["practitioners"]["npi"].iloc[int(stage.roster.practitioner[patient])]
    row = {"code": "G0181", "service_date": _day(stage, 14), "billed_by": "same_practitioner", "npi": number}
    stage.add("other_services", patient, **row)
    _finding(stage, 19, "home_health", patient, "excluded_service_same_practitioner", "G0181 by the same practitioner")


def in_hospital(stage: Stage, patients: list[int]) -> None:
    """Work while the patient lay in a hospital."""
    (patient,) = patients
    admitted, discharged = _day(stage, 8), _day(stage, 15)
    stage.add("stays", patient, kind="inpatient", admit_date=admitted, discharge_date=discharged)
    first, last = admitted + timedelta(days=1), discharged - timedelta(days=1)
    _work_on(stage, 19, "in_hospital", patient, first, last, "facility_stay")


def no_consent(stage: Stage, patients: list[int]) -> None:
    """No consent on file."""
    (patient,) = patients
    stage.drop("consents", patient)
    _finding(stage, 20, "no_consent", patient, "consent_missing", "no consent on file")


def consent_too_late(stage: Stage, patients: list[int]) -> None:
    """Consent given after the first minutes of the month."""
    (patient,) = patients
    given = _day(stage, 16)
    stage.change("consents", patient, "consent_date", given)
    first = stage.month.first
    _work_on(stage, 20, "consent_too_late", patient, first, given - timedelta(days=1), "before_consent")


def consent_for_another(stage: Stage, patients: list[int]) -> None:
    """Consent given for another practitioner."""
    (patient,) = patients
    roster = stage.roster
    doctors = stage.tables["practitioners"]
    own = doctors["practice_id"] == stage.tables["patients"]["practice_id"].iloc[patient]
    names = doctors["practitioner_id"][own].tolist()
    mine = roster.person_ids[roster.practitioner[patient]]
    other = names[(names.index(mine) + 1) % len(names)]
    stage.change("consents", patient, "practitioner_id", other)
    note = "consent names another practitioner"
    _finding(stage, 20, "consent_for_another", patient, "consent_other_practitioner", note)


def verbal_too_early(stage: Stage, patients: list[int]) -> None:
    """Verbal consent in a month in which it had to be written; in later months nothing is seeded."""
    (patient,) = patients
    if stage.month.year < 2017:
        stage.change("consents", patient, "form", "verbal")
        _finding(stage, 20, "verbal_too_early", patient, "consent_not_written", "verbal consent before 2017")


# pattern, name, patients, entries set aside, function
CHART_DEFECTS = [
    (16, "two_codes_in_one_cell", 1, 0, two_codes_in_one_cell),
    (16, "name_with_comma", 1, 0, name_with_comma),
    (16, "patient_cells", 1, 0, patient_cells),
    (16, "coverage_backwards", 1, 0, coverage_backwards),
    (18, "condition_twice", 1, 0, condition_twice),
    (19, "billed_elsewhere", 1, 0, billed_elsewhere),
    (19, "home_health", 1, 0, home_health),
    (19, "in_hospital", 1, 0, in_hospital),
    (20, "no_consent", 1, 0, no_consent),
    (20, "consent_too_late", 1, 0, consent_too_late),
    (20, "consent_for_another", 1, 0, consent_for_another),
    (20, "verbal_too_early", 1, 0, verbal_too_early),
]
