"""Co-pay cases are opened once, then updated, and remember every state."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.store.months import OCTOBER, case, month, save

pytestmark = pytest.mark.slow


def events(store):
    with store.engine.connect() as connection:
        return [
            tuple(row)
            for row in connection.exec_driver_sql(
                "SELECT case_number, response, state FROM copay_case_events ORDER BY id"
            )
        ]


def test_a_case_is_opened_updated_and_closed(store):
    save(store, month(), case())
    pd.testing.assert_frame_equal(store.open_copay_cases("P1"), case())
    worse = case(response="cannot_pay", response_date=pd.Timestamp("2026-10-20"), due_date=None)
    save(store, month(), worse)
    pd.testing.assert_frame_equal(store.open_copay_cases("P1"), worse)
    save(store, month(), case(response="agreed", state="closed"), month=OCTOBER.next)
    assert store.open_copay_cases("P1").empty
    assert events(store) == [
        ("C-000001", "refused", "open"),
        ("C-000001", "cannot_pay", "open"),
        ("C-000001", "agreed", "closed"),
    ]
    assert store.open_copay_cases("P2").empty


def test_news_of_a_case_is_a_new_revision_and_no_news_is_none(store):
    assert save(store, month()).cycle.revision == 1
    opened = save(store, month(), case())
    assert (opened.new, opened.cycle.revision, len(opened.changes)) == (True, 2, 0)
    assert not save(store, month(), case()).new
    assert not save(store, month()).new  # a case that is not spoken of stays as it is
    assert len(store.open_copay_cases("P1")) == 1
    assert len(events(store)) == 1


def test_an_earlier_month_run_again_does_not_undo_a_later_one(store):
    save(store, month(), case())
    save(store, month(), case(response="agreed", state="closed"), month=OCTOBER.next)
    again = save(store, month(), pd.concat([case(), case("C-000009", patient_id="PT000009")]))
    assert again.new  # for the case that only this month has
    assert store.open_copay_cases("P1")["case_number"].tolist() == ["C-000009"]
    assert not save(store, month(), case()).new


def test_a_case_twice_is_refused(store):
    with pytest.raises(ValueError, match="case_number is missing or there twice"):
        save(store, month(), pd.concat([case(), case()]))
    with pytest.raises(ValueError, match="case_number is missing or there twice"):
        save(store, month(), case(None))
