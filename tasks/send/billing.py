"""What billing needs to know of a month: what is ready, what waits and for whom, what changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from tasks.send import counts, practitioner
from tasks.send.care_manager import call, open_cases
from tasks.send.query_rows import came_of, queries_in
from tasks.send.words import change, count, dollars, plain, plural
from tasks.store import changes as compared

HAVE_A_MESSAGE = ("billing", "care_manager")


def billing_view(
    frames: counts.Frames, without_address: list[str], practitioners_told: Collection[str] = ()
) -> dict[str, Any]:
    """Everything the billing message says. `without_address`: care managers to whom no mail can go;
    `practitioners_told`: whom a message of this month reaches, so that nothing of theirs is passed on."""
    decisions, findings, cases = frames["decisions"], frames["findings"], frames["copay_cases"]
    held, aside = counts.holds(findings, decisions), frames["quarantine"]
    aside = aside[(aside["owner"] == "billing").to_numpy(bool)]
    return {
        "outcomes": counts.outcomes(decisions),
        "money": counts.billed(frames["claim_lines"]),
        "sureness": counts.sureness(frames["claim_lines"]),
        "share": counts.patients_share(decisions, frames["claim_lines"]),
        "queries": came_of(queries_in(frames)),
        "waiting": counts.waiting(decisions, findings),
        "codes": counts.codes_billed(frames["claim_lines"]),
        "holds": counts.by_rule(held),
        "hand_on": hand_on(counts.by_rule(_told_by_nobody(held, decisions, practitioners_told))),
        "avoided": counts.denials_avoided(findings, decisions),
        "avoided_patients": counts.avoided_patients(findings, decisions),
        "copay": counts.copay_by_option(cases),
        "copay_open": int((cases["state"] == "open").sum()),
        "calls": [call(row) for row in open_cases(cases, "billing").to_dict("records")],
        "payers": payers_to_ask(frames),
        "without_payer": patients_without_payer(frames),
        "contradictions": len(frames["coverage_queries"]) if "coverage_queries" in frames else 0,
        "set_aside": counts.set_aside(aside),
        "set_aside_rows": counts.set_aside_rows(aside),
        "changes": changes(frames["changes"]),
        "no_care_manager": int(decisions["care_manager_id"].isna().sum()),
        "without_address": without_address,
    }


def payers_to_ask(frames: counts.Frames) -> list[dict[str, Any]]:
    """The open verification tasks, a plan each and no patient; a month told again from the store has none."""
    tasks = frames.get("coverage_tasks")
    if tasks is None:
        return []
    tasks = tasks[tasks["case_number"].isna()]
    names = ("task_number", "payer_kind", "payer_name", "plan", "patients", "due_date", "owner")
    return [{name: "" if pd.isna(row[name]) else row[name] for name in names} for row in tasks.to_dict("records")]


def patients_without_payer(frames: counts.Frames) -> int:
    """How many patients have a task because nobody knows who pays first for them."""
    tasks = frames.get("coverage_tasks")
    return 0 if tasks is None else int(tasks["case_number"].notna().sum())


def _told_by_nobody(held: pd.DataFrame, decisions: pd.DataFrame, practitioners: Collection[str]) -> pd.DataFrame:
    """The holds without those that a practitioner has in a message of their own."""
    bills = decisions.drop_duplicates(list(counts.MONTH_KEY))[[*counts.MONTH_KEY, "practitioner_id"]]
    theirs = held[list(counts.MONTH_KEY)].merge(bills, on=list(counts.MONTH_KEY), how="left")["practitioner_id"]
    told = theirs.isin(list(practitioners)).to_numpy(bool) & (held["owner"] == practitioner.OWNER).to_numpy(bool)
    return held[~told]


def hand_on(holds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The holds of those who get no message of their own, by owner, most cases first: billing passes them on."""
    owners = dict.fromkeys(row["owner"] for row in holds if row["owner"] not in HAVE_A_MESSAGE)
    theirs = [(owner, [row for row in holds if row["owner"] == owner]) for owner in owners]
    found = [
        {"owner": owner, "cases": len({case for row in rows for case in row["list"]}), "rows": rows}
        for owner, rows in theirs
    ]
    return sorted(found, key=lambda one: (-one["cases"], one["owner"]))


def changes(frame: pd.DataFrame) -> list[dict[str, str]]:
    """What this revision decided otherwise, a row a change, by case; of a case with several programs it names which."""
    found = frame.sort_values(["case_number", "program", "field"])
    several = found.groupby("case_number")["program"].transform("nunique") > 1
    return [
        {
            "case_number": str(row.case_number),
            "field": ("expected amount" if row.field == "expected_cents" else plain(row.field))
            + (f" of {plain(row.program)}" if named and not pd.isna(row.program) else ""),
            "before": change(row.field, row.before),
            "after": change(row.field, row.after),
        }
        for row, named in zip(found.itertuples(), several, strict=True)
    ]


def since_signed(
    frames: counts.Frames, revision: int, signed: tuple[int, pd.DataFrame] | None
) -> tuple[int, pd.DataFrame]:
    """The revision against which this one is shown, and what it decides otherwise: the one `signed` off last, with its
    decisions, whose claims went out; else the one before."""
    if signed is None or signed[0] >= revision - 1:
        return revision - 1, frames["changes"]
    return signed[0], compared.changes(signed[1], frames["decisions"])


def to_do(view: dict[str, Any]) -> str:
    """The subject's second half: what to do, in numbers."""
    parts = [f"{count(view['outcomes']['bill'])} ready to bill ({dollars(view['money']['expected'])} expected)"]
    if view["outcomes"]["hold"]:
        parts.append(plural(view["outcomes"]["hold"], "hold"))
    if view["copay_open"]:
        parts.append(plural(view["copay_open"], "co-pay case"))
    return ", ".join(parts)
