"""The last day of a denial is that of the practice's terms of today, and its clock says when nobody knows one."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from config.month import Month
from tasks.remit.post import post
from tasks.remit.trace import name_cause
from tasks.remit.worklist import answers_of
from tasks.store import denials as cases
from tasks.store.coverage_tables import coverage_answers
from tasks.store.records import Basis, Digests
from tasks.store.remit_tables import denials
from tests.remit.answers import answer, denied
from tests.remit.billed import NOW, bill, rows
from tests.send.frames import nothing

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)


def settings_with(tmp_path, text: str):
    path = tmp_path / f"{abs(hash(text))}.yaml"
    path.write_text(f"practices: {{P1: {text}}}")
    return path


def due(store, settings=None) -> list[date]:
    found = answers_of(store, "P1", settings)["denials"].sort_values("claim_number")
    return [day.date() for day in found["due_date"]]


def test_terms_that_change_move_the_last_day_of_what_is_open(store, tmp_path):
    bill(store, ("C1", "99490"), ("C2", "99490"))
    body = denied("C1", "CO", "16", "MA130") + "\n" + denied("C2", "CO", "16", "MA130")
    post(store, "a.835", answer(body), TODAY)
    assert due(store) == [date(2027, 10, 31)] * 2, "a year from the day of service, as Medicare has it"
    assert due(store, settings_with(tmp_path, '{filing_days: {"12345": 30}}')) == [date(2026, 11, 30)] * 2
    with store.writing() as connection:
        cases.mark(connection, "C2", 1, "accepted", "let stand", NOW)
    own = settings_with(tmp_path, '{filing_days: {"12345": 60}}')
    assert due(store, own) == [date(2026, 12, 30), date(2027, 10, 31)], "what is done with keeps its day"


@pytest.mark.parametrize("kind", ["medicare_advantage", "medicaid", "commercial"])
def test_a_plan_is_asked_within_the_days_that_the_practice_set(store, tmp_path, kind):
    bill(store, ("C1", "99490"), payer_kind=kind)
    own = settings_with(tmp_path, "{payers: {ask_plan_days: 2}}")
    post(store, "a.835", answer(denied("C1", "CO", "B20")), TODAY)
    assert due(store) == [date(2026, 11, 28)], "Monday after the notice of Friday the 20th, and five days"
    assert due(store, own) == [date(2026, 11, 25)]
    one = answers_of(store, "P1")["denials"].iloc[0]
    assert one["route"] == "plan_appeal"
    assert one["clock"].startswith("unknown: ask the plan")


def test_medicare_keeps_its_term(store):
    bill(store, ("C1", "99490"))
    post(store, "a.835", answer(denied("C1", "CO", "B20", "N472")), TODAY)
    one = answers_of(store, "P1")["denials"].iloc[0]
    assert (one["route"], one["due_date"].date()) == ("redetermination", date(2027, 3, 25))
    assert one["clock"] == "120 days from the payer's notice, 5 presumed for its arrival"


def test_a_limit_that_the_payer_told_is_the_denials_as_well(store, tmp_path):
    bill(store, ("C1", "99490"), ("C2", "99490"), payer_kind="commercial")
    of_plan = {"patient_id": "PT-C1", "payer_kind": "commercial", "payer_id": "12345", "filing_days": 40}
    frames = nothing()
    frames.pop("changes")
    shares = frames.pop("copay_cases")
    kept = Basis(Digests("i", "s", "r"), {"payer_answers": pd.DataFrame([of_plan])}, "{}", b"")
    store.save_cycle("P1", Month(2026, 10), kept, frames, shares, lambda *_: [])
    said = {name: "" for name, column in coverage_answers.c.items() if isinstance(column.type, sa.Text)}
    days = dict.fromkeys(("answered_date", "holds_from", "valid_until"), TODAY)
    with store.writing() as connection:
        row = said | days | {"practice_id": "P1", "task_number": 1, "filing_days": 40, "recorded_at": NOW}
        connection.execute(sa.insert(coverage_answers), row)
    post(store, "a.835", answer(denied("C1", "CO", "16", "MA130") + "\n" + denied("C2", "CO", "16", "MA130")), TODAY)
    opened = [(date(2026, 12, 10),), (date(2027, 1, 29),)]
    assert rows(store, denials, "due_date") == opened, "what its payer told; the usual term of its kind"
    assert due(store) == [day for (day,) in opened]
    name_cause(store, "C1", 1, "information_missing", TODAY)
    assert rows(store, denials, "due_date") == opened
    assert due(store, settings_with(tmp_path, '{filing_days: {"12345": 30}}')) == [date(2026, 11, 30)] * 2


def test_where_another_payer_is_to_be_billed_the_practices_own_terms_with_others_count(store, tmp_path):
    bill(store, ("C1", "99490"), payer_kind="medicare_part_b")
    own = settings_with(tmp_path, '{filing_days: {"OTHER": 60, "12345": 40}}')
    post(store, "a.835", answer(denied("C1", "OA", "109")), TODAY, own)
    assert rows(store, denials, "due_date") == [(date(2026, 12, 30),)], "60 days after the service, not its payer's 40"
    assert due(store, own) == [date(2026, 12, 30)]
