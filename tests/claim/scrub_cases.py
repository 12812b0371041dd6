"""A claim written in a few words: the facts of the patient, and what its lines say otherwise than a sound one.

Defaults: one line of 99490 on the twentieth, for the patient of tests/qualify/cases.py, from an office to Part B.
`lines` has a row for each line with what differs; `coverages`, `stays`, `patient` and `setting` are as in the other
scenarios, a line that stands `again` does so under a second record of the patient, `enrolled` are the practitioner's
dates with Medicare, `today` is the day of the scrub, `answered` what the payer of the first coverage said.
"""

from __future__ import annotations

from collections.abc import Sequence
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
FACTS = {"patient", "coverages", "stays", "setting", "other_services"}
KNOWN = FACTS | {"rule", "name", "month", "program", "lines", "enrolled", "today", "settings", "finding", "outcome",
                 "answered"}  # fmt: skip


def claims_of(cases: Sequence[dict[str, Any]]) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], Month]:
    """The claim lines, tables and month of cases that agree in all but the patient: P1, P2 ... in their order."""
    shared = cases[0]
    month = Month.parse(shared.get("month", "2026-10"))
    setting = care_setting(shared.get("setting", "office"))
    usual = {"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2010-01-01"}
    facts = []
    for case in cases:
        assert set(case) <= KNOWN, f"unknown keys {set(case) - KNOWN}"
        own = COVERED | {"member_id": member_of(len(facts) + 1)}
        covered = [{**own, **usual, **row} for row in case.get("coverages", [{}])]
        facts.append({name: case[name] for name in FACTS & set(case)} | {"coverages": covered})
    tables = tables_of(facts, month)
    tables["practices"]["state"] = "OH"
    tables["patients"]["sex"] = "F"
    people = tables["practitioners"]
    people["npi"] = people["npi"].mask(people["practitioner_id"] == "D1", RENDERING)
    people["enrolled_date"] = pd.Timestamp("2012-01-01")
    for name, day in shared.get("enrolled", {}).items():
        people[name] = pd.Timestamp(day) if day else pd.NaT
    said: dict[str, Any] = {"codes": "", "codes_not_covered": "", "confidence": "secondary", "source": "Policy 12"}
    said["filing_days"] = pd.NA
    first = tables["coverages"].drop_duplicates("patient_id")[["patient_id", "coverage_id", "payer_kind", "payer_id"]]
    answered = [said | case.get("answered", {}) for case in cases]
    tables["payer_answers"] = first.reset_index(drop=True).assign(**pd.DataFrame(answered).to_dict("list"))
    claim = setting.claims(month)[0]
    line = {
        "case_number": "C-000001", "practice_id": "P1", "month": str(month), **COVERED, "billing_npi": BILLING,
        "rendering_npi": RENDERING, "claim": claim.claim, "claim_form": claim.form,
        "place_of_service": claim.place_of_service[0] if claim.place_of_service else None,
        "bill_type": claim.bill_type or None, "revenue_code": claim.revenue_code or None,
        "code": "99490", "units": 1, "service_date": f"{month}-20", "diagnoses": "E11.9 I10", "payer_order": 1,
        "birth_date": "1940-01-01",
    }  # fmt: skip
    rows = [
        {
            **line,
            "patient_id": f"P{number}",
            "member_id": member_of(number),
            "program": case.get("program", "ccm"),
            "line": place,
            **row,
        }
        for number, case in enumerate(cases, start=1)
        for place, row in enumerate(case.get("lines", [{}]), start=1)
    ]
    frame = pd.DataFrame([_under_another_record(row, tables) for row in rows])
    for day in ("service_date", "birth_date"):
        frame[day] = pd.to_datetime(frame[day])
    typed = as_contract(frame, outputs()["claim_lines"])
    for name in set(frame) - set(typed):
        typed[name] = frame[name].astype("int64" if name == "payer_order" else "str")
    return typed, tables, month


def member_of(number: int) -> str:
    """The member number of the patient at that place."""
    return f"1EG4TE5MK{72 + number}"


def _under_another_record(row: dict[str, Any], tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """The line; where it stands `again`, under a second record of its patient, made with the line's payer."""
    if not row.pop("again", False):
        return row
    one, other, sex = row["patient_id"], f"{row['patient_id']}-2", row.pop("sex", None)
    for name in ("patients", "coverages"):
        rows = tables[name]
        told = {column: row[column] for column in ("member_id", "payer_id") if column in rows}
        told |= {"sex": sex} if sex and name == "patients" else {}
        tables[name] = pd.concat([rows, rows[rows["patient_id"] == one].assign(patient_id=other, **told)])
    return row | {"patient_id": other, "case_number": "C-000002"}


def scrubbed(*cases: dict[str, Any]) -> pd.DataFrame:
    """What the scrub finds of the cases, which agree in all but the patient."""
    lines, tables, month = claims_of(cases)
    today = date.fromisoformat(str(cases[0].get("today", month.next.first)))
    return scrub(lines, tables, rulebook(month), settings_of(**cases[0].get("settings", {})), today)


class Together:
    """Gives what is found of one case after another; the first asked for scrubs all that agree with it."""

    def __init__(self, cases: Sequence[dict[str, Any]]) -> None:
        self._groups: dict[str, list[dict[str, Any]]] = {}
        self._found: dict[str, pd.DataFrame] = {}
        for case in cases:
            self._groups.setdefault(_group(case), []).append(case)

    def found(self, case: dict[str, Any]) -> pd.DataFrame:
        """What the scrub finds of that case."""
        group = _group(case)
        if group not in self._found:
            self._found[group] = scrubbed(*self._groups[group])
        patient = f"P{self._groups[group].index(case) + 1}"
        return self._found[group][self._found[group]["patient_id"] == patient]


def _group(case: dict[str, Any]) -> str:
    return repr([case.get(name) for name in ("month", "setting", "settings", "today", "enrolled")])
