"""Each care manager's panel against what one can look after, and its minutes against what its patients need."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tasks.send import counts
from tasks.send.charts import share

NOBODY = ""  # who looks after patients without a care manager
MOST = 30
Row = dict[str, Any]


def capacity_view(frames: counts.Frames, staff: pd.DataFrame | None, panel: int) -> Row:
    """The panels, fullest first, and how many of them are above the norm.

    Minutes are those logged for the panel's patients, by whomever, and those that counted; needed is what counted and
    what is missing to a first threshold of those who are short.
    """
    decisions = frames["decisions"].assign(manager=frames["decisions"]["care_manager_id"].fillna(NOBODY).astype("str"))
    if decisions.empty:
        return {"rows": [], "panel": panel, "over": 0, "more": 0, "most": panel}
    patients = decisions.groupby("manager")["patient_id"].nunique()
    manager_of = decisions.drop_duplicates("patient_id").set_index("patient_id")["manager"]
    ledger = frames["time_ledger"]
    whose = ledger["patient_id"].map(manager_of)
    seconds = ledger["seconds"].groupby(whose).sum()
    counted = ledger["seconds"].where(ledger["disposition"] == "counted", 0).groupby(whose).sum()
    is_short = (decisions["outcome"] == "short").to_numpy(bool)
    missing = decisions["minutes_missing"].fillna(0).where(is_short, 0).groupby(decisions["manager"]).sum()
    short = decisions[is_short].groupby("manager")["patient_id"].nunique()
    jobs = {} if staff is None else dict(zip(staff["staff_id"], staff["credential"], strict=True))
    most = max(panel, int(patients.max()))
    rows: list[Row] = []
    for name, number in patients.items():
        did, lacks = int(counted.get(name, 0)) // 60, int(missing.get(name, 0))
        rows.append(
            {
                "staff_id": str(name),
                "job": counts.text(jobs.get(name)),
                "patients": int(number),
                "over": max(0, int(number) - panel) if name != NOBODY else 0,
                "width": share(int(number), most),
                "short": int(short.get(name, 0)),
                "logged": int(seconds.get(name, 0)) // 60,
                "counted": did,
                "missing": lacks,
                "needed": did + lacks,
                "covered": share(did, did + lacks),
            }
        )
    rows.sort(key=lambda row: (row["staff_id"] == NOBODY, -row["patients"], row["staff_id"]))
    over = sum(row["over"] > 0 for row in rows)
    return {
        "rows": rows[:MOST],
        "more": max(0, len(rows) - MOST),
        "panel": panel,
        "over": over,
        "mark": share(panel, most),
    }
