"""What the subject of the day's co-pay cases says: due, some of them overdue, or all."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.contract import inputs, outputs, worklist_outputs
from config.frames import as_contract, empty
from tasks.send.outreach import compose_outreach

DAY = date(2026, 11, 9)


@pytest.mark.parametrize(
    ("escalated", "said"),
    [
        ([None], "1 co-pay case due"),
        (["billing"], "1 co-pay case overdue"),
        (["billing", "billing"], "2 co-pay cases overdue"),
        ([None, "billing"], "2 co-pay cases due, 1 of them overdue"),
    ],
)
def test_what_is_overdue_is_not_said_to_be_due_besides(escalated: list[str | None], said: str) -> None:
    rows = [
        {"case_number": f"C-00000{number}", "patient_id": "100", "state": "open", "owner": "billing",
         "option": "hardship", "due_date": pd.Timestamp(DAY), "next_step": "Ask", "response": "refused",
         "escalated_to": to}
        for number, to in enumerate(escalated)
    ]  # fmt: skip
    cases = as_contract(pd.DataFrame(rows), outputs()["copay_cases"]).assign(escalated_to=escalated)
    patients = as_contract(pd.DataFrame({"patient_id": ["100"], "care_manager_id": ["S1"]}), inputs()["patients"])
    staff, alerts = empty(inputs()["staff"]), empty(worklist_outputs()["copay_alerts"])
    (made,) = compose_outreach("P1", {"practice_name": "Maple"}, cases, alerts, staff, patients, DAY)
    assert made.subject == f"Maple · November 9, 2026 · {said}"
    assert ("escalated" in made.html) is ("billing" in escalated)
