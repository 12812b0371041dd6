"""The order of payers is the one on file, and what contradicts itself is told by name."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cover.month import B, listed, october, payer, queried
from tests.payer_kinds import PAYER_KINDS

pytestmark = pytest.mark.slow

MA = payer("medicare_advantage", payer_id="SYN11", plan_id="H9901-001")
MEDIGAP = payer("medigap", 2, payer_name="Lakeside", plan_letter="G")


def order(*coverages: dict[str, Any], **case: Any) -> list[str]:
    return list(listed(october(list(coverages), **case))["payer_kind"])


def test_payers_stand_in_the_order_typed() -> None:
    assert order(payer("qmb", 3, state="OH"), MEDIGAP, B) == ["medicare_part_b", "medigap", "qmb"]
    places = listed(october([B, payer("medigap", 7, plan_letter="G")]))
    assert list(places["place"]) == [1, 2]
    assert list(places["bill_first"]) == [True, False]


def test_a_plan_stands_in_the_place_of_part_b() -> None:
    assert order(B, payer("medicare_advantage", 2, payer_id="SYN11")) == ["medicare_advantage"]
    assert queried(october([B, MA])) == {}


def test_the_same_payer_twice_is_one() -> None:
    again = B | {"payer_name": "MEDICARE PART B", "payer_id": None}
    assert order(B, again) == ["medicare_part_b"]
    assert queried(october([B, again])) == {}


def test_only_what_is_in_force_on_the_months_last_day_or_that_of_death() -> None:
    gone = payer("commercial", end_date="2026-10-30")
    assert order(gone, B | {"start_date": "2026-10-31"}) == ["medicare_part_b"]
    assert order(gone, B | {"start_date": "2026-10-31"}, patient={"death_date": "2026-10-12"}) == ["commercial"]
    assert order(B | {"end_date": "2026-09-30"}) == []


CASES = [
    ("two_first_payers", [B, payer("commercial", payer_id="SYN41")], True),
    ("two_first_payers", [payer("commercial", payer_id="A"), payer("commercial", payer_id="B")], True),
    ("two_of_one_priority", [B, MEDIGAP, payer("commercial", 2, payer_id="SYN41")], False),
    ("no_first_payer", [B | {"priority": 2}], False),
    ("two_advantage_plans", [MA, payer("medicare_advantage", 2, payer_id="SYN12")], False),
    ("supplement_beside_advantage", [MA, MEDIGAP], False),
    ("supplement_without_medicare", [payer("commercial"), MEDIGAP], False),
    ("qmb_without_medicare", [payer("qmb", state="OH")], False),
    ("order_typed_otherwise", [payer("medicaid", state="OH"), B | {"priority": 2}], False),
    ("order_typed_otherwise", [payer("tricare"), B | {"priority": 2}], False),
    ("order_typed_otherwise", [payer("medigap", plan_letter="G"), B | {"priority": 2}], False),
]


@pytest.mark.parametrize(("name", "coverages", "holds"), CASES)
def test_what_contradicts_is_told_by_name_and_answers_conflicting(
    name: str, coverages: list[dict[str, Any]], holds: bool
) -> None:
    covered = october(coverages)
    assert queried(covered).get(name) is holds
    rows = listed(covered)
    assert set(rows["answer"]) == {"conflicting"}
    assert rows["reason"].iloc[0] in queried(covered)
    assert ((covered.tables["payer_answers"]["conflict"] != "").any()) == any(queried(covered).values())


@pytest.mark.parametrize(
    "coverages",
    [
        [B],
        [B, MEDIGAP],
        [B, MEDIGAP, payer("qmb", 3, state="OH")],
        [MA, payer("qmb", 2, state="OH")],
        [B, payer("tricare", 2)],
        [payer("commercial", payer_id="SYN41"), B | {"priority": 2}],
        [payer("unknown")],
        [B | {"end_date": "2026-10-14"}, MA | {"start_date": "2026-10-15"}],
        [payer("commercial", end_date="2026-09-30"), B],
        [],
    ],
)
def test_what_does_not_contradict_is_not_told(coverages: list[dict[str, Any]]) -> None:
    assert queried(october(coverages)) == {}


def test_a_contradiction_of_one_patient_is_nobody_elses() -> None:
    rows = listed(october([B, payer("commercial")], [B], [payer("commercial")]))
    assert list(rows.groupby("patient_id")["answer"].first()) == ["conflicting", "covers", "unknown"]


def test_while_the_order_contradicts_itself_nobody_is_billed_first() -> None:
    rows = listed(october([B, payer("commercial")]))
    assert not rows["bill_first"].any()


ANY_KIND = st.sampled_from(PAYER_KINDS)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(PAYER_KINDS), st.integers(1, 4), st.sampled_from(["", "SYN1", "SYN2"]), st.booleans()
            ),
            max_size=5,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_every_payer_in_force_has_a_place_an_answer_and_a_source(people: list[Any]) -> None:
    coverages = [
        [
            payer(kind, priority, payer_id=payer_id or None, end_date="2026-10-03" if ended else None)
            for kind, priority, payer_id, ended in rows
        ]
        for rows in people
    ]
    rows = listed(october(*coverages))
    assert set(rows["answer"]) <= {"covers", "does_not", "unknown", "conflicting"}
    assert rows[["evidence", "source", "confidence", "patient_owes"]].notna().all().all()
    for patient, group in rows.groupby("patient_id"):
        assert list(group["place"]) == list(range(1, len(group) + 1)), patient
        qmb = group["payer_kind"].eq("qmb").any()
        assert (set(group["patient_owes"]) == {"never"}) == bool(qmb) or not qmb
    assert rows["needs_authorization"].dtype == pd.BooleanDtype()
