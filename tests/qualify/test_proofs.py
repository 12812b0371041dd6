"""A finding is as sure as what it rests on: the pair of services, or the edition of the edits, that was met."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from config.month import Month
from config.rulebook import RuleBook
from tasks.qualify.decide import decide
from tests.qualify.cases import decided, rulebook, settings_of, tables_of


def service(code: str, by: str, day: str = "2026-10-05") -> dict[str, Any]:
    return {"other_services": [{"code": code, "service_date": day, "billed_by": by}]}


def finding(result: dict[str, pd.DataFrame], rule: str, program: str = "ccm") -> tuple[str, str, str]:
    rows = result["findings"]
    (row,) = rows[(rows["rule"] == rule) & (rows["program"] == program)].to_dict("records")
    return row["outcome"], row["confidence"], row["source"]


@pytest.mark.parametrize(
    ("facts", "rule", "pair"),
    [
        (service("90960", "other_practice"), "excluded_service_anyone", "chronic_with_dialysis_elsewhere"),
        (service("G0181", "other_practice"), "excluded_service_anyone", "chronic_with_oversight_elsewhere"),
        (service("G0557", "same_practitioner"), "excluded_service_same_practitioner", "chronic_with_advanced"),
        (service("90960", "same_practitioner"), "excluded_service_same_practitioner", "chronic_with_dialysis"),
        (service("99490", "other_practice"), "billed_by_another_practitioner", "one_practitioner_a_month"),
        (service("99091", "same_practitioner"), "modifier_needed", "staff_with_data_review"),
        ({"consents": [{}, {"program": "apcm"}]}, "another_program_chosen", "chronic_with_advanced"),
    ],
)
def test_a_finding_says_how_sure_its_pair_is(facts: dict[str, Any], rule: str, pair: str) -> None:
    program = "apcm" if rule == "another_program_chosen" else "ccm"
    settings = {"choose_family": "staff"} if program == "apcm" else {}
    result = decided([{"staff": "20", **facts}], "2026-10", **settings)
    expected = rulebook(Month(2026, 10)).exclusions.named(pair)
    assert expected
    outcome, confidence, source = finding(result, rule, program)
    assert (confidence, source) == (expected.confidence, expected.source)
    assert outcome == ("warn" if confidence == "unverified" else rulebook(Month(2026, 10)).rules[rule].effect)


@pytest.mark.parametrize(
    ("month", "confidence", "source"),
    [
        ("2024-08", "primary", "CMS NCCI edits 2024Q3"),
        ("2026-10", "secondary", "CMS NCCI edits 2024Q3, used for a date outside of that quarter"),
    ],
)
def test_an_edit_is_surest_in_its_own_quarter(month: str, confidence: str, source: str) -> None:
    high = [{"practitioner_id": "D1", "decided_date": f"{month}-03", "level": "high"}]
    facts = service("G0506", "same_practitioner", f"{month}-31") | {"medical_decisions": high}
    facts["time"] = [{"at": f"{month}-31 09:00", "length": "60"}]  # no later day of the month is left
    result = decided([facts], month, choose_family="complex")
    assert finding(result, "same_day_edit") == ("hold", confidence, source)


def test_a_pair_that_is_only_recalled_warns_whatever_the_rule_may_do() -> None:
    month = Month(2026, 10)
    tables = tables_of([{"staff": "20", **service("99490", "other_practice")}], month)
    sure = decide(tables, month, rulebook(month), settings_of())
    recalled = decide(tables, month, _recalled(rulebook(month), "one_practitioner_a_month"), settings_of())
    assert sure["decisions"]["outcome"].tolist() == ["not_billable"]
    assert recalled["decisions"]["outcome"].tolist() == ["bill"]
    assert finding(recalled, "billed_by_another_practitioner")[:2] == ("warn", "unverified")


def _recalled(book: RuleBook, name: str) -> RuleBook:
    pairs = tuple(
        pair.model_copy(update={"confidence": "unverified"}) if pair.name == name else pair
        for pair in book.exclusions.pairs
    )
    return replace(book, exclusions=book.exclusions.model_copy(update={"pairs": pairs}))
