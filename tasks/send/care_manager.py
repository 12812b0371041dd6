"""What a care manager needs to know of a month: holds to fix, co-pay calls, patients short of minutes. No money."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tasks.send.counts import Frames, by_rule, holds, text
from tasks.send.words import plural

OWNER = "care_manager"


def worklist(frames: Frames, staff_id: str) -> dict[str, Any]:
    """The care manager's patients: what to do, most urgent first, by case number alone."""
    decisions = frames["decisions"]
    theirs = decisions[decisions["care_manager_id"] == staff_id]
    findings = frames["findings"]
    findings = findings[findings["patient_id"].isin(theirs["patient_id"])]
    held = holds(findings, theirs)
    mine = by_rule(held[held["owner"] == OWNER])
    warnings = findings[(findings["outcome"] == "warn") & (findings["owner"] == OWNER)]
    return {
        "patients": len(theirs),
        "ready": int((theirs["outcome"] == "bill").sum()),
        "holds": sorted(mine, key=lambda row: (-row["alone"], -row["cases"], row["rule"])),
        "held": int(held.loc[held["owner"] == OWNER, "patient_id"].nunique()),
        "calls": calls(frames["copay_cases"], theirs["patient_id"], OWNER),
        "short": short(theirs),
        "seen": by_rule(warnings),
    }


def calls(cases: pd.DataFrame, patients: pd.Series, owner: str) -> list[dict[str, Any]]:
    """The open co-pay cases of these patients that are the owner's, soonest due first."""
    found = cases[(cases["state"] == "open") & (cases["owner"] == owner) & cases["patient_id"].isin(patients)]
    found = found.sort_values(["due_date", "case_number"])
    names = ["case_number", "response", "option_words", "next_step"]
    rows = found[names].map(text).to_dict("records")
    return [row | {"due": due} for row, due in zip(rows, found["due_date"], strict=True)]


def by_step(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The calls that ask for the same step together; the groups and the calls in them soonest due first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["next_step"], []).append(row)
    return list(groups.values())


def short(theirs: pd.DataFrame) -> list[dict[str, Any]]:
    """Patients short of minutes, nearest to the next threshold first."""
    found = theirs[(theirs["outcome"] == "short") & theirs["minutes_missing"].notna()]
    found = found.sort_values(["minutes_missing", "case_number"])
    pairs = zip(found["case_number"], found["minutes_missing"], found["minutes"].fillna(0), strict=True)
    return [{"case_number": case, "missing": int(missing), "minutes": int(done)} for case, missing, done in pairs]


def to_do(work: dict[str, Any]) -> str:
    """The subject's second half: what to do, in numbers."""
    parts = []
    if work["held"]:
        parts.append(plural(work["held"], "hold") + " to fix")
    if work["calls"]:
        parts.append(plural(len(work["calls"]), "co-pay call"))
    if work["short"]:
        parts.append(f"{len(work['short'])} short of minutes")
    return ", ".join(parts) or "nothing to do"
