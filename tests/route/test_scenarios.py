"""The table of cases in scenarios/copay.yaml: option, step, day, letter, and what must not happen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.errors import InputError
from config.strict_yaml import load_yaml
from tasks.route.entries import all_options
from tasks.route.guards import checked
from tasks.route.machine import OUTCOMES
from tests.payer_kinds import PAYER_KINDS
from tests.route.made import NUMBER, balances, claim, determination, moves, settings, stood, tables

CASES: list[dict[str, Any]] = load_yaml(Path(__file__).parents[1] / "scenarios" / "copay.yaml")["cases"]
ABOUT = {
    "setting",
    "coverages",
    "responses",
    "claims",
    "payments",
    "patient",
    "moves",
    "determination",
    "until",
    "settings",
}
EXPECTED = {
    "stage", "option", "owner", "due", "letter", "step", "outcome", "owed_cents", "ask_cents", "refund_cents",
    "escalated_to", "answers", "never", "refused", "none", "reason",
}  # fmt: skip
ASK_FOR_MONEY = ("payment_plan", "reminder")  # to a QMB `share_explained` tells that nothing is owed
WAIVERS = ("hardship_determination", "sliding_fee")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    assert set(case) <= ABOUT | EXPECTED | {"name"}
    made = tables(
        case["coverages"],
        case.get("responses", []),
        case.get("setting", "office"),
        case.get("payments"),
        case.get("patient"),
    )
    owed = balances(*(claim(f"K{n}", **one) for n, one in enumerate(case.get("claims", []))))
    determined = [determination(**case["determination"])] if "determination" in case else []
    changes = case.get("settings", {})
    found = stood(made, case.get("until", "2026-10-31"), moves(*case.get("moves", [])), owed, determined, **changes)
    if case.get("none"):
        assert found.frame.empty
        return
    row = found.frame.iloc[0]
    for name in ("stage", "option", "owner", "outcome", "reason", "letter", "escalated_to"):
        if name in case:
            said = None if pd.isna(row[name]) else row[name]
            assert said == case[name], name
    for name in ("owed_cents", "ask_cents", "refund_cents"):
        if name in case:
            assert row[name] == case[name], name
    if "due" in case:
        assert row["due_date"].date() == date.fromisoformat(case["due"])
    if "step" in case:
        assert case["step"] in row["next_step"]
    if row["state"] == "open":
        assert row["due_date"].weekday() < 5
        assert all(row[name] for name in ("owner", "next_step", "document"))
        known = found.known[NUMBER]
        for option, answer in case.get("answers", {}).items():
            assert known.answers[option] == answer, option
    _never(case.get("never", []), row)
    for told in case.get("refused", []):
        why = told.pop("why")
        with pytest.raises(InputError, match=why):
            checked(found.cases[NUMBER], moves(told)[0], found.known[NUMBER], settings(**changes))


def _never(what: list[str], row: pd.Series) -> None:
    assert set(what) <= {"asked_for_money", "offered_a_waiver", "written_to", "billed_before_the_other_payer"}
    if "asked_for_money" in what:
        assert row["ask_cents"] == 0
        assert row["letter"] not in ASK_FOR_MONEY
    if "offered_a_waiver" in what:
        assert row["option"] not in WAIVERS
        assert row["letter"] != "hardship_application"
    if "written_to" in what:
        assert pd.isna(row["letter"])
    if "billed_before_the_other_payer" in what:
        assert row["ask_cents"] == 0
        assert pd.isna(row["letter"])


def test_the_table_is_whole() -> None:
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)
    met = {case.get("option") for case in CASES}
    assert {entry.name for entry in all_options()} <= met, "every option is met as the one chosen"
    outcomes = {case.get("outcome") for case in CASES}
    assert set(OUTCOMES) | {"left"} <= outcomes, "every outcome is reached"
    settings_met = {case.get("setting", "office") for case in CASES}
    assert settings_met >= {"office", "fqhc", "rhc", "hopd_on_campus", "cah_method_2", "nursing_facility", "home"}
    kinds = {kind for case in CASES for kind in case["coverages"] if isinstance(kind, str)}
    assert kinds >= {*PAYER_KINDS} - {"other"}, "an insurer of no other kind is worked as a commercial one"
    said = {answer for case in CASES for _, answer in case.get("responses", [])}
    assert said == {"agreed", "refused", "cannot_pay", "disputes", "surprised", "asks_to_stop"}
