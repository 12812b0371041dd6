"""A Prefect server that does not answer loses neither the question nor the answer of an approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import PlaceError
from config.month import Month
from flows.prefect_api import PrefectApi
from flows.waiting_runs import asked_alone, let_go, let_go_by_the_way
from tasks.store import approvals, month_life
from tasks.store.store import open_store
from tests.flows.conftest import Heard

MONTH = Month(2026, 10)
ASKED = approvals.Request("P1", "2026-10", 1, "run-1", 1, "", datetime(2026, 11, 5, 15, tzinfo=UTC))
UNREACHED = PrefectApi("http://127.0.0.1:1/api")


def test_the_question_is_asked_and_the_answer_taken_without_the_server(tmp_path: Path, heard: Heard) -> None:
    store, second = open_store(f"sqlite:///{tmp_path / 'ccm.db'}"), replace(ASKED, flow_run_id="run-2")
    with store.writing() as connection:
        month_life.move(connection, "P1", MONTH, month_life.DECIDED, "the schedule", revision=1)
    for one in (ASKED, second):
        assert asked_alone(store, UNREACHED, one) == ""
    with store.reading() as connection:
        assert [one.flow_run_id for one in approvals.of_month(connection, "P1", "2026-10")] == ["run-1", "run-2"]
    assert "does not answer (URLError); start it." in "\n".join(heard.said)
    with store.writing() as connection:
        month_life.move(connection, "P1", MONTH, month_life.SIGNED_OFF, "S. Igner")
    with pytest.raises(PlaceError, match="does not answer"):
        let_go(store, UNREACHED, "P1", MONTH)
    let_go_by_the_way(store, UNREACHED, "P1", MONTH)
    assert heard.said[-1].startswith(
        "P1, 2026-10: runs that wait for what is settled were not let go: The Prefect server"
    )
    store.close()


def test_an_address_that_is_none_is_said_in_a_sentence() -> None:
    with pytest.raises(PlaceError, match=r"^No Prefect server is named; set PREFECT_API_URL"):
        PrefectApi("").ask("/health")
    with pytest.raises(PlaceError, match=r"nowhere does not answer \(ValueError\)"):
        PrefectApi("nowhere").ask("/health")
    assert not PrefectApi("").healthy()
