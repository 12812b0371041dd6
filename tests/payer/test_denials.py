"""Every kind of refusal of the rulebook's list ends on the worklist with its cause, way, day, owner and value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.denials import denials as tables
from tasks.remit.trace import name_cause
from tasks.remit.worklist import answers_of
from tasks.store.remit_tables import denials
from tasks.store.store import open_store
from tests.claim.signed_months import rows
from tests.payer.refusals import every_wording
from tests.payer.refused import CHARGE, EXPECTED, KINDS, NOTICE, OTHER, TODAY, Refused, answered, refused_cases
from tests.remit.billed import rows as denial_rows

pytestmark = pytest.mark.slow

# The clocks of the rulebook, by hand: what each way has for a last day.
NO_DENIAL = {36, 37}  # a remark and the patient's share
NOTHING_COMES = {11, 32}  # money is taken back after an audit; the claim is returned and was never received
BY_THE_SECOND_PAYER = {21}
BY_A_PLAN = {  # the ways that are Medicare's alone, and what is done with a plan in their place
    "redetermination": "plan_appeal",
    "unit_appeal": "plan_appeal",
    "clerical_reopening": "plan_review",
    "review": "plan_review",
}
# Wordings that the list has for several rows whose ways differ: the first last day of any of them, by hand, with
# Medicare and with a plan. Refund or void: 60 days; appeal or review: 125 days; a plan is asked before all of that.
SIXTY, APPEAL, ASKED = NOTICE + timedelta(days=60), NOTICE + timedelta(days=125), date(2026, 11, 28)
ACT_BY = {
    "CO-97": (SIXTY, ASKED),  # rows 5, 7, 8, 17, 40, 41 and others
    "CO-97 M80": (SIXTY, ASKED),  # 5, 6, 7 and 40
    "CO-97 N20": (APPEAL, ASKED),  # 5 and 40
    "CO-236": (SIXTY, SIXTY),  # 5, 8, 34 and 35
    "CO-B20 M80": (SIXTY, ASKED),  # 7 and 40
    "CO-119 M86": (APPEAL, ASKED),  # 2 beside 4 or 33
    "CO-50": (SIXTY, ASKED),  # 10, 12, 14 and 16
    "CO-50 N706": (SIXTY, ASKED),  # 10, 12 and 14
    "CO-96": (APPEAL, ASKED),  # 24, 38 and 41
    "OA-18": (NOTICE + timedelta(days=30),) * 2,  # 1 and 21
    "CO-181": (date(2027, 10, 10),) * 2,  # 30 and 31: a year to file, from the day of service
}
APPEAL_BESIDE = {"clerical_reopening", "none", "patient_bill"}  # Medicare's redetermination stays open meanwhile
TOLD = ("error", "route", "owner", "due_date")


def last_day(route: str, served: date) -> date | None:
    """120 days from receipt, presumed five after the notice; 60, 30; a plan is asked; another payer may have 90
    days from the service; else a year to file.
    """
    return {
        "redetermination": NOTICE + timedelta(days=125),
        "unit_appeal": NOTICE + timedelta(days=125),
        "review": NOTICE + timedelta(days=125),
        "clerical_reopening": date(2027, 11, 20),
        "refund": NOTICE + timedelta(days=60),
        "void": NOTICE + timedelta(days=60),
        "wait_for_crossover": NOTICE + timedelta(days=30),
        "bill_other_payer": served + timedelta(days=90),
        "plan_appeal": date(2026, 11, 28),
        "plan_review": date(2026, 11, 28),
        "none": None,
        "patient_bill": None,
    }.get(route, served.replace(year=served.year + 1))


@dataclass(frozen=True)
class Outcome:
    """A case with what the payer meant and what the worklist says of it; nothing where it is not there.

    `named` is what it says once a person has told the cause, where the payer's words fit another row as well.
    """

    one: Refused
    row_meant: int
    found: dict[str, Any]
    named: dict[str, Any]

    @property
    def taken_for_another(self) -> bool:
        """Whether it was traced to another row that the payer words in the same way."""
        rows_told = {error.row for error in tables().errors if error.name == self.found["error"]}
        return bool(rows_told) and rows_told <= set(self.one.case.get("not_alone", []))


@cache
def outcomes(kind: str, folder: Path) -> dict[str, Outcome]:
    store = open_store(f"sqlite:///{folder / kind}.db")
    found = refused_cases(kind)
    payers, posted = answered(store, kind, found)
    assert [one.difference_cents for one in posted] == [0] * len(posted)
    assert sum(one.in_suspense for one in posted) == 0
    worklist = answers_of(store, "P1")["denials"].set_index(["claim_number", "line"])
    numbers = {str(patient): str(number) for patient, number in rows(store, "patient_id", "claim_number")}
    meant = {key: row for payer in payers for key, row in payer.seen_rows.items()}
    result = {}
    for one in found:
        key = (numbers[one.patient], one.line)
        told = worklist.loc[key].to_dict() if key in worklist.index else {}
        outcome = Outcome(one, meant.get(f"{key[0]}/{key[1]}", 0), told, told)
        if told and (outcome.taken_for_another or told["may_mean"]):
            name_cause(store, *key, one.case["error"], TODAY)
            (again,) = denial_rows(store, denials, *TOLD, claim_number=key[0], line=key[1])
            outcome = replace(outcome, named=dict(zip(TOLD, again, strict=True)))
        result[one.patient] = outcome
    store.close()
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("refused")


CASES = [(kind, one) for kind in KINDS for one in refused_cases(kind)]
SLOW = {"part_b": (), "clinic": pytest.mark.slow, "plan": pytest.mark.slow}
PARAMS = [
    pytest.param(kind, one, id=f"{kind}: row {one.case['row']}, {one.case['name']}, {one.wording}", marks=SLOW[kind])
    for kind, one in CASES
]


@pytest.mark.parametrize(("kind", "one"), PARAMS)
def test_a_refusal_ends_where_the_rulebook_says(kind: str, one: Refused, folder: Path) -> None:
    outcome = outcomes(kind, folder)[one.patient]
    case, found = one.case, outcome.found
    assert outcome.row_meant == case["row"], "the payer refuses for the reason that the case is about"
    assert found, "it is on the worklist"
    answer, *remarks = one.wording.split()
    assert f"{found['adjustment_group']}-{found['reason']}" == answer
    assert set(remarks) <= set(found["remarks"].split())
    assert (found["state"], found["denied_cents"]) == ("open", CHARGE)
    assert found["expected_cents"] == EXPECTED.get(found["code"], OTHER)
    due = None if pd.isna(found["due_date"]) else pd.Timestamp(found["due_date"]).date()
    own, shared = last_day(found["route"], one.served), ACT_BY.get(one.wording, (None, None))[kind == "plan"]
    assert due == min(filter(None, (own, shared)), default=None), "before anybody named the cause"
    assert bool(found["may_mean"]) or due == own
    appeal = None if pd.isna(found["appeal_date"]) else pd.Timestamp(found["appeal_date"]).date()
    assert appeal == (APPEAL if kind != "plan" and found["route"] in APPEAL_BESIDE else None)
    found = outcome.named
    route = case.get("part_b", case["route"]) if kind == "part_b" else case["route"]
    route = BY_A_PLAN.get(route, route) if kind == "plan" else route
    assert (found["error"], found["route"], found["owner"]) == (case["error"], route, case["owner"])
    due = None if pd.isna(found["due_date"]) else pd.Timestamp(found["due_date"]).date()
    assert due == last_day(route, one.served)


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=SLOW[kind]) for kind in KINDS])
def test_what_is_taken_for_another_row_is_what_no_code_tells_apart(kind: str, folder: Path) -> None:
    """The list has the same answer for both rows; a case says so (`not_alone`) only where it is needed."""
    wordings: dict[int, set[str]] = {}
    for row, wording in every_wording():
        wordings.setdefault(row, set()).add(str(wording))
    for outcome in outcomes(kind, folder).values():
        case = outcome.one.case
        if outcome.taken_for_another:
            (row,) = {error.row for error in tables().errors if error.name == outcome.found["error"]}
            shared = {said.split()[0] for said in wordings[row]} & {outcome.one.wording.split()[0]}
            assert shared, (case["name"], row)
    exact = {outcome.one.case["row"] for outcome in outcomes(kind, folder).values() if not outcome.taken_for_another}
    tried = {outcome.one.case["row"] for outcome in outcomes(kind, folder).values()}
    assert tried - exact <= {7, 8, 9, 12, 29, 34, 41}, "every other row has a wording that leads to it by itself"


def test_every_wording_of_every_row_is_tried() -> None:
    tried = {(one.case["row"], one.wording) for _, one in CASES}
    known = {(row, str(wording)) for row, wording in every_wording() if row not in BY_THE_SECOND_PAYER}
    assert known - tried == {(31, "CO-181"), (31, "CO-182")}, "without M51 they say what row 30 says"
    rows_tried = {row for row, _ in tried}
    assert rows_tried | NO_DENIAL | NOTHING_COMES | BY_THE_SECOND_PAYER == set(range(1, 42))


def test_every_answer_that_the_program_predicts_is_one_a_payer_gives() -> None:
    """The shipped predictions and the payer's own wordings were written apart; they name the same codes."""
    given = {(row, wording.group, wording.reason, remark)
             for row, wording in every_wording() for remark in wording.remarks or ("",)}  # fmt: skip
    predicted = set(_predictions())
    assert predicted - given == set()


def _predictions() -> Iterator[tuple[int, str, str, str]]:
    for error in tables().errors:
        if error.row in NO_DENIAL:
            continue
        for answer in error.predicted:
            for remark in answer.remarks or ("",):
                yield error.row, answer.group, answer.reason, remark
