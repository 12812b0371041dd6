"""What the practice's own ledger says about a patient-month, and the edition of the edits that a claim meets."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from config import ncci
from config.care_settings import care_setting
from config.cms.load import load_cms
from config.month import Month
from config.reference import Reference
from config.rulebook import RuleBook
from tasks.qualify.decide import decide
from tasks.qualify.months import gather
from tasks.qualify.other_services import other_services_from_ledger
from tasks.qualify.services_of_choice import add_services_of_choice
from tests.config import cms_files as cms
from tests.qualify.cases import rulebook, settings_of, tables_of

MONTH = Month(2026, 10)


def ledger(**changes: str) -> pd.DataFrame:
    line = {"practice_id": "P1", "patient_id": "P1", "code": "99490", "rendering_npi": "2", **changes}
    return pd.DataFrame([line]).assign(service_date=pd.Timestamp("2026-10-20"))


def with_ledger(lines: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    tables = tables_of([{"staff": "20"}], MONTH)
    rows = other_services_from_ledger(lines, tables["patients"], tables["practitioners"])
    tables["other_services"] = pd.concat([tables["other_services"], rows], ignore_index=True)
    decision = decide(tables, MONTH, rulebook(MONTH), settings_of())["decisions"].iloc[0]
    return rows, str(decision["reason"] or decision["outcome"])


def test_a_month_that_a_colleague_was_billed_for_is_not_billed_again() -> None:
    rows, said = with_ledger(ledger())
    assert rows["billed_by"].tolist() == ["same_practice"]
    assert said == "billed_by_another_practitioner"


def test_lines_of_the_same_practitioner_are_left_to_the_revision() -> None:
    rows, said = with_ledger(ledger(rendering_npi="1"))
    assert rows.empty
    assert said == "bill"


def test_the_same_identifier_in_another_practice_is_another_person() -> None:
    rows, said = with_ledger(ledger(practice_id="P2"))
    assert rows.empty
    assert said == "bill"


def test_a_patient_whom_the_month_does_not_know_is_left_out() -> None:
    rows, said = with_ledger(ledger(patient_id="P9"))
    assert rows.empty
    assert said == "bill"


def beside_care_planning(setting: str, book: RuleBook) -> pd.Series:
    """G0506 and 99487 on one date of service, as a practice of that setting bills them."""
    service = {"code": "G0506", "service_date": "2026-10-10", "billed_by": "same_practitioner"}
    own = book.of("ccm", care_setting(setting).payable(MONTH, "individual_codes"))
    tables = tables_of([{"setting": setting, "other_services": [service]}], MONTH)
    facts = gather(tables, MONTH, own, settings_of(), np.arange(1))
    facts.frame["codes"] = "99487 x1"
    facts.frame["service_date"] = pd.Timestamp("2026-10-10")
    add_services_of_choice(facts)
    return facts.frame.iloc[0]


def test_hospital_claims_meet_the_hospital_edits() -> None:
    """Barred for a practitioner, lifted by a modifier on a hospital's claim."""
    row = beside_care_planning("hopd_on_campus", rulebook(MONTH))
    assert row["same_day_service"] == "G0506"
    assert pd.isna(row["modifier_service"])
    assert (row["hospital_service"], row["hospital_modifier"]) == ("G0506", "59 or XU")
    office = beside_care_planning("office", rulebook(MONTH))
    assert office["same_day_service"] == "G0506"
    assert pd.isna(office["hospital_service"])


def test_a_quarter_that_is_loaded_later_decides_from_its_first_day_on(tmp_path: Path) -> None:
    shutil.copytree(ncci.FOLDER, tmp_path / "ncci")
    for name, indicator in (("ccipra-2026Q4.txt", 1), ("ccioph-2026Q4.txt", 0)):
        file = cms.write(tmp_path / name, cms.pairs(["99487", "G0506", 20170101, "*", indicator]))
        load_cms(file, folder=tmp_path)
    row = beside_care_planning("hopd_on_campus", replace(rulebook(MONTH), reference=Reference(tmp_path)))
    assert pd.isna(row["same_day_service"])
    assert (row["modifier_service"], row["modifier"], row["modifier_by"]) == ("G0506", "59 or XU", "2026Q4")
    assert (row["hospital_modifier"], row["hospital_edits_of"]) == ("no modifier", "2026Q4")
