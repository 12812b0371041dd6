"""The month's report: one page with the numbers, what they rest on, and what they do not say. No identities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from config.contested import choices
from config.contract import outputs
from config.counted import first_few
from config.frames import cents_at_stake, rows_set_aside
from config.month import Month
from config.settings import PracticeSettings
from config.watch_settings import WatchSettings
from tasks.send import charts, counts
from tasks.send.action_rows import action_view
from tasks.send.answered import answered_view
from tasks.send.billing import changes
from tasks.send.by_hand import decided_by_hand
from tasks.send.capacity import capacity_view
from tasks.send.render import render
from tasks.send.trend import answered_of, trend_view
from tasks.send.words import month_name
from tasks.store.answer_counts import AnswerCounts

MOST_CHANGES = 30
MOST_CASES = 5
EFFECTS = ("not_billable", "hold", "short", "unsupported", "warn")


def report_view(
    frames: counts.Frames,
    practice_name: str,
    month: Month,
    revision: int,
    trend: pd.DataFrame | None = None,
    today: date | None = None,
    settings: PracticeSettings | None = None,
    care_setting: str = "",
    answers: AnswerCounts | None = None,
    policies: Mapping[str, str] | None = None,
    staff: pd.DataFrame | None = None,
    panel: int = WatchSettings().panel,
    since: int | None = None,
) -> dict[str, Any]:
    """Everything the report says, as plain values.

    `frames` are the output tables, `trend` what the store says of the months up to this one, or nothing. What was due
    before `today` is marked as overdue. `settings` say how a practice of that care setting answers where sources
    disagree, `policies` which policy each of its insurers follows; `answers` are what payers said so far; `panel` is
    how many patients one of the `staff` can look after; `since` is the revision against which the changes are, where it
    is not the one before.
    """
    decisions, findings = frames["decisions"], frames["findings"]
    outcomes = counts.outcomes(decisions)
    amounts = decisions[counts.MONTH_KEY].assign(expected_cents=cents_at_stake(decisions, findings))
    held = counts.holds(findings, decisions).merge(amounts, on=counts.MONTH_KEY, how="left")
    changed = changes(frames["changes"])
    return {
        "practice_name": practice_name,
        "today": today,
        "month": str(month),
        "month_name": month_name(month),
        "last_day": month.last,
        "revision": revision,
        "digest": counts.text(decisions["rulebook_digest"].iloc[0]) if len(decisions) else "",
        "patients": len(decisions),
        "programs": programs(decisions, frames["claim_lines"]),
        "outcomes": outcomes,
        "parts": charts.outcome_parts(outcomes),
        "money": counts.billed(frames["claim_lines"]),
        "sureness": counts.sureness(frames["claim_lines"]),
        "share": counts.patients_share(decisions, frames["claim_lines"]),
        "waiting": counts.waiting(decisions, findings),
        "minutes": charts.minutes_by_disposition(frames["time_ledger"]),
        "histogram": charts.histogram(decisions[decisions["program"] == "ccm"]),
        "holds": counts.by_rule(held),
        "codes": counts.codes_billed(frames["claim_lines"]),
        "modifiers": modifiers(frames["claim_lines"]),
        "by_hand": decided_by_hand(findings, decisions),
        "copay": counts.copay_by_option(frames["copay_cases"]),
        "copay_open": int((frames["copay_cases"]["state"] == "open").sum()),
        "avoided_patients": counts.avoided_patients(findings, decisions),
        "set_aside": counts.set_aside(frames["quarantine"]),
        "set_aside_rows": counts.set_aside_rows(frames["quarantine"]),
        "aside_parts": rows_set_aside(frames["quarantine"]),
        "other_month": _part(frames["reconciliation"], "rows:time_entries", "other_month"),
        "totals": totals(frames["reconciliation"]),
        "rules": fired(findings),
        "signals": len(frames["signals"]),
        "perhaps_twice": _perhaps_twice(frames.get("checks")),
        "since": revision - 1 if since is None else since,
        "changes": changed[:MOST_CHANGES],
        "changes_more": max(0, len(changed) - MOST_CHANGES),
        "answered": answered_view(answers, month),
        "actions": action_view(frames),
        "trend": trend_view(trend, answers, month),
        "denied": (denied := answered_of(answers, month)),
        "received": _received(trend, month) if denied["claims"] else None,
        "capacity": capacity_view(frames, staff, panel),
        "choices": choices(settings, care_setting, policies) if settings else [],
        "files": [{"name": table.file, "meaning": table.meaning} for table in outputs().values()],
    }


def _perhaps_twice(checks: pd.DataFrame | None) -> dict[str, Any] | None:
    """Time entries that count and may be copies: how many, and what to do with the files and lines to look at."""
    if checks is None:
        return None
    found = checks[((checks["check"] == "perhaps_twice") & (checks["failed"] > 0)).to_numpy(bool)]
    return {"rows": int(found["failed"].iloc[0]), "fix": str(found["fix"].iloc[0])} if len(found) else None


def programs(decisions: pd.DataFrame, claim_lines: pd.DataFrame) -> list[dict[str, Any]]:
    """What each program came to, in the order in which programs are decided."""
    return [
        {
            "program": str(program),
            "patients": len(rows),
            "outcomes": counts.outcomes(rows),
            "money": counts.billed(claim_lines[claim_lines["program"] == program]),
        }
        for program, rows in decisions.groupby("program", sort=False)
    ]


def modifiers(claim_lines: pd.DataFrame) -> list[dict[str, Any]]:
    """Which modifiers stand on how many lines of which code, and of which cases the first few."""
    carried = claim_lines[claim_lines["modifiers"].notna().to_numpy(bool)]
    rows = []
    for (said, code), lines in carried.groupby([carried["modifiers"].astype("str"), carried["code"].astype("str")]):
        cases = sorted(lines["case_number"].astype("str").unique())
        rows.append({"modifiers": said, "code": code, "lines": len(lines), "cases": first_few(cases, MOST_CASES)})
    return rows


def render_report(view: dict[str, Any]) -> str:
    """The report as one HTML page that needs nothing from elsewhere."""
    return render("reports/report.html.j2", **view)


def totals(reconciliation: pd.DataFrame) -> list[dict[str, Any]]:
    """The three totals with their parts and whether they tie; the rows of all tables are added up in one."""
    kind = reconciliation["total"].str.split(":").str[0]
    signed = reconciliation["amount"].where(reconciliation["part"] == "in", -reconciliation["amount"])
    open_totals = set(kind[signed.groupby(reconciliation["total"]).transform("sum") != 0])
    sums = reconciliation["amount"].groupby([kind, reconciliation["part"]], sort=False).sum()
    return [
        {
            "name": str(name),
            "in": int(sums[name]["in"]),
            "parts": {str(part): int(amount) for part, amount in sums[name].drop("in").items() if amount},
            "ties": name not in open_totals,
        }
        for name in kind.unique()
    ]


def _part(reconciliation: pd.DataFrame, total: str, part: str) -> int:
    found = reconciliation[(reconciliation["total"] == total) & (reconciliation["part"] == part)]
    return int(found["amount"].sum())


def _received(trend: pd.DataFrame | None, month: Month) -> int:
    """Cents that payers paid for this month so far."""
    return 0 if trend is None else int(trend.loc[(trend["month"] == str(month)).to_numpy(bool), "received_cents"].sum())


def fired(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """The rules that were met, by what they bring about, most cases first."""
    rows = []
    for effect in EFFECTS:
        rows += [row | {"effect": effect} for row in counts.by_rule(findings[findings["outcome"] == effect])]
    return rows
