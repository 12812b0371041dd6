"""The published cases of scenarios/published.yaml, each as one decision and what is expected of it.

A case may be told again with other facts or settings under `otherwise`: the other answers of a contested matter, or
what the practice gets when it chooses differently.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from config.care_settings import care_setting
from config.hospital_rates import campus_modifier
from config.line_modifiers import RECORDED
from config.month import Month
from config.strict_yaml import load_yaml
from tasks.claim.claims import on_claims
from tasks.claim.superbill import claim_lines
from tests.qualify.cases import decided, rulebook, tables_of
from tests.qualify.together import Decided

SCENARIOS = Path(__file__).parent / "scenarios"
TABLE = load_yaml(SCENARIOS / "published.yaml")
TRAPS = load_yaml(SCENARIOS / "traps.yaml")
KINDS = {"agree", "trap", "contested"}
KEYS = {"id", "trap", "kind", "matter", "source", "name", "note", "month", "settings", "expected", "otherwise"}
ABOUT_PATIENT = {
    "patient", "coverages", "conditions", "consents", "care_plans", "visits", "other_services", "stays", "alignments",
    "medical_decisions", "copay_responses", "payer_answers", "line_modifiers", "time", "staff", "practitioner", "zone",
    "setting", "place_of_service", "qp_status", "credential",
}  # fmt: skip
OF_A_PROGRAM = {
    "outcome", "codes", "reason", "findings", "no_findings", "numbers", "dates", "minutes", "missing", "family",
    "allowed", "coinsurance", "medicare", "hospital", "practitioner", "candidates",
}  # fmt: skip
OF_THE_WHOLE = {"seconds", "lines", "never"}


class Told(NamedTuple):
    """One decision to make and what shall come of it."""

    id: str
    name: str
    facts: dict[str, Any]
    month: str
    settings: dict[str, Any]
    expected: dict[str, Any]


def told(table: dict[str, Any] = TABLE) -> list[Told]:
    """Every case and every other telling of it; `id/1` is the first other one."""
    found = []
    for case in table["cases"]:
        assert set(case) <= KEYS | ABOUT_PATIENT, f"{case['id']}: unknown keys {set(case) - KEYS - ABOUT_PATIENT}"
        assert case["kind"] in KINDS
        assert case["source"] in table["sources"], case["id"]
        facts = {name: value for name, value in case.items() if name in ABOUT_PATIENT}
        found.append(Told(case["id"], case["name"], facts, case["month"], case.get("settings", {}), case["expected"]))
        for number, other in enumerate(case.get("otherwise", []), start=1):
            assert set(other) <= {"when", "settings", "expected", "month"} | ABOUT_PATIENT, case["id"]
            more = {name: value for name, value in other.items() if name in ABOUT_PATIENT}
            settings = case.get("settings", {}) | other.get("settings", {})
            month = other.get("month", case["month"])
            found.append(
                Told(f"{case['id']}/{number}", other["when"], facts | more, month, settings, other["expected"])
            )
    return found


def together(cases: list[Told]) -> Decided:
    """Decides all of a month and settings at the first question."""
    return Decided([(case.facts, case.month, case.settings) for case in cases])


def check(case: Told, result: dict[str, pd.DataFrame]) -> None:
    """Every word of the expectation holds; AssertionError naming what came instead."""
    for program, wanted in case.expected.items():
        if program in OF_THE_WHOLE:
            continue
        assert set(wanted) <= OF_A_PROGRAM, set(wanted) - OF_A_PROGRAM
        rows = result["decisions"][result["decisions"]["program"] == program]
        findings = result["findings"][result["findings"]["program"] == program].set_index("rule")["numbers"]
        assert len(rows) == 1, f"{program}: {len(rows)} decisions"
        row = rows.iloc[0]
        lines = result["code_lines"][result["code_lines"]["program"] == program]
        seen = {
            "outcome": row["outcome"],
            "codes": row["codes"],
            "reason": row["reason"],
            "minutes": row["minutes"],
            "missing": row["minutes_missing"],
            "family": row["family"],
            "practitioner": row["practitioner_id"].partition("@")[0],
            "allowed": cents(row["expected_cents"]),
            "coinsurance": cents(row["coinsurance_cents"]),
            "medicare": cents(row["medicare_cents"]),
            "hospital": cents(row["hospital_cents"]),
        }
        told_of = {name: seen[name] for name in wanted if name in seen}
        assert told_of == {name: wanted[name] for name in told_of}, dict(findings)
        assert set(wanted.get("findings", [])) <= set(findings.index), dict(findings)
        assert not set(wanted.get("no_findings", [])) & set(findings.index), dict(findings)
        for rule, numbers in wanted.get("numbers", {}).items():
            assert findings[rule] == numbers
        if "candidates" in wanted:
            found = result["candidates"][result["candidates"]["program"] == program].set_index("family")
            for family, facts in wanted["candidates"].items():
                assert set(facts) <= {"codes", "supported", "chosen", "why"}, set(facts)
                assert family in found.index, f"{program}: {family} is no candidate, only {list(found.index)}"
                assert {name: found.loc[family, name] for name in facts} == facts
        if "dates" in wanted:
            first, last = (pd.Timestamp(day) for day in wanted["dates"])
            assert lines["service_date"].between(first, last).all(), lines["service_date"].tolist()
            assert len(lines)
    if "seconds" in case.expected:
        sums = result["time_ledger"].groupby("disposition", observed=True)["seconds"].sum()
        assert {str(name): int(total) for name, total in sums.items() if total} == case.expected["seconds"]
    for code in case.expected.get("never", []):
        assert code not in set(result["code_lines"]["code"])
    if "lines" in case.expected:
        assert claimed(case) == [{name: str(value) for name, value in line.items()} for line in case.expected["lines"]]


def cents(value: Any) -> str:
    """Dollars and cents as a bill writes them; empty when no amount is known."""
    return "" if value is None or pd.isna(value) else f"{int(value) // 100}.{int(value) % 100:02d}"


def claimed(case: Told) -> list[dict[str, str]]:
    """The superbill's lines in the columns that the case speaks of."""
    month = Month.parse(case.month)
    tables = tables_of([case.facts], month)
    result = decided([case.facts], case.month, **case.settings)
    book = rulebook(month)
    chronic = [code for code, status in book.chronic.items() if status == 1]
    decisions = result["decisions"].assign(case_number="C-1")
    lines = claim_lines(decisions, result["code_lines"], tables, chronic)
    setting = care_setting(case.facts.get("setting", "office"))
    wanted = case.expected["lines"]
    names = list(wanted[0]) if wanted else ["code"]
    here = case.settings.get("claims_here", "both")
    found = on_claims(lines, setting, book, here, campus_modifier(tables.get(RECORDED)))[names].to_dict("records")
    return [{name: "" if pd.isna(value) else str(value) for name, value in line.items()} for line in found]
