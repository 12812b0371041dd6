"""Every path of the machine is walked, and whatever is not in the table is refused with one sentence."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import date, timedelta

import pytest

from config.errors import InputError
from tasks.route.machine import LIVE, MOVES, OUTCOMES, STAGES, TABLE, Case, Move, after, missing_before, stand

DAY = date(2026, 10, 5)
EVERY = list(dict.fromkeys(move for move, _, _ in MOVES))
ASKS = [*(Move(what, DAY, what, reason="refused", option="payment_plan") for what in EVERY if what != "resolve")]
ASKS += [Move("resolve", DAY, f"resolve:{outcome}", outcome=outcome) for outcome in OUTCOMES]


def case_in(stage: str) -> Case:
    """A case that a shortest way has brought there."""
    waiting = deque([Case()])
    seen = {""}
    while waiting:
        case = waiting.popleft()
        if case.stage == stage:
            return case
        for move in ASKS:
            try:
                following = after(case, move)
            except InputError:
                continue
            if following.stage not in seen:
                seen.add(following.stage)
                waiting.append(following)
    raise AssertionError(f"no way leads to {stage}")


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_reached(stage: str) -> None:
    assert case_in(stage).stage == stage


@pytest.mark.parametrize("move", ASKS, ids=lambda move: move.source)
@pytest.mark.parametrize("stage", ["", *STAGES])
def test_every_move_from_every_stage_is_taken_by_the_table_or_refused(stage: str, move: Move) -> None:
    case = case_in(stage)
    to = TABLE.get((move.what, stage))
    possible = to is not None and (move.what != "resolve" or stage in OUTCOMES[move.outcome])
    if possible:
        assert after(case, move).stage == to
        return
    with pytest.raises(InputError) as refused:
        after(case, move)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_every_path_that_visits_no_stage_twice_ends_in_a_stage_of_the_table() -> None:
    paths: list[list[str]] = []

    def walk(case: Case, path: list[str]) -> None:
        ends = True
        for move in ASKS:
            try:
                following = after(case, replace(move, day=DAY + timedelta(days=len(path))))
            except InputError:
                continue
            assert following.stage in STAGES
            if following.stage not in path:
                ends = False
                walk(following, [*path, following.stage])
        if ends:
            paths.append(path)

    walk(Case(), [])
    whole = {tuple(path) for path in paths}
    assert ("open", "contacted", "option_offered", "application_pending", "resolved", "closed") in whole
    assert ("open", "resolved", "closed") in whole
    assert all(path[-1] == "closed" for path in paths), "nothing gets stuck: every way ends closed"


def test_a_live_case_can_always_be_resolved_and_left() -> None:
    for stage in LIVE:
        case = case_in(stage)
        assert after(case, Move("resolve", DAY, "x", outcome="nothing_owed")).stage == "resolved"
        assert after(case, Move("leave", DAY, "x")).outcome == "left"


def test_reductions_come_out_of_an_application_alone() -> None:
    for outcome in ("waived", "reduced", "sliding_fee"):
        assert OUTCOMES[outcome] == ("application_pending",)


def test_what_is_recorded_late_of_an_earlier_day_changes_nothing_but_the_history() -> None:
    opened = Move("hear", DAY, "a", reason="refused")
    paid = Move("resolve", DAY + timedelta(days=20), "b", outcome="paid", by="S1")
    late = Move("hear", DAY + timedelta(days=3), "c", reason="cannot_pay")
    case = stand([opened, paid, late])
    assert (case.stage, case.outcome, case.moves) == ("resolved", "paid", 3)
    later = stand([opened, paid, replace(late, day=DAY + timedelta(days=30))])
    assert (later.stage, later.reason, later.turns[0].response) == ("open", "cannot_pay", "cannot_pay")


def test_a_month_that_is_run_again_does_not_see_the_future() -> None:
    moves = [Move("hear", DAY, "a", reason="refused"), Move("contact", DAY + timedelta(days=40), "b", by="S1")]
    assert stand(moves, DAY + timedelta(days=26)).stage == "open"
    assert stand(moves).stage == "contacted"


def test_a_further_unpaid_claim_does_not_make_a_list_stale() -> None:
    moves = [Move("owe", DAY, "owed:K1", reason="unpaid_balance"), Move("owe", DAY, "owed:K2", reason="unpaid_balance")]
    assert stand(moves).moves == 1


@pytest.mark.parametrize(
    ("move", "sentence"),
    [
        (Move("forgive", DAY, "x"), "That is no move"),
        (Move("resolve", DAY, "x", outcome="forgiven"), "That is no outcome; write one of agreed, paid"),
        (Move("resolve", DAY, "x", outcome="waived"), "cannot be resolved as waived: it must be application pending"),
        (Move("reopen", DAY, "x"), "'reopen' is not possible in a case that is open; possible is attempted, contacted"),
    ],
)
def test_refusals_say_what_is_possible(move: Move, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        after(case_in("open"), move)


@pytest.mark.parametrize(
    ("stage", "outcome", "lacks"),
    [
        ("open", "waived", "the patient was reached, the option was offered and it was applied for"),
        ("contacted", "savings_program", "the option was offered and it was applied for"),
        ("option_offered", "reduced", "it was applied for"),
        ("application_pending", "waived", ""),
        ("open", "plan_agreed", "the patient was reached"),
        ("application_pending", "plan_agreed", ""),  # past them: no further step leads there
    ],
)
def test_an_outcome_that_comes_too_early_says_what_is_put_on_record_before_it(
    stage: str, outcome: str, lacks: str
) -> None:
    assert missing_before(stage, outcome) == lacks


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("stage", LIVE)
def test_where_nothing_is_missing_the_outcome_is_taken_or_the_case_is_past_it(stage: str, outcome: str) -> None:
    later = max(LIVE.index(one) for one in OUTCOMES[outcome]) < LIVE.index(stage)
    assert (not missing_before(stage, outcome)) == (stage in OUTCOMES[outcome] or later)
