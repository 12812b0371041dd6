"""The month in counts, for the terminal and the Prefect UI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from config.dispositions import counting, to_be_checked
from config.frames import rows_set_aside
from config.month import Month
from tasks.send import counts
from tasks.send.answered import answered_lines, answered_view
from tasks.send.delivery import DeliveryReport
from tasks.send.words import dollars
from tasks.store.answer_counts import AnswerCounts
from tasks.store.records import Saved


def summary_of(
    frames: Mapping[str, pd.DataFrame],
    practice_id: str,
    month: Month,
    saved: Saved,
    delivered: DeliveryReport,
    answers: AnswerCounts | None = None,
) -> dict[str, Any]:
    """Patients by outcome, minutes, rows, money, cases, answers and messages, as label and text, in sections."""
    decisions, ledger = frames["decisions"], frames["time_ledger"]
    found = counts.outcomes(decisions)
    counted, to_check = (
        int(ledger.loc[ledger["disposition"].isin(list(some)), "seconds"].sum())
        for some in (counting(), to_be_checked())
    )
    excluded = int(ledger["seconds"].sum()) - counted
    checks = [("of it to be checked", f"{to_check // 60:,}")] if to_check else []
    money, held = counts.billed(frames["claim_lines"]), counts.waiting(decisions, frames["findings"])
    totals = frames["reconciliation"]
    rest = totals.loc[(totals["total"] == "patients") & (totals["part"] == "not_enrolled"), "amount"].sum()
    aside = rows_set_aside(frames["quarantine"])
    cases = frames["copay_cases"]
    opened = int((cases["state"] == "open").sum())
    share = counts.patients_share(decisions, frames["claim_lines"])
    unsure = [(f"of it {name} amounts", dollars(cents)) for name, cents in counts.sureness(frames["claim_lines"])]
    unpriced = (
        [("claim lines without a loaded rate", f"{money['without_amount']:,}")] if money["without_amount"] else []
    )
    months = {name.replace("_", " "): number for name, number in found.items()}
    one_program = decisions["program"].nunique() <= 1
    # Of several programs a patient may be in none, one or more: who is not enrolled adds up in one of them only.
    patients = (
        "Patient-months",
        [(name, f"{n:,}") for name, n in (months | ({"not enrolled": int(rest)} if one_program else {})).items()],
    )
    sections = [
        patients,
        ("Minutes", [("counted", f"{counted // 60:,}"), *checks, ("excluded", f"{excluded // 60:,}")]),
        ("Rows set aside", [(name, f"{number:,}") for name, number in aside.items()]),
        ("Integrity signals", [("for compliance to look at", f"{len(frames['signals']):,}")]),
        (
            "Money",
            [
                ("expected to be allowed", dollars(money["expected"])),
                *unsure,
                *unpriced,
                (
                    "of it the share before second payers, without QMB patients",
                    dollars(share["owed"]),
                ),
                ("on hold", dollars(held["expected"])),
            ],
        ),
        ("Co-pay", [("open cases", f"{opened:,}")]),
        ("Payers so far", answered_lines(answered_view(answers, month))),
        ("Messages", _messages(delivered)),
    ]
    return {
        "practice_id": practice_id,
        "month": str(month),
        "revision": saved.cycle.revision,
        "new": saved.new,
        "changes": len(saved.changes) if saved.cycle.revision > 1 else 0,
        "sections": sections,
    }


def _messages(delivered: DeliveryReport) -> list[tuple[str, str]]:
    states = {
        "sent now": delivered.sent,
        "waiting in the outbox": delivered.waiting,
        "without an address": delivered.unaddressed,
        "refused": delivered.failed,
        "uncertain, never sent again": delivered.uncertain,
    }
    return [(name, f"{number:,}") for name, number in states.items() if number] or [("to send", "0")]


def summary_markdown(summary: dict[str, Any]) -> str:
    """The summary as a Markdown table."""
    head = f"### {summary['practice_id']} · {summary['month']} · revision {summary['revision']}"
    rows = ["| | | |", "|---|---|---:|"]
    for heading, lines in summary["sections"]:
        rows += [f"| {heading if n == 0 else ''} | {label} | {text} |" for n, (label, text) in enumerate(lines)]
    note = "" if summary["new"] else "\n\nNothing changed since this revision was written."
    return "\n".join([head, "", *rows]) + note
