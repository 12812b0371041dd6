"""Each kind of action item: made from its threshold on and not below, carried, closed by itself, opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest

from config.action_kinds import ActionSettings, Gone, action_settings, kinds_in_force, newest_kind, shipped
from config.audiences import audience
from config.errors import InputError, RuleError
from config.month import Month
from tasks.action.lists import as_of, listed
from tasks.action.look import Rules, look
from tasks.action.machine import Item, Move, after
from tasks.action.measures import measured
from tests.action.made import OCTOBER, month, of_kind, quiet

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 5)
LONG_AGO = pd.Timestamp(2020, 1, 1)
SETTINGS = action_settings("P1")
RULES = Rules(kinds_in_force(OCTOBER, SETTINGS), SETTINGS)
TABLE = [
    # kind, times from which it is made, months in a row, audience, person, dollars at stake
    ("consent_backlog", 3, 1, "care_manager", "S1", True),
    ("decision_making_missing", 2, 1, "billing_practitioner", "D1", False),
    ("hold_recurs", 3, 2, "billing_practitioner", "D1", True),
    ("denials_of_rule", 3, 1, "billing", "", True),
    ("coverage_unknown", 3, 1, "billing", "", False),
    ("training_needed", 5, 1, "operations", "", False),
    ("rows_set_aside", 5, 2, "operations", "", False),
    ("time_signs", 1, 2, "compliance", "", False),
    ("queries_unanswered", 2, 1, "operations", "", False),
    ("just_short", 5, 2, "care_manager", "S1", False),
    ("panel_too_large", 1, 2, "operations", "", False),
    ("no_care_manager", 1, 1, "operations", "", False),
    ("copay_left_open", 3, 1, "billing", "", False),
]


def run(kind: str, counts: Sequence[int], items: Sequence[Item] = (), first: Month = OCTOBER) -> list[Item]:
    """The items after months that show the cause of that kind so many times each."""
    when, found = first, list(items)
    for times in counts:
        frames = month(kind, times)
        if "denials" in frames and len(frames["denials"]):
            frames["denials"]["month"] = str(when)
        if len(frames["copay_cases"]):
            frames["copay_cases"]["response_date"] = LONG_AGO
        seen = measured(frames, [RULES.kinds[kind]], when)
        found = [item for item, _ in look(found, seen, when, DAY, RULES)]
        when = when.next
    return found


def test_every_kind_stands_in_the_table():
    assert [row[0] for row in TABLE] == list(shipped())


@pytest.mark.parametrize(("kind", "at_least", "months", "who", "person", "money"), TABLE)
def test_a_kind_from_its_threshold_to_its_end_and_back(kind, at_least, months, who, person, money):
    below = at_least - 1
    assert of_kind(run(kind, [below] * (months + 1)), kind) == [], "not made below its threshold"
    assert of_kind(run(kind, [at_least] * (months - 1)), kind) == [], "not before it was seen often enough"
    (made,) = of_kind(run(kind, [at_least] * months), kind)
    assert (made.state, made.audience, made.person) == ("open", who, person)
    assert made.first_seen == str(OCTOBER)
    assert made.months_seen == months
    assert made.due > DAY
    assert (made.shown.cents or 0) > 0 if money else not made.shown.cents
    assert made.shown.count == at_least

    (carried,) = of_kind(run(kind, [at_least] * months + [at_least + 1]), kind)
    assert (carried.number, carried.due, carried.trend) == (made.number, made.due, "rising")
    assert carried.months_seen == months + 1

    gone = [at_least] * months + [below, below]
    (still,) = of_kind(run(kind, gone[:-1]), kind)
    assert still.state == "open", "one month without it is not enough"
    (closed,) = of_kind(run(kind, gone), kind)
    assert (closed.state, closed.closed_by) == ("closed", "run")
    assert closed.why == "the cause is gone in 2 decided months in a row"

    (back,) = of_kind(run(kind, [*gone, at_least]), kind)
    assert (back.number, back.state, back.first_seen) == (made.number, "open", made.first_seen)


@pytest.mark.parametrize("kind", [row[0] for row in TABLE])
def test_the_same_month_again_makes_no_move(kind):
    frames, rules = month(kind, 9), RULES
    seen = measured(frames, rules.kinds.values(), OCTOBER)
    once = [item for item, _ in look([], seen, OCTOBER, DAY, rules)]
    assert once
    assert [moves for _, moves in look(once, seen, OCTOBER, DAY, rules)] == [[]] * len(once)


def test_a_month_that_cannot_be_measured_says_nothing():
    items = run("coverage_unknown", [5])
    frames = quiet()
    del frames["coverage_tasks"]
    for when in (OCTOBER.next, OCTOBER.next.next, OCTOBER.next.next.next):
        items = [item for item, _ in look(items, measured(frames, RULES.kinds.values(), when), when, DAY, RULES)]
    assert [item.state for item in items] == ["open"]


def test_a_corrected_month_takes_the_place_of_what_it_showed_before():
    items = run("hold_recurs", [3, 3])
    assert items[0].state == "open"
    seen = measured(month("hold_recurs", 1), RULES.kinds.values(), OCTOBER.next)
    (item, moves), *_ = look(items, seen, OCTOBER.next, DAY, RULES)
    assert [move.what for move in moves] == ["seen"]
    assert (item.months_seen, item.trend) == (1, "falling")
    assert (item.shown.month, item.shown.count, item.shown.cases) == (str(OCTOBER.next), 1, "C-000001")
    (item, _), *_ = look([item], {"hold_recurs": []}, OCTOBER.next, DAY, RULES)
    (row,) = listed([item]).to_dict("records")
    assert (row["evidence"], row["patients"], row["stake_cents"]) == ("0 patient-months", 0, 0)
    assert pd.isna(row["cases"])
    assert row["words"] == "Held month after month: a cause", "in the words of the month that showed it"


def test_every_patient_whose_plan_is_to_be_asked_is_a_case_of_the_item_once():
    frames = month("coverage_unknown", 5)
    frames["coverage"] = pd.concat([frames["coverage"]] * 2)  # two payers of whom neither is known
    (seen,) = measured(frames, RULES.kinds.values(), OCTOBER)["coverage_unknown"]
    assert (seen.count, seen.patients, seen.of) == (5, 5, 40)
    assert seen.cases == tuple(f"C-{n:06d}" for n in range(1, 6))


def test_closed_by_a_person_it_comes_back_in_a_later_month_and_not_by_a_rerun():
    (item,) = run("consent_backlog", [4])
    item = after(item, Move("close", DAY, by="B1", words="The clinic closed"))
    seen = measured(month("consent_backlog", 5), RULES.kinds.values(), OCTOBER)
    ((again, _),) = look([item], seen, OCTOBER, DAY, RULES)
    assert (again.state, again.why) == ("closed", "The clinic closed")
    (back,) = run("consent_backlog", [5], [again], OCTOBER.next)
    assert back.state == "open"


def test_who_was_given_it_keeps_it_when_it_comes_back():
    (item,) = run("consent_backlog", [4])
    item = after(item, Move("assign", DAY, by="B1", audience="operations"))
    (item,) = run("consent_backlog", [0, 0], [item], OCTOBER.next)
    assert item.state == "closed"
    (item,) = run("consent_backlog", [4], [item], OCTOBER.next.next.next)
    assert (item.state, item.audience, item.person) == ("open", "operations", "")


def test_what_is_closed_is_neither_given_to_anybody_nor_moved():
    (item,) = run("consent_backlog", [4])
    item = after(item, Move("close", DAY, by="B1", words="Done"))
    with pytest.raises(InputError, match="'due' is not possible: the item is closed on 2026-11-05 by B1: Done"):
        after(item, Move("due", DAY, due_date=DAY))


def test_the_most_urgent_comes_first_and_each_says_what_is_at_stake():
    items = run("hold_recurs", [3, 4]) + [
        Item(9, one.kind, one.about, "S9", months=one.months, state="open", due=date(2026, 11, 6))
        for one in run("consent_backlog", [4])
    ]
    rows = listed(items)
    assert rows["action_number"].tolist() == ["A-000009", "A-000001"]
    assert rows["evidence"].tolist()[1] == "4 patient-months of 40 (10 %)"
    assert rows["stake_cents"].tolist()[1] == 4 * 6613
    assert rows["cases"].tolist()[1] == "C-000001, C-000002, C-000003, C-000004"


def test_a_hold_of_a_patient_without_care_manager_belongs_to_operations():
    frames = month("consent_backlog", 3)
    frames["decisions"] = frames["decisions"].assign(care_manager_id=None)
    (seen,) = measured(frames, [RULES.kinds["consent_backlog"]], OCTOBER)["consent_backlog"]
    assert (seen.audience, seen.person) == ("operations", "")


def test_what_a_practice_sets_holds_for_it_alone(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "practices: {P1: {actions: {gone_months: [{since: '2015-01', months: 1}, {since: '2026-11', months: 3}], "
        "kinds: {consent_backlog: {at_least: 9, days: 3}, just_short: {left_out: true}}}}}\n",
        "utf-8",
    )
    mine = action_settings("P1", path)
    kinds = kinds_in_force(OCTOBER, mine)
    assert (kinds["consent_backlog"].at_least, kinds["consent_backlog"].days) == (9, 3)
    assert "just_short" not in kinds
    assert [mine.gone(one) for one in (Month(2014, 1), OCTOBER, OCTOBER.next)] == [1, 1, 3]
    assert kinds_in_force(OCTOBER, action_settings("P2", path))["consent_backlog"].at_least == 3
    path.write_text("defaults: {actions: {kinds: {gossip: {left_out: true}}}}\n", "utf-8")
    with pytest.raises(InputError, match=r"mine.yaml: P1: setting 'actions': gossip is no kind of action item"):
        action_settings("P1", path)
    with pytest.raises(ValueError, match="rise"):
        ActionSettings(gone_months=(Gone(since="2026-02", months=1), Gone(since="2026-01", months=1)))


def test_a_kind_is_dated_and_says_where_it_comes_from(tmp_path):
    for entries in shipped().values():
        assert all(one.source and one.confidence in ("primary", "secondary", "unverified") for one in entries)
    path = tmp_path / "actions.yaml"
    one = "kind: a, measure: short, at_least: 1, counts: [x, xs], days: 1, words: 'Ten letters', remedy: 'Ten letters'"
    one += ", source: 'Somebody', confidence: secondary"
    text = "owners: {it: operations}\nkinds:\n  - {since: '2015-01', owner: OWNER, " + one + "}\n"
    path.write_text(text.replace("OWNER", "board"), "utf-8")
    with pytest.raises(RuleError, match=r"actions.yaml: 'board' can own no action item; write one of "):
        shipped(path)
    twice = tmp_path / "twice.yaml"
    twice.write_text(text.replace("OWNER", "billing") + text.splitlines()[-1].replace("OWNER", "billing"), "utf-8")
    with pytest.raises(RuleError, match="close the earlier one with 'until'"):
        shipped(twice)
    assert newest_kind("consent_backlog")
    assert newest_kind("of a later version") is None
    assert all(audience(row[3]).channel != "whole" for row in TABLE)


def test_an_older_month_shows_what_it_and_those_before_it_showed():
    (item,) = run("consent_backlog", [4, 6, 5])
    november = OCTOBER.next
    (row,) = listed(as_of([item], november), november).to_dict("records")
    assert (row["newest_month"], row["months_seen"], row["trend"], row["patients"]) == ("2026-11", 2, "rising", 6)
    (row,) = listed(as_of([item], november.next), november.next).to_dict("records")
    assert (row["newest_month"], row["months_seen"], row["trend"], row["patients"]) == ("2026-12", 3, "falling", 5)
    assert as_of([item], OCTOBER.previous) == []


def test_an_item_whose_only_month_was_corrected_keeps_the_month_in_which_it_began():
    items = run("consent_backlog", [3])
    seen = measured(month("consent_backlog", 1), RULES.kinds.values(), OCTOBER)
    (item, _), *_ = look(items, seen, OCTOBER, DAY, RULES)
    (row,) = listed([item]).to_dict("records")
    assert (row["first_month"], row["newest_month"], row["months_seen"]) == ("2026-10", "2026-10", 0)
