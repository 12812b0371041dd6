"""Months as action items see them, made small: each kind has one that shows its cause so many times."""

from __future__ import annotations

import pandas as pd

from config.contract import answer_outputs, coverage_outputs, worklist_outputs
from config.frames import as_contract, empty
from config.month import Month
from tasks.action.machine import Item
from tests.send.frames import nothing, output

OCTOBER = Month(2026, 10)
PATIENTS = 40  # of the whole practice, so that a part of them is a part


def case(number: int) -> dict:
    return {"case_number": f"C-{number:06d}", "patient_id": f"P{number}", "program": "ccm"}


def decision(number: int, outcome: str = "bill", **more) -> dict:
    return case(number) | {"outcome": outcome, "care_manager_id": "S1", "practitioner_id": "D1", **more}


def finding(number: int, rule: str, outcome: str = "hold", owner: str = "care_manager") -> dict:
    return case(number) | {"rule": rule, "outcome": outcome, "owner": owner, "words": "A cause", "fix": "Mend it"}


def quiet(times: int = 0) -> dict[str, pd.DataFrame]:
    """A month that teaches nothing; the first so many patient-months are on hold or short."""
    rows = [decision(n, "hold" if n <= times else "bill", expected_cents=6613) for n in range(1, PATIENTS + 1)]
    read = {"entry_id": [f"E{n}" for n in range(40)], "patient_id": [f"P{n}" for n in range(40)]}
    return nothing() | {
        "decisions": output("decisions", *rows),
        "queries": empty(worklist_outputs()["queries"]),
        "coverage_tasks": empty(coverage_outputs()["coverage_tasks"]),
        "coverage": empty(coverage_outputs()["coverage"]),
        "entries_read": pd.DataFrame(read | {"performer_id": ["S2"] * 40}),
        "denials": as_contract(pd.DataFrame(), answer_outputs()["denials"]),
    }


def month(kind: str, times: int) -> dict[str, pd.DataFrame]:
    """A month that shows the cause of that kind so many times, and nothing else."""
    numbers, frames = range(1, times + 1), quiet(times if kind in HELD else 0)
    if kind in HELD:
        rule, owner = HELD[kind]
        frames["findings"] = output("findings", *[finding(n, rule, "hold", owner) for n in numbers])
    elif kind == "decision_making_missing":
        frames["findings"] = output(
            "findings", *[finding(n, "complex_without_decision", "unsupported") for n in numbers]
        )
    elif kind == "just_short":
        rows = [decision(n, "short", minutes_missing=3) if n <= times else decision(n) for n in range(1, PATIENTS + 1)]
        frames["decisions"] = output("decisions", *rows)
    elif kind == "no_care_manager":
        nobody = {"care_manager_id": None}
        rows = [decision(n, **(nobody if n <= times else {})) for n in range(1, PATIENTS + 1)]
        frames["decisions"] = output("decisions", *rows)
    elif kind == "panel_too_large":
        frames["decisions"] = output("decisions", *[decision(n) for n in range(1, 151 + times)])
    else:
        name, row = ROWS[kind]
        rows = [{key: value.format(n=n) if isinstance(value, str) else value for key, value in row.items()}
                for n in numbers]  # fmt: skip
        frames[name] = _typed(name, rows)
    if kind == "coverage_unknown":  # one plan that all of them are in
        plan = {"task_number": "T-000001", "state": "open", "patients": times}
        frames["coverage_tasks"] = _typed("coverage_tasks", [plan])
    return frames


HELD = {
    "consent_backlog": ("consent_missing", "care_manager"),
    "hold_recurs": ("care_plan_unsigned", "practitioner"),
}
ROWS = {
    "denials_of_rule": (
        "denials",
        {"claim_number": "K{n}", "line": 1, "state": "open", "month": "2026-09", "case_number": "C-00000{n}",
         "adjustment_group": "CO", "reason": "50", "error": "", "rule": "consent_missing", "owner": "billing",
         "denied_cents": 6613},
    ),
    "coverage_unknown": ("coverage", {"patient_id": "P{n}", "case_number": "C-00000{n}", "task_number": "T-000001"}),
    "training_needed": (
        "quarantine",
        {"table": "time_entries", "reason": "r", "row_key": "E{n}", "owner": "it", "words": "W", "fix": "F"},
    ),
    "rows_set_aside": (
        "quarantine",
        {"table": "visits", "reason": "no_date", "row_key": "V{n}", "owner": "it", "words": "W", "fix": "F"},
    ),
    "time_signs": ("signals", {"signal": "round_numbers", "subject": "S1", "words": "W", "count": 9, "of": 9}),
    "queries_unanswered": (
        "queries",
        {"query_number": "Q-{n}", "state": "escalated", "asked_to": "S1", "case_number": "C-00000{n}"},
    ),
    "copay_left_open": (
        "copay_cases",
        {"case_number": "C-00000{n}", "state": "open", "owner": "billing", "response_date": pd.Timestamp(2026, 9, 1)},
    ),
}  # fmt: skip


def _typed(name: str, rows: list[dict]) -> pd.DataFrame:
    known = nothing()
    if name in known:
        return output(name, *rows) if rows else known[name]
    tables = {**worklist_outputs(), **coverage_outputs(), **answer_outputs()}
    return as_contract(pd.DataFrame(rows), tables[name])


def of_kind(items: list[Item], kind: str) -> list[Item]:
    return [item for item in items if item.kind == kind and item.state != "noticed"]
