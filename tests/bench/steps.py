"""The steps of a month one by one, without Prefect: `python -m tests.bench.steps SOURCE OUT`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import astuple, replace
from datetime import date
from typing import Any

import great_expectations  # noqa: F401 - its import is measured by itself in the whole command
import pandas as pd

from config.care_settings import care_setting
from config.month import Month
from config.rulebook import load_rulebook
from config.settings import practice_settings
from tasks.check.check import check_tables
from tasks.claim.claims import on_claims
from tasks.claim.superbill import claim_lines
from tasks.cover.step import ask_payers, who_covers
from tasks.pull.practice import of_practice
from tasks.pull.source import read_source
from tasks.pull.unreadable import settle_unreadable
from tasks.qualify.decide import decide
from tasks.qualify.reconcile import reconcile
from tasks.route.step import due_cases, keep_cases, route_copay_cases
from tasks.send.step import write_month
from tasks.send.told import Told
from tasks.store.day import today_by
from tasks.store.step import decided_from, number_cases, open_place
from tests.bench.measure import BARE, KEPT, Measured, measure

MONTH = Month(2026, 10)
NEEDED = ("another_program_chosen", "short_of_minutes")  # without these an outcome has no reason


def main(source: str, out: str) -> dict[str, Measured]:
    """Seconds and peak memory of every step."""
    took: dict[str, Measured] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        result, took[name] = measure(work)
        return result

    settings, book = practice_settings("P1"), load_rulebook(MONTH)
    place = open_place(out, None, None)
    pulled = timed("pull", lambda: read_source(source))
    tables, rejected = settle_unreadable(pulled, "stop")
    share, aside_months = of_practice(tables, "P1", MONTH)
    read = {name: len(frame) for name, frame in share.items()}
    read["time_entries"] += sum(aside_months.values())
    checked = timed("check", lambda: check_tables(share, settings, MONTH, date(2026, 11, 5)))
    covered = timed("who covers it", lambda: who_covers.fn(place, "P1", checked.accepted, MONTH))
    accepted = covered.tables
    decided = timed("decide", lambda: decide(accepted, MONTH, book, settings))
    bare = replace(
        book, rules={name: rule for name, rule in book.rules.items() if rule.topic in KEPT or name in NEEDED}
    )
    timed(BARE, lambda: decide(accepted, MONTH, bare, settings))
    aside = pd.concat([rejected, checked.quarantine], ignore_index=True)
    totals = timed("tie the totals", lambda: reconcile(read, aside, aside_months, checked.accepted, decided))
    decided, aside = timed("number the cases", lambda: number_cases.fn(place, "P1", decided, aside))
    chronic = frozenset(code for code, status in book.chronic.items() if status == 1)
    lines = timed(
        "claim",
        lambda: on_claims(
            claim_lines(decided["decisions"], decided["code_lines"], checked.accepted, chronic),
            care_setting("office"),
            book,
        ),
    )
    routed = timed("route", lambda: route_copay_cases.fn(place, "P1", accepted, decided, settings, MONTH))
    asked = timed("ask payers", lambda: ask_payers.fn(place, "P1", MONTH, covered, decided["decisions"]))
    evidence = {"quarantine": aside, "checks": checked.checks, "signals": checked.signals, "reconciliation": totals}
    frames = decided | asked | evidence | {"claim_lines": lines, "copay_cases": routed.cases}
    told = Told("P1", MONTH, accepted, frames, today_by(accepted))
    basis = decided_from(pulled.digest, accepted, settings, book)
    saved = timed(
        "store (SQLite)", lambda: place.store.save_cycle("P1", MONTH, basis, frames, routed.cases, told.compose)
    )

    def outreach() -> None:
        keep_cases.fn(place, "P1", MONTH, routed)
        due_cases.fn(place, "P1", routed.balances)

    timed("cases due", outreach)
    timed("files, report, messages", lambda: write_month.fn(place, told, saved, {}, asked["coverage_tasks"]))
    return took


if __name__ == "__main__":
    print(json.dumps({name: astuple(row) for name, row in main(*sys.argv[1:]).items()}))
