"""What the practice's own ledger says about a patient-month, and the edition of the edits that a claim meets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.care_settings import care_setting
from config.month import Month
from tasks.qualify.decide import decide
from tasks.qualify.months import gather
from tasks.qualify.other_services import other_services_from_ledger
from tasks.qualify.services_of_choice import add_services_of_choice
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


def test_hospital_claims_meet_the_hospital_edits() -> None:
    """G0506 and 99487 on one date: barred for a practitioner, lifted by a modifier on a hospital's claim."""
    service = {"code": "G0506", "service_date": "2026-10-10", "billed_by": "same_practitioner"}
    book = rulebook(MONTH).of("ccm", care_setting("office").payable(MONTH, "individual_codes"))
    facts = gather(tables_of([{"other_services": [service]}], MONTH), MONTH, book, settings_of(), np.arange(1))
    facts.frame["codes"] = "99487 x1"
    facts.frame["service_date"] = pd.Timestamp("2026-10-10")
    add_services_of_choice(facts, "practitioner")
    assert facts.frame["same_day_service"].tolist() == ["G0506"]
    assert facts.frame["modifier_service"].isna().all()
    add_services_of_choice(facts, "hospital")
    assert facts.frame["same_day_service"].isna().all()
    assert facts.frame["modifier"].tolist() == ["59 or XU"]
