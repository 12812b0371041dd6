"""Action items as messages and the report take them."""

from __future__ import annotations

import pandas as pd

from config.contract import worklist_outputs
from config.frames import as_contract


def actions(*rows: dict) -> pd.DataFrame:
    """The list of action items with these rows, each open and of October unless it says otherwise."""
    told = {"words": "Held again", "remedy": "Mend it", "evidence": "3 patient-months of 40 (8 %)", "trend": "rising"}
    told |= {"first_month": "2026-08", "newest_month": "2026-10", "months_seen": 3, "state": "open", "patients": 3}
    told |= {"due_date": pd.Timestamp(2026, 11, 20), "stake_cents": 19839, "cases": "C-900001, C-900002"}
    numbered = [{"action_number": f"A-{place:06d}"} | told | row for place, row in enumerate(rows, start=1)]
    table = worklist_outputs()["actions"]
    return as_contract(pd.DataFrame(numbered, columns=table.names), table)
