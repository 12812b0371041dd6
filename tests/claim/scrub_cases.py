"""A claim written in a few words: the facts of the patient, and what its lines say otherwise than a sound one.

Defaults: one line of 99490 on the twentieth, for the patient of tests/qualify/cases.py, from an office to Part B.
`lines` has a row for each line with what differs; `coverages`, `stays`, `patient` and `setting` are as in the other
scenarios, `enrolled` are the practitioner's dates with Medicare, `today` is the day of the scrub.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from config.care_settings import care_setting
from config.contract import outputs
from config.frames import as_contract
from config.month import Month
from tasks.claim.worklist import scrub
from tests.qualify.cases import rulebook, settings_of, tables_of

BILLING, RENDERING = "1993000003", "1234567893"
COVERED = {"payer_name": "Medicare", "payer_id": "15202", "member_id": "1EG4TE5MK73"}
FACTS = {"patient", "coverages", "stays", "setting"}
KNOWN = FACTS | {"rule", "name", "month", "program", "lines", "enrolled", "today", "settings", "finding", "outcome"}


def claim_of(case: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], Month]:
    """The case's claim lines, the practice's tables and the month."""
    assert set(case) <= KNOWN, f"unknown keys {set(case) - KNOWN}"
    month = Month.parse(case.get("month", "2026-10"))
    setting = care_setting(case.get("setting", "office"))
    usual = {"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2010-01-01"}
    facts = {name: case[name] for name in FACTS & set(case)}
    facts["coverages"] = [{**COVERED, **usual, **row} for row in case.get("coverages", [{}])]
    tables = tables_of([facts], month)
    people = tables["practitioners"]
    people["npi"] = people["npi"].mask(people["practitioner_id"] == "D1", RENDERING)
    for name, day in case.get("enrolled", {}).items():
        people[name] = pd.Timestamp(day)
    claim = setting.claims(month)[0]
    line = {
        "case_number": "C-000001", "practice_id": "P1", "month": str(month), "patient_id": "P1",
        "program": case.get("program", "ccm"), **COVERED, "billing_npi": BILLING, "rendering_npi": RENDERING,
        "claim": claim.claim, "claim_form": claim.form,
        "place_of_service": claim.place_of_service[0] if claim.place_of_service else None,
        "bill_type": claim.bill_type or None, "revenue_code": claim.revenue_code or None,
        "code": "99490", "units": 1, "service_date": f"{month}-20", "diagnoses": "E11.9 I10",
    }  # fmt: skip
    rows = [{**line, "line": number, **row} for number, row in enumerate(case.get("lines", [{}]), start=1)]
    frame = pd.DataFrame(rows)
    frame["service_date"] = pd.to_datetime(frame["service_date"])
    typed = as_contract(frame, outputs()["claim_lines"])
    for name in set(frame) - set(typed):
        typed[name] = frame[name].astype("int64" if name == "payer_order" else "str")
    return typed, tables, month


def scrubbed(case: dict[str, Any]) -> pd.DataFrame:
    """What the scrub finds of the case."""
    lines, tables, month = claim_of(case)
    today = date.fromisoformat(str(case.get("today", month.next.first)))
    return scrub(lines, tables, rulebook(month), settings_of(**case.get("settings", {})), today)
