"""Every case in scenarios/, and the twins: each rule has words, logic and cases."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.rulebook import all_rules
from config.strict_yaml import load_yaml
from tasks.qualify import shares
from tasks.qualify.findings import TOPICS
from tests.qualify.cases import decided_together, seconds_by_disposition

SCENARIOS = Path(__file__).parent / "scenarios"
KNOWN = {
    "rule",
    "program",
    "name",
    "month",
    "settings",
    "outcome",
    "codes",
    "finding",
    "seconds",
    "staff_seconds",
    "practitioner_seconds",
}
ABOUT_PATIENT = {
    "patient", "coverages", "conditions", "consents", "care_plans", "visits", "other_services", "stays",
    "medical_decisions", "copay_responses", "time", "staff", "practitioner", "zone", "setting",
}  # fmt: skip
TABLES = [load_yaml(path) for path in sorted(SCENARIOS.glob("*.yaml"))]
RULE_TABLES = [table for table in TABLES if table["topic"] in {rule.topic for rule in all_rules()}]
CASES = [case for table in RULE_TABLES for case in table["cases"]]


@cache
def results() -> list[dict[str, pd.DataFrame]]:
    return decided_together(CASES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case['rule']}: {case['name']}" for case in CASES])
def test_case(number: int) -> None:
    case, result = CASES[number], results()[number]
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
    if "finding" in case:
        found = set(result["findings"].loc[result["findings"]["program"] == program, "rule"])
        assert (case["rule"] in found) == case["finding"]


def test_every_rule_has_its_logic_and_its_cases() -> None:
    modules = TOPICS | {"shares": shares}
    met: dict[str, set[bool]] = {}
    for table in RULE_TABLES:
        for case in table["cases"]:
            known = case["finding"] if "finding" in case else case["rule"] in case["seconds"]
            met.setdefault(case["rule"], set()).add(known)
    for rule in all_rules():
        assert callable(getattr(modules[rule.topic], rule.name, None)), f"{rule.topic}.{rule.name} has no function"
        if rule.name == "rate_not_loaded":  # every shipped month has its amounts; test_families.py meets it
            continue
        assert met.get(rule.name) == {True, False}, f"{rule.name} needs a case that meets it and one that does not"
    functions = {name for topic, module in modules.items() for name in vars(module) if is_rule(module, name)}
    assert functions == {rule.name for rule in all_rules()}, "a function without its words in config/rules"


def is_rule(module: Any, name: str) -> bool:
    found = getattr(module, name)
    return callable(found) and getattr(found, "__module__", "") == module.__name__ and not name.startswith("_")
