"""What a care manager needs to know of a month: holds to fix, co-pay calls, patients short of minutes. No money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

from tasks.send.counts import Frames, holds
from tasks.send.query_rows import queries_in, to_answer
from tasks.send.words import plural

OWNER, NOTHING = "care_manager", "nothing to do"
Row = dict[str, Any]


def worklists(frames: Frames, others: Collection[str] = ()) -> dict[str, Row]:
    """Every care manager's patients by the care manager's identifier: what to do, most urgent first, by case number.

    `others` are there too, though they look after nobody. Frames are filtered once for all; what is left is short and
    sorted into lists without pandas.
    """
    decisions, findings, cases = frames["decisions"], frames["findings"], frames["copay_cases"]
    theirs = decisions["care_manager_id"].astype("str")
    once = ~decisions["patient_id"].duplicated().to_numpy()
    patients = theirs[once].value_counts()
    ready = theirs[decisions["outcome"] == "bill"].value_counts()
    manager = pd.Series(theirs[once].array, index=pd.Index(decisions.loc[once, "patient_id"]))

    held = holds(findings, decisions)
    fixable = _of_managers(held[held["owner"] == OWNER], manager)
    seen = _of_managers(findings[(findings["outcome"] == "warn") & (findings["owner"] == OWNER)], manager)
    waiting = _of_managers(open_cases(cases, OWNER), manager)
    below = decisions[(decisions["outcome"] == "short") & decisions["minutes_missing"].notna()]
    named = frames["quarantine"][frames["quarantine"]["case_number"].notna()]
    aside = _of_managers(named[named["owner"] == OWNER], manager)
    short = _of_managers(below.sort_values(["minutes_missing", "case_number"]), manager)
    asked = queries_in(frames)
    return {
        staff_id: {
            "queries": to_answer(asked, staff_id),
            "patients": int(patients.get(staff_id, 0)),
            "ready": int(ready.get(staff_id, 0)),
            "holds": by_rule(fixable[staff_id]),
            "held": len({row["case_number"] for row in fixable[staff_id]}),
            "calls": [call(row) for row in waiting[staff_id]],
            "short": [
                {name: row[name] for name in ("case_number", "program")}
                | {"missing": row["minutes_missing"], "minutes": row["minutes"] or 0}
                for row in short[staff_id]
            ],
            "fell_short": 0,
            "aside": rows_aside(aside[staff_id]),
            "seen": by_rule(seen[staff_id]),
        }
        for staff_id in sorted({*patients.index, *others})
    }


def past_cut_off(work: Row) -> Row:
    """The same once nothing can be added to the month: who fell short is a number, and nothing to do."""
    return work | {"short": [], "fell_short": len(work["short"])}


def rows_aside(rows: Iterable[Row]) -> list[Row]:
    """Rows set aside by table and reason with their cases, most rows first."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["table"], row["reason"]].append(row)
    found = [
        {name: group[0][name] for name in ("table", "reason", "words", "fix")}
        | {"rows": len(group), "list": sorted({row["case_number"] for row in group})}
        for group in groups.values()
    ]
    return sorted(found, key=lambda row: (-row["rows"], row["table"], row["reason"]))


def open_cases(cases: pd.DataFrame, owner: str) -> pd.DataFrame:
    """The open co-pay cases that are the owner's, soonest due first."""
    return cases[(cases["state"] == "open") & (cases["owner"] == owner)].sort_values(["due_date", "case_number"])


def call(row: Row) -> Row:
    """What a message says of a co-pay case."""
    names = ("case_number", "response", "option_words", "next_step")
    return {name: row[name] for name in names} | {"due": row["due_date"], "escalated": False}


def by_rule(rows: Iterable[Row]) -> list[Row]:
    """The rules of these findings with their cases; those that alone hold most patient-months first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["rule"]].append(row)
    found = []
    for rule, group in groups.items():
        cases = sorted((not row.get("alone", False), row["case_number"]) for row in group)
        alone = sum(not behind for behind, _ in cases)
        words = {name: group[0][name] for name in ("words", "fix")}
        once = list(dict.fromkeys(case for _, case in cases))
        found.append(words | {"rule": rule, "cases": len(cases), "alone": alone, "list": once})
    return sorted(found, key=lambda row: (-row["alone"], -row["cases"], row["rule"]))


def by_step(rows: list[Row]) -> list[list[Row]]:
    """The calls that ask for the same step together; the groups and the calls in them soonest due first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["next_step"]].append(row)
    return list(groups.values())


def to_do(work: Row) -> str:
    """The subject's second half: what to do, in numbers."""
    parts = []
    if work["queries"]:
        parts.append(plural(len(work["queries"]), "question") + " to answer")
    if work["held"]:
        parts.append(plural(work["held"], "hold") + " to fix")
    if work["calls"]:
        parts.append(plural(len(work["calls"]), "co-pay call"))
    if work["aside"]:
        parts.append(plural(sum(row["rows"] for row in work["aside"]), "row") + " to mend")
    if work["short"]:
        parts.append(f"{len(work['short'])} short of minutes")
    return ", ".join(parts) or NOTHING


def _of_managers(rows: pd.DataFrame, manager: pd.Series) -> dict[str, list[Row]]:
    """The rows of each care manager in their order; those of patients without one are nobody's."""
    found: dict[str, list[Row]] = defaultdict(list)
    plain = rows.astype(object).where(rows.notna(), None)
    for staff_id, row in zip(rows["patient_id"].map(manager), plain.to_dict("records"), strict=True):
        if isinstance(staff_id, str):
            found[staff_id].append(row)
    return found
