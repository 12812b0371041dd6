"""The month in counts, for the terminal and the Prefect UI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from config.dispositions import counting, to_be_checked
from config.frames import rows_set_aside
from config.month import Month
from tasks.send import counts
from tasks.send.answered import answered_lines, answered_view
from tasks.send.delivery import DeliveryReport
from tasks.send.words import CONFIDENCE_NAMES, dollars
from tasks.store.answer_counts import AnswerCounts
from tasks.store.records import Saved

FULL, PARTS = "█", ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def summary_of(
    frames: Mapping[str, pd.DataFrame],
    practice_id: str,
    month: Month,
    saved: Saved,
    delivered: DeliveryReport,
    answers: AnswerCounts | None = None,
    past: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Patients by outcome, minutes, rows, money, cases, answers and messages, as label and text, in sections; and
    charts of outcomes, of minutes and, with the `past` as `Store.trend` gives it, of what each month had to bill."""
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
    unsure = [
        (f"of it, with rates {CONFIDENCE_NAMES[name]}", dollars(cents))
        for name, cents in counts.sureness(frames["claim_lines"])
    ]
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
                    "of it the patients' share before second payers, without QMB patients",
                    dollars(share["owed"]),
                ),
                ("on hold", dollars(held["expected"])),
            ],
        ),
        ("Co-pay", [("open cases, beside unpaid balances", f"{opened:,}")]),
        ("Payers so far", answered_lines(answered_view(answers, month))),
        ("Messages", _messages(delivered)),
    ]
    charts = [
        ("Patient-months by outcome", list(months.items())),
        ("Minutes", [("counted", counted // 60), ("excluded", excluded // 60)]),
    ]
    if past is not None and len(past) > 1:
        charts.append(("To bill, month by month", list(zip(past["month"], past["bill"].astype(int), strict=True))))
    return {
        "practice_id": practice_id,
        "month": str(month),
        "revision": saved.cycle.revision,
        "new": saved.new,
        "changes": len(saved.changes) if saved.cycle.revision > 1 else 0,
        "sections": sections,
        "charts": charts,
    }


def _messages(delivered: DeliveryReport) -> list[tuple[str, str]]:
    states = {
        "sent now": delivered.sent,
        "waiting in the outbox": delivered.waiting,
        "without an address": delivered.unaddressed,
        "refused": delivered.failed,
        "uncertain, never sent again": delivered.uncertain,
    }
    found = [(name, f"{number:,}") for name, number in states.items() if number] or [("to send", "0")]
    return [*found, *([("why they wait", delivered.problem)] if delivered.problem else [])]


def summary_markdown(summary: dict[str, Any]) -> str:
    """The summary as a Markdown table, with its charts below it."""
    head = f"### {summary['practice_id']} · {summary['month']} · revision {summary['revision']}"
    rows = ["| | | |", "|---|---|---:|"]
    for heading, lines in summary["sections"]:
        rows += [f"| {heading if n == 0 else ''} | {label} | {text} |" for n, (label, text) in enumerate(lines)]
    note = "" if summary["new"] else "\n\nNothing changed since this revision was written."
    drawn = (chart_markdown(title, bars) for title, bars in summary["charts"])
    return "\n".join([head, "", *rows]) + note + "".join(f"\n\n{one}" for one in drawn)


def chart_markdown(title: str, bars: Sequence[tuple[str, int]]) -> str:
    """A bar for each number, the longest for the largest: text, for Prefect's UI shows no picture of ours."""
    most = max((number for _, number in bars), default=0)
    rows = [f"| {label} | {bar(number, most)} | {number:,} |" for label, number in bars]
    return "\n".join([f"#### {title}", "", "| | | |", "|---|---|---:|", *rows])


def bar(number: int, most: int, width: int = 24) -> str:
    """As long as the number is large, to an eighth of a character; what is not nought is seen."""
    eighths = max(round(8 * width * number / most), 1) if number > 0 else 0
    return FULL * (eighths // 8) + PARTS[eighths % 8]
