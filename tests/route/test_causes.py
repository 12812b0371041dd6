"""An option that is not open says why: a cause that holds, with words and source of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tasks.route import causes, options
from tasks.route.causes import first_causes
from tasks.route.entries import all_options
from tests.route.made import NUMBER, determination, stood, tables

NAMES = {one.cause for entry in all_options() for one in entry.not_}
FLAGS = ("qmb", "medicaid", "second_payer", "second_answered", "coverage_unknown", "conflicting", "waiting",
         "medicare_advantage", "outside_medicare", "said_cannot_pay", "plan_offered", "effort_complete",
         "sliding_schedule", "refused_before", "not_billed", "give_back")  # fmt: skip


def any_facts(rows: int = 3_000) -> pd.DataFrame:
    """Facts in every mixture; who was refused before has an income above the policy."""
    lot = np.random.default_rng(7)
    found = pd.DataFrame({name: lot.random(rows) < 0.5 for name in FLAGS})
    said = ["asks_to_stop", "cannot_pay", "refused", "disputes", "surprised", "unpaid_balance", "qmb_paid"]
    percent = pd.array(lot.choice([None, 100, 200, 250], rows), dtype="Int64")
    unanswered = found["waiting"] | (found["second_payer"] & ~found["second_answered"]) | found["conflicting"]
    owed, whole = pd.Series(lot.choice([0, 1323], rows)), lot.random(rows) < 0.3
    lowered = owed.where(whole, 0)
    return found.assign(
        unanswered=unanswered,
        response=lot.choice(said, rows),
        setting=lot.choice(["office", "rhc", "fqhc"], rows),
        owed_cents=owed,
        lowered_cents=lowered,
        ask_cents=(owed - lowered).mask(unanswered | found["qmb"] | found["not_billed"], 0),
        percent=percent,
        sliding_percent=200,
        hardship_percent=200,
    )


def test_every_cause_has_its_function_and_every_function_its_cause() -> None:
    functions = {name for name, found in vars(causes).items() if getattr(found, "__module__", "") == causes.__name__}
    assert functions - {"first_causes"} == NAMES


def test_what_is_not_open_has_a_cause_that_holds() -> None:
    facts = any_facts()
    told = first_causes(facts, all_options())
    for entry in all_options():
        answers = getattr(options, entry.name)(facts)
        names = np.array([row[entry.name] for row in told])
        closed = answers == "not"
        assert closed.any()
        for name in set(names[closed]):
            holds = np.asarray(getattr(causes, name)(facts), dtype=bool)
            assert holds[closed & (names == name)].all(), (entry.name, name)
        assert set(names[closed]) == {one.cause for one in entry.not_}, "each cause of the table is met"


@pytest.mark.parametrize(
    ("option", "made", "words", "source"),
    [
        ("sliding_fee", {}, "The practice has no sliding-fee schedule", "HRSA"),
        ("sliding_fee", {"income": 4_000_000, "setting": "fqhc"}, "income is above the schedule", "200 percent"),
        ("hardship_determination", {"said": "refused"}, "did not say that they cannot pay", "not advertised"),
        ("hardship_determination", {"income": 4_000_000}, "A determination that still holds refused it", "on record"),
        ("wait_for_secondary", {}, "No other payer that may pay the share is on file", "TRICARE"),
        ("bad_debt", {}, "pays this provider by a fee schedule", "413.89"),
        ("bad_debt", {"setting": "rhc"}, "No balance is open", "413.89"),
        ("reasonable_collection", {"kinds": ["medicare_part_b", "qmb"]}, "owes nothing", "SE1128"),
    ],
)
def test_a_case_says_its_own_cause(option: str, made: dict, words: str, source: str) -> None:
    asked = tables(made.get("kinds", ["medicare_part_b"]), [["2026-10-09", made.get("said", "cannot_pay")]],
                   made.get("setting", "office"))  # fmt: skip
    kind = "sliding_fee" if option == "sliding_fee" else "hardship"
    determined = [determination(kind=kind, income_cents=made["income"])] if "income" in made else []
    known = stood(asked, determined=determined).known[NUMBER]
    assert known.answers[option] == "not"
    entry = next(one for one in all_options() if one.name == option)
    assert words in entry.reason("not", known.causes[option])
    assert "; or" not in entry.reason("not", known.causes[option])
    assert source in entry.rests_on("not", known.causes[option])
