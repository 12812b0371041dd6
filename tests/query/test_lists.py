"""The list of what holds a month says of whom it is and which modifiers stand on its lines."""

from __future__ import annotations

import pandas as pd

from config.line_modifiers import COLUMNS
from config.month import Month
from tasks.query.lists import holds_to_ask
from tasks.store.modifiers import in_words
from tests.send.frames import output

CASES = ("C-000001", "C-000002")


def test_each_hold_names_its_patient_and_the_modifiers_that_were_recorded_of_its_case() -> None:
    held = [{"case_number": case, "patient_id": case[-1], "program": "ccm", "outcome": "hold"} for case in CASES]
    findings = output("findings", *(one | {"rule": "in_hospice"} for one in held))
    put_on = [
        {"case_number": "C-000001", "code": code, "modifier": modifier}
        for code, modifier in (("", "GV"), ("99491", "59"))
    ]
    recorded = in_words(pd.DataFrame(put_on, columns=list(COLUMNS), dtype="str"))
    people = pd.DataFrame(
        {"patient_id": ["2", "1"], "last_name": ["Dunn", "Rye"], "first_name": ["Ida", "Lou"]}, dtype="str"
    )
    found = holds_to_ask(findings, output("decisions", *held), [], Month(2026, 10), 1, recorded, people)
    assert found["last_name"].tolist() == ["Rye", "Dunn"]
    assert found.set_index("case_number")["modifiers"].fillna("").to_dict() == {
        "C-000001": "GV 99491:59",
        "C-000002": "",
    }
