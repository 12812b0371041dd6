"""The table of cases in scenarios/copay.yaml: option, step, day, letter, and what must not happen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.contract import inputs
from config.errors import InputError
from config.strict_yaml import load_yaml
from tasks.route.cases import Standing
from tasks.route.entries import all_options
from tasks.route.guards import Known, checked
from tasks.route.machine import GIVES_UP, OUTCOMES, REDUCTIONS, Move
from tests.payer_kinds import PAYER_KINDS
from tests.route.made import NUMBER, balances, claim, determination, moves, settings, stood, tables

CASES: list[dict[str, Any]] = load_yaml(Path(__file__).parents[1] / "scenarios" / "copay.yaml")["cases"]
ABOUT = {
    "setting",
    "coverages",
    "verified",
    "barred",
    "responses",
    "claims",
    "payments",
    "patient",
    "moves",
    "determination",
    "until",
    "settings",
}
WHOLE = ("option", "step", "due", "letter")  # each is given, or `none` with `why`
EXPECTED = {
    *WHOLE, "never", "why", "stage", "owner", "outcome", "owed_cents", "ask_cents", "refund_cents", "escalated_to",
    "answers", "refused", "reason",
}  # fmt: skip
NONE = "none"
ASK_FOR_MONEY = ("payment_plan", "reminder")  # to a QMB `share_explained` tells that nothing is owed
COLLECTS = ("payment_plan", "reasonable_collection", "bad_debt", "write_off")
WAIVERS = ("hardship_determination", "sliding_fee")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    assert set(case) <= ABOUT | EXPECTED | {"name"}
    found, until = _stood(case), case.get("until", "2026-10-31")
    if case.get("stage") == NONE:
        assert found.frame.empty
        return
    row = found.frame.iloc[0]
    for name in ("stage", "option", "owner", "outcome", "reason", "letter", "escalated_to"):
        if name in case:
            said = None if pd.isna(row[name]) else row[name]
            assert said == (None if case[name] == NONE else case[name]), name
    for name in ("owed_cents", "ask_cents", "refund_cents"):
        if name in case:
            assert row[name] == case[name], name
    if case["due"] == NONE:
        assert pd.isna(row["due_date"])
        assert pd.isna(row["next_step"])
        assert row["state"] == "closed"
    else:
        assert row["due_date"].date() == date.fromisoformat(case["due"])
        assert row["due_date"].weekday() < 5
        assert case["step"] in row["next_step"]
        assert all(row[name] for name in ("owner", "document"))
        for option, answer in case.get("answers", {}).items():
            assert found.known[NUMBER].answers[option] == answer, option
    for what in case["never"]:
        NEVER[what](found, row, date.fromisoformat(until))
    for told in case.get("refused", []):
        assert _refused(found, moves({name: value for name, value in told.items() if name != "why"})[0], told["why"])


def _stood(case: dict[str, Any]) -> Standing:
    made = tables(
        case["coverages"],
        case.get("responses", []),
        case.get("setting", "office"),
        case.get("payments"),
        case.get("patient"),
    )
    if "verified" in case:
        answer = {"patient_id": "100", "coverage_id": "V1", "answer": "covers"}
        made["payer_answers"] = pd.DataFrame([answer | one for one in case["verified"]])
    owed = balances(*(claim(f"K{n}", **one) for n, one in enumerate(case.get("claims", []))))
    determined = [determination(**case["determination"])] if "determination" in case else []
    barred = {month: frozenset({"100"}) for month in case.get("barred", [])}
    changes, until = case.get("settings", {}), case.get("until", "2026-10-31")
    return stood(made, until, moves(*case.get("moves", [])), owed, determined, barred, **changes)


ENDS = [case for case in CASES if case.get("outcome") and case.get("moves", [{}])[-1].get("outcome") == case["outcome"]]


@pytest.mark.parametrize("case", ENDS, ids=lambda case: case["name"])
def test_how_a_case_ends_is_let_through_by_every_guard(case: dict[str, Any]) -> None:
    last = moves(*case["moves"])[-1]
    before = _stood(case | {"moves": case["moves"][:-1], "until": str(last.day)})
    assert checked(before.cases[NUMBER], last, before.known[NUMBER], settings()).outcome == last.outcome


def _refused(found: Standing, move: Move, why: str = r"\S") -> bool:
    """Whether the move is refused, in the sentence that says why."""
    with pytest.raises(InputError, match=why):
        checked(found.cases[NUMBER], move, found.known.get(NUMBER, Known(NUMBER)), settings())
    return True


def _resolved(found: Standing, day: date, *outcomes: str) -> bool:
    """Whether no such outcome settles the case on that day, whatever amount is named."""
    return all(
        _refused(found, Move("resolve", day, f"never:{outcome}", outcome=outcome, by="S1", cents=1323))
        for outcome in outcomes
    )


def _asked_for_money(found: Standing, row: pd.Series, day: date) -> None:
    assert row["ask_cents"] == 0
    assert row["letter"] not in ASK_FOR_MONEY
    assert row["option"] not in COLLECTS
    assert row["state"] == "closed" or _resolved(found, day, "paid", "plan_agreed")


def _billed_before(found: Standing, row: pd.Series, day: date) -> None:
    assert row["ask_cents"] == 0
    assert pd.isna(row["letter"])
    assert row["option"] not in COLLECTS
    assert _resolved(found, day, *GIVES_UP)


def _offered_a_waiver(found: Standing, row: pd.Series, day: date) -> None:
    assert row["option"] not in WAIVERS
    assert row["letter"] not in ("hardship_application", "sliding_fee_application")
    if "cannot_pay" not in {turn.response for turn in found.cases[NUMBER].turns}:
        assert found.known[NUMBER].answers["hardship_determination"] == "not"
        assert _refused(found, Move("determine", day, "never", option="hardship_determination", by="S1"))


def _balance_forgotten(found: Standing, row: pd.Series, day: date) -> None:
    assert row["owed_cents"] > 0
    assert row["state"] == "open"


def _called_too_often(found: Standing, row: pd.Series, day: date) -> None:
    assert _refused(found, Move("attempt", day, "never", by="S1"), "attempts within")


def _last_month_lost(found: Standing, row: pd.Series, day: date) -> None:
    assert "counts to its end and may be billed" in row["document"]
    assert row["letter"] == "withdrawal"


NEVER: dict[str, Callable[[Standing, pd.Series, date], object]] = {
    "opened": lambda found, row, day: None,  # there is no row: held before any of these is asked
    "asked_for_money": _asked_for_money,
    "billed_before_the_other_payer": _billed_before,
    "written_to": lambda found, row, day: _none(row["letter"]),
    "offered_a_waiver": _offered_a_waiver,
    "waived_without_ground": lambda found, row, day: _resolved(found, day, *REDUCTIONS),
    "written_off_early": lambda found, row, day: _resolved(found, day, *GIVES_UP),
    "bad_debt_claimed": lambda found, row, day: _resolved(found, day, "bad_debt"),
    "settled_twice": lambda found, row, day: _resolved(found, day, *OUTCOMES),
    "balance_forgotten": _balance_forgotten,
    "called_too_often": _called_too_often,
    "last_month_lost": _last_month_lost,
}


def _none(value: object) -> None:
    assert pd.isna(value)


def test_the_table_is_whole() -> None:
    """Every case says option, step, day, letter and what must not happen; together they meet all that there is."""
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)
    for case in CASES:
        missing = [name for name in (*WHOLE, "never") if not case.get(name)]
        assert not missing, (case["name"], missing)
        assert (NONE in [case[name] for name in WHOLE]) == ("why" in case), case["name"]
        assert len(case.get("why", "a reason")) > 5
        assert set(case["never"]) <= set(NEVER), case["name"]
        assert ("opened" in case["never"]) == (case.get("stage") == NONE), case["name"]
    met = {case["option"] for case in CASES}
    assert {entry.name for entry in all_options()} <= met, "every option is met as the one chosen"
    assert set(NEVER) == {what for case in CASES for what in case["never"]}
    outcomes = {case.get("outcome") for case in CASES}
    assert set(OUTCOMES) | {"left"} <= outcomes, "every outcome is reached"
    kinds = {_kind(one) for case in CASES for one in case["coverages"]}
    assert kinds >= {*PAYER_KINDS} - {"other"}, "an insurer of no other kind is worked as a commercial one"
    said = {answer for case in CASES for _, answer in case.get("responses", [])}
    assert said == {"agreed", "refused", "cannot_pay", "disputes", "surprised", "asks_to_stop"}
    for setting in inputs()["practices"].column("setting").values:
        there = [case for case in CASES if case.get("setting", "office") == setting]
        assert any("cannot_pay" in dict(map(reversed, case.get("responses", []))) for case in there), setting
        assert any("qmb" in map(_kind, case["coverages"]) for case in there), setting
        assert any(case.get("claims") for case in there), setting


def _kind(coverage: str | dict[str, Any]) -> str:
    return coverage if isinstance(coverage, str) else coverage["payer_kind"]
