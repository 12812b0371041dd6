"""From accepted tables to decisions: one outcome for every enrolled patient-month, with all that led to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.month import Month
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify import families
from tasks.qualify.findings import gather_findings
from tasks.qualify.frames import Months
from tasks.qualify.ledger import add_minutes, count_minutes
from tasks.qualify.months import Facts, gather
from tasks.qualify.rows import candidate_rows, code_lines, decisions, finding_rows, ledger_rows
from tasks.qualify.services_of_choice import add_services_of_choice
from tasks.qualify.stretches import stretches


def decide(
    tables: dict[str, pd.DataFrame], month: Month, book: RuleBook, settings: PracticeSettings
) -> dict[str, pd.DataFrame]:
    """Decide one practice's month.

    `tables` are the accepted input tables of one practice. Returns `decisions` (one row for every enrolled patient, in
    the order of the patients table), `candidates`, `findings`, `time_ledger` (every second of every accepted entry) and
    `code_lines`. Columns as in config/outputs, but for `case_number`, which the store gives. Pure: same tables, month,
    rulebook and settings give the same frames.
    """
    zone = str(tables["practices"]["time_zone"].iloc[0])
    facts = gather(tables, month, book, settings)
    m = facts.frame
    t = stretches(tables, month, book, zone)
    ledger = count_minutes(t, m, book, settings)
    counted = ledger[ledger["disposition"] == "counted"]
    counted = counted.iloc[np.lexsort([counted["start_s"], counted["local_date"], counted["patient"]])]
    add_minutes(m, ledger, counted, book, settings)
    found = families.candidates(m, counted, book, settings)
    found = families.choose(found, supported(found, m, book, settings), settings)
    add_choice(m, found, book, settings)
    add_services_of_choice(facts)
    facts.on_reference_day(reference_dates(facts, counted))
    findings = gather_findings(m, decision_rules(book), m["is_enrolled"].to_numpy(), book, settings)
    add_outcome(m, findings)
    return {
        "decisions": decisions(m, month, book),
        "candidates": candidate_rows(found, m),
        "findings": finding_rows(findings, m, book),
        "time_ledger": ledger_rows(ledger, tables),
        "code_lines": code_lines(found, m),
    }


def decision_rules(book: RuleBook) -> list[Any]:
    """The rules asked of patient-months: what bars first, what explains the minutes last."""
    return [rule for topic in ("eligibility", "exclusions", "documentation") for rule in book.topic(topic)]


def reference_dates(facts: Facts, counted: pd.DataFrame) -> Any:
    """The day on which coverage, conditions and care plan must stand: the date of service, which the claim carries.

    Where nothing is reached it is the last counted day, else the month's last.
    """
    last = facts.latest(counted["patient"].to_numpy(), counted["local_date"])
    last = np.where(np.isnat(last), np.datetime64(facts.last.date(), "ns"), last)
    service = facts.frame["service_date"].to_numpy()
    facts.frame["first_counted_date"] = facts.earliest(counted["patient"].to_numpy(), counted["local_date"])
    return np.where(np.isnat(service), last, service)


def supported(found: pd.DataFrame, m: Months, book: RuleBook, settings: PracticeSettings) -> Any:
    """Which candidates the documentation supports: none of the rules that their family needs is met."""
    allowed = np.ones(len(found), dtype=bool)
    for family, _ in book.families:
        for name in family.needs:
            if name in book.rules:
                barred = gather_findings(m, [book.rules[name]], True, book, settings)["patient"]
                allowed &= ~((found["family"] == family.family) & found["patient"].isin(barred)).to_numpy()
    return allowed


def add_choice(m: Months, found: pd.DataFrame, book: RuleBook, settings: PracticeSettings) -> None:
    """Adds the chosen candidate of each patient, and the minutes missing to the next unit."""
    chosen = found[found["chosen"]]
    row = chosen["patient"].to_numpy()
    for column, empty in (("family", ""), ("codes", "")):
        values = np.full(len(m), empty, dtype=object)
        values[row] = chosen[column].to_numpy(object)
        m[column] = pd.array(values, dtype="str")
    for column in ("minutes", "units_earned", "units_cap", "expected_cents", "coinsurance_cents", "confidence"):
        numbers = np.full(len(m), np.nan)
        numbers[row] = chosen[column]
        m[column] = numbers
    day = np.full(len(m), np.datetime64("NaT"), dtype="datetime64[ns]")
    day[row] = chosen["service_date"].to_numpy()
    m["service_date"] = day
    m["minutes"] = m["minutes"].fillna(m["pool_minutes"])
    missing = np.full(len(m), np.iinfo(np.int64).max)
    family_name = m["family"].to_numpy(object)
    for family, entry in book.families:
        left = families.seconds_to_next(entry, families.pool_seconds(family, m), families.cap(entry, settings))
        open_to = (family_name == family.family) | ((family_name == "") & (not family.needs))
        missing = np.where(open_to & (left >= 0), np.minimum(missing, left), missing)
    known = missing < np.iinfo(np.int64).max
    m["minutes_missing"] = np.where(known, np.ceil(missing / 60), np.nan)


def add_outcome(m: Months, findings: pd.DataFrame) -> None:
    """Adds `outcome` and `reason`: what bars comes first, then too few minutes, then what can be mended, then bill.

    Time that only waits for consent or approval does not make a month short: it holds it.
    """
    effect = findings["outcome"]
    barred, held, short = (_first_rule(m, findings[effect == name]) for name in ("not_billable", "hold", "short"))
    without_code = (m["family"] == "").to_numpy()
    is_barred, is_held = barred != "", held != ""
    is_short = without_code & ~(is_held & m["reaches_any_with_pending"].to_numpy())
    conditions = [is_barred, is_short, is_held]
    m["outcome"] = np.select(conditions, ["not_billable", "short", "hold"], default="bill")
    m["reason"] = np.select(conditions, [barred, short, held], default="")


def _first_rule(m: Months, findings: pd.DataFrame) -> Any:
    """For each patient the first of these findings' rules, in the order asked."""
    first = findings.drop_duplicates("patient")
    names = np.full(len(m), "", dtype=object)
    names[first["patient"].to_numpy()] = first["rule"].to_numpy(object)
    return names
