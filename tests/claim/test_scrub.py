"""The scrub: every case of scenarios/scrub.yaml, and that sound claims pass without a word."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.contract import claim_outputs
from config.strict_yaml import load_yaml
from tasks.claim.worklist import held, scrub
from tests.claim.scrub_cases import Together, claims_of, scrubbed
from tests.qualify.cases import rulebook, settings_of

CASES = load_yaml(Path(__file__).parents[1] / "scenarios" / "scrub.yaml")["cases"]
TOGETHER = Together(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}: {case['name']}")
def test_case(case: dict[str, Any]) -> None:
    found = TOGETHER.found(case)
    assert (case["rule"] in set(found["rule"])) == case["finding"], found[["rule", "numbers"]].to_string()
    if case["finding"]:
        own = found[found["rule"] == case["rule"]]
        assert set(own["outcome"]) == {case["outcome"]}


def test_a_sound_claim_passes_without_a_word() -> None:
    assert scrubbed({}).empty
    assert scrubbed({"lines": [{}, {"code": "99439", "units": 2}]}).empty


def test_a_finding_says_who_mends_it_how_and_what_it_prevents() -> None:
    found = scrubbed({"lines": [{"billing_npi": "1"}, {"code": "99439"}]})
    assert list(found) == claim_outputs()["scrub"].names
    row = found.iloc[0]
    assert (row["line"], row["code"], row["rule"], row["owner"]) == (1, "99490", "billing_npi_invalid", "billing")
    assert (row["numbers"], row["denial"]) == ("billing_npi=1", "CO-16 with N257")


def test_one_bad_line_holds_the_whole_claim_and_no_other() -> None:
    lines = [{}, {"code": "99439", "units": 3}, {"code": "99484", "program": "bhi", "diagnoses": "F32.1"}]
    assert held(scrubbed({"lines": lines})).to_dict("records") == [
        {"patient_id": "P1", "program": "ccm", "claim": "professional", "payer_order": 1}
    ]


def test_a_warning_holds_nothing() -> None:
    found = scrubbed({"lines": [{"modifiers": "95"}]})
    assert found["outcome"].tolist() == ["warn"]
    assert held(found).empty


def test_no_lines_have_no_findings() -> None:
    lines, tables, month = claims_of([{}])
    found = scrub(lines.iloc[:0], tables, rulebook(month), settings_of(), date(2026, 11, 1))
    assert found.empty
    assert list(found) == claim_outputs()["scrub"].names


@pytest.mark.parametrize("place", [0, 20, 40, 60])
def test_lines_scrubbed_together_are_scrubbed_as_each_alone(place: int) -> None:
    alone, together = scrubbed(CASES[place]), TOGETHER.found(CASES[place])
    columns = [name for name in alone if name != "patient_id"]
    pd.testing.assert_frame_equal(alone[columns], together[columns].reset_index(drop=True))
