"""What a billing practitioner has to decide, sign or see of a month: own patients, by case number. No money."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tasks.send.care_manager import by_rule
from tasks.send.counts import MONTH_KEY, Frames, holds
from tasks.send.words import plural

OWNER = "practitioner"
Row = dict[str, Any]


def attestations(frames: Frames, others: Collection[str] = ()) -> dict[str, Row]:
    """What waits for each practitioner, by their identifier; whoever has nothing to do is left out, but for `others`.

    A hold belongs to the practitioner in whose name that patient-month is billed.
    """
    decisions, findings = frames["decisions"], frames["findings"]
    held = holds(findings, decisions)
    mine = held[held["owner"] == OWNER].merge(decisions[[*MONTH_KEY, "practitioner_id"]], on=MONTH_KEY)
    groups: dict[str, list[Row]] = {one: [] for one in others}
    for row in mine[mine["practitioner_id"].notna()].to_dict("records"):
        groups.setdefault(str(row["practitioner_id"]), []).append({str(name): value for name, value in row.items()})
    return {
        practitioner_id: {"holds": by_rule(rows), "held": len({row["case_number"] for row in rows})}
        for practitioner_id, rows in sorted(groups.items())
    }


def to_do(work: Row) -> str:
    """The subject's second half."""
    return f"{plural(work['held'], 'patient waits', 'patients wait')} for you"
