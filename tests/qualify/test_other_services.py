"""What earlier runs of the month say about a patient-month, and the edition of the edits that a claim meets."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from config import ncci
from config.care_settings import care_setting
from config.cms.load import load_cms
from config.month import Month
from config.reference import Reference
from config.rulebook import RuleBook
from tasks.qualify.decide import decide
from tasks.qualify.earlier import EARLIER
from tasks.qualify.earlier_runs import with_earlier_claims
from tasks.qualify.lookup import Tables
from tasks.qualify.months import gather
from tasks.qualify.services import add_services
from tasks.qualify.services_of_choice import add_services_of_choice
from tests.config import cms_files as cms
from tests.qualify.cases import rulebook, settings_of, tables_of

MONTH = Month(2026, 10)
Result = dict[str, pd.DataFrame]


def line(**changes: Any) -> dict[str, Any]:
    of_the_line = {"patient_id": "P1", "program": "ccm", "code": "99490", "rendering_npi": "2"}
    return of_the_line | {"service_date": pd.Timestamp("2026-10-20")} | changes


def after(*lines: dict[str, Any], **case: Any) -> tuple[pd.DataFrame, Result]:
    """What of these earlier lines the month sees, and what it decides then."""
    tables = tables_of([{"staff": "20"} | case], MONTH)
    earlier = pd.DataFrame(list(lines), columns=list(line()))
    tables = with_earlier_claims(tables, earlier, MONTH, rulebook(MONTH), settings_of())
    return tables[EARLIER], decide(tables, MONTH, rulebook(MONTH), settings_of())


def said(result: Result, program: str = "ccm") -> str:
    decision = result["decisions"].set_index("program").loc[program]
    return str(decision["reason"] or decision["outcome"])


def test_a_month_that_was_offered_under_a_colleague_waits() -> None:
    seen, result = after(line())
    assert len(seen) == 1
    assert said(result) == "offered_under_another_practitioner"
    numbers = result["findings"].set_index("rule").loc["offered_under_another_practitioner", "numbers"]
    assert numbers == "offered_code=99490; offered_npi=2"


def test_lines_of_the_same_practitioner_are_left_to_the_revision() -> None:
    seen, result = after(line(rendering_npi="1"))
    assert seen.empty
    assert said(result) == "bill"


def test_a_patient_whom_the_month_does_not_know_is_left_out() -> None:
    seen, result = after(line(patient_id="P9"))
    assert seen.empty
    assert said(result) == "bill"


def test_who_bills_a_program_by_its_consent_is_known_by_it() -> None:
    """The patient's practitioner is D1; principal care is D2's by the consent, and was D2's, or was not."""
    care = {"consents": [{}, {"program": "pcm", "practitioner_id": "D2"}]}
    visits = [{"practitioner_id": one, "visit_date": "2025-01-20", "code": "99214"} for one in ("D1", "D2")]
    care |= {"visits": visits, "time": [{"at": "2026-10-11 09:00", "length": "35", "program": "pcm"}]}
    seen, result = after(line(program="pcm", code="99426"), line(rendering_npi="1"), **care)
    assert seen.empty
    assert (said(result), said(result, "pcm")) == ("bill", "bill")
    seen, result = after(line(program="pcm", code="99426", rendering_npi="1"), **care)
    assert seen["program"].tolist() == ["pcm"]
    assert (said(result), said(result, "pcm")) == ("bill", "offered_under_another_practitioner")


def test_what_never_went_out_is_released_by_the_list() -> None:
    row = {"code": "99490", "service_date": "2026-10-20", "billed_by": "same_practice", "npi": "2"}
    assert said(after(line(), other_services=[row | {"withdrawn": True}])[1]) == "bill"
    other_code = row | {"withdrawn": True, "code": "99487"}
    assert said(after(line(), other_services=[other_code])[1]) == "offered_under_another_practitioner"
    assert said(after(line(), other_services=[row])[1]) == "billed_by_another_practitioner"


def beside_care_planning(setting: str, book: RuleBook) -> pd.Series:
    """G0506 and 99487 on one date of service, as a practice of that setting bills them."""
    service = {"code": "G0506", "service_date": "2026-10-10", "billed_by": "same_practitioner"}
    own = book.of("ccm", care_setting(setting).payable(MONTH, "individual_codes"))
    tables = Tables(tables_of([{"setting": setting, "other_services": [service]}], MONTH))
    add_services(tables, MONTH)
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
