"""A payer's request for records has a last day from the day of its letter until the records were sent."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from config.errors import InputError
from flows.record_requests import record, show
from tasks.remit.worklist import answers_of
from tasks.store.store import Store
from tests.remit.billed import NOW, bill
from tests.store.months import knows

TODAY = date(2026, 12, 10)


def written(store: Store, *words: Any, **days: Any) -> str:
    """What the command says."""
    by = str(days.pop("by", "kim"))
    console = Console(width=300, file=StringIO(), record=True)
    url = store.engine.url.render_as_string(hide_password=False)
    told = dict.fromkeys(("asked", "due", "answered")) | days
    record(console, url, *(words or ("C1",)), **told, note="by letter", by=by, now=NOW, today=TODAY)
    return console.export_text()


def test_it_is_open_until_the_records_were_sent_and_refuses_what_cannot_be(store: Store) -> None:
    bill(store, ("C1", "99490"), ("C2", "99490"))
    assert "asked for on 2026-11-20, due by 2027-01-04" in written(store, asked=date(2026, 11, 20))
    assert "nothing was changed" in written(store, asked=date(2026, 11, 20), due=date(2026, 12, 1))
    assert "due by 2026-12-05" in written(store, "C2", asked=date(2026, 11, 25), due=date(2026, 12, 5))
    rows = answers_of(store, "P1")["record_requests"]
    assert rows[["claim_number", "state"]].values.tolist() == [["C2", "open"], ["C1", "open"]], "the soonest first"
    sent = {"answered": date(2026, 12, 9)}
    assert "sent on 2026-12-09, after their last day (2026-12-05)" in written(store, "C2", **sent)
    assert "sent on 2026-12-09" in written(store, "C2", **sent), "said twice, kept once"
    rows = answers_of(store, "P1")["record_requests"].set_index("claim_number")
    assert rows["state"].to_dict() == {"C1": "open", "C2": "answered"}
    assert f"{rows.at['C1', 'due_date']:%Y-%m-%d}" == "2027-01-04"
    console = Console(width=300, file=StringIO(), record=True)
    show(console, store.engine.url.render_as_string(hide_password=False), "P1")
    assert "C1 (C-000001, Medicare): open, due by 2027-01-04" in console.export_text()
    for claim, days, why in (
        ("C1", {}, "Say when the payer asked"),
        ("C1", {"due": TODAY}, "--due is the last day that the letter names"),
        ("C1", {"asked": date(2026, 12, 11)}, "lies ahead"),
        ("C1", {"asked": date(2026, 10, 1)}, "older than the service"),
        ("C1", {"asked": TODAY, "due": date(2026, 12, 1)}, "before they were asked for"),
        ("C1", {"answered": date(2026, 11, 1)}, "before they were asked for on 2026-11-20"),
        ("C2", {"answered": TODAY}, "on record as sent on 2026-12-09"),
    ):
        with pytest.raises(InputError, match=why):
            written(store, claim, **days)


def test_who_records_it_is_no_patient(store: Store) -> None:
    knows(store)
    bill(store, ("C1", "99490"))
    with pytest.raises(InputError, match=r"^--by: a patient's name stands in the text"):
        written(store, asked=date(2026, 11, 20), by="Cora Pine")
