"""Every case in scenarios/, and the twins: each rule has words, logic and cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.rulebook import all_rules
from config.strict_yaml import load_yaml
from tasks.claim import scrub
from tasks.qualify import shares
from tasks.qualify.findings import TOPICS
from tests.qualify.cases import decided, seconds_by_disposition
from tests.qualify.together import Decided

SCENARIOS = Path(__file__).parent / "scenarios"
KNOWN = {
    "rule",
    "program",
    "name",
    "month",
    "settings",
    "outcome",
    "codes",
    "service_date",
    "finding",
    "seconds",
    "staff_seconds",
    "practitioner_seconds",
}
ABOUT_PATIENT = {
    "patient", "coverages", "conditions", "consents", "care_plans", "visits", "other_services", "stays", "alignments",
    "medical_decisions", "copay_responses", "earlier_claims", "payer_answers", "line_modifiers", "manual_decisions",
    "time", "staff", "practitioner", "zone", "setting", "credential",
}  # fmt: skip
TABLES = [load_yaml(path) for path in sorted(SCENARIOS.glob("*.yaml"))]
MODULES = TOPICS | {"shares": shares}
RULE_TABLES = [table for table in TABLES if table["topic"] in MODULES]  # decided; tests/claim scrubs those of scrub
CASES = [pytest.param(case, id=f"{case['rule']}: {case['name']}") for table in RULE_TABLES for case in table["cases"]]


def told(case: dict[str, Any]) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """What a case says of the patient, its month and its settings."""
    facts = {name: value for name, value in case.items() if name in ABOUT_PATIENT}
    return facts, case.get("month", "2026-10"), case.get("settings", {})


TOGETHER = Decided([told(case) for table in RULE_TABLES for case in table["cases"]])


def check(case: dict[str, Any], result: dict[str, pd.DataFrame]) -> None:
    """Every word of the case holds of what was decided."""
    assert set(case) <= KNOWN | ABOUT_PATIENT, f"unknown keys {set(case) - KNOWN - ABOUT_PATIENT}"
    if "seconds" in case:
        assert seconds_by_disposition(result) == case["seconds"]
    program = case.get("program", "ccm")
    decisions = result["decisions"][result["decisions"]["program"] == program]
    if len(decisions) == 0:
        assert "outcome" not in case
        return
    decision = decisions.iloc[0]
    for column in ("outcome", "codes", "staff_seconds", "practitioner_seconds"):
        if column in case:
            assert decision[column] == case[column], result["findings"][["rule", "numbers"]].to_string()
    if "service_date" in case:
        assert str(decision["service_date"].date()) == case["service_date"]
    if "finding" in case:
        found = set(result["findings"].loc[result["findings"]["program"] == program, "rule"])
        assert (case["rule"] in found) == case["finding"]


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    check(case, TOGETHER.result(*told(case)))


@pytest.mark.parametrize("table", RULE_TABLES, ids=lambda table: table["topic"])
def test_cases_decided_together_are_decided_as_each_alone(table: dict[str, Any]) -> None:
    facts, month, settings = told(table["cases"][-1])
    alone, together = decided([facts], month, **settings), TOGETHER.result(facts, month, settings)
    for name, frame in alone.items():
        own = [column for column in frame if not column.endswith("_id")]
        shown = [result[name][own].reset_index(drop=True).astype("str") for result in (alone, together)]
        pd.testing.assert_frame_equal(*shown)


def test_every_rule_has_its_logic_and_its_cases() -> None:
    modules = MODULES | {"scrub": scrub}
    assert {rule.topic for rule in all_rules()} == set(modules)
    met: dict[str, set[bool]] = {}
    for table in [table for table in TABLES if table["topic"] in modules]:
        for case in table["cases"]:
            known = case["finding"] if "finding" in case else case["rule"] in case["seconds"]
            met.setdefault(case["rule"], set()).add(known)
    for rule in all_rules():
        assert callable(getattr(modules[rule.topic], rule.name, None)), f"{rule.topic}.{rule.name} has no function"
        assert met.get(rule.name) == {True, False}, f"{rule.name} needs a case that meets it and one that does not"
    functions = {name for topic, module in modules.items() for name in vars(module) if is_rule(module, name)}
    assert functions == {rule.name for rule in all_rules()}, "a function without its words in config/rules"


def is_rule(module: Any, name: str) -> bool:
    found = getattr(module, name)
    return callable(found) and getattr(found, "__module__", "") == module.__name__ and not name.startswith("_")
