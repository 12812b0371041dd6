"""Moves, determinations and attempts are kept once and as they were; an old database carries its cases over."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tasks.route.determinations import Determination
from tasks.route.machine import Move, stand
from tasks.route.work import as_row, determinations_by_case, moves_by_case
from tasks.store import case_work, open_store
from tasks.store.engine import WRITES, connect, parse
from tasks.store.upgrade import MIGRATIONS
from tests.route.made import determination
from tests.store.months import case, month, save

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
HEARD = Move("hear", date(2026, 10, 9), "said:2026-10-09:refused", reason="refused")
PAID = Move("resolve", date(2026, 10, 20), "command:1", outcome="paid", by="S1", note="by_phone", cents=1323)


def test_moves_are_kept_once_and_come_back_as_they_were(store):
    rows = {"C-000001": [as_row(HEARD), as_row(PAID)], "C-000002": [as_row(HEARD)]}
    for added in (3, 0):
        with store.writing() as connection:
            assert case_work.add_moves(connection, "P1", rows, NOW) == added
    with store.reading() as connection:
        found = moves_by_case(case_work.moves(connection, "P1"))
        assert found == {"C-000001": [HEARD, PAID], "C-000002": [HEARD]}
        assert moves_by_case(case_work.moves(connection, "P1", "C-000002")) == {"C-000002": [HEARD]}
        assert case_work.moves(connection, "P2").empty


def test_determinations_and_attempts_come_back_as_they_were(store):
    one: Determination = determination(second_by="S2", amount_cents=20_000)
    attempt = {"case_number": "C-000001", "day": date(2026, 10, 9), "at": NOW, "result": "no_answer"}
    attempt |= {"method": "by_phone", "by": "S1", "source": "command:1"}
    for added in (1, 0):
        with store.writing() as connection:
            assert case_work.add_determination(connection, "P1", vars(one), NOW) == added
            assert case_work.add_attempt(connection, "P1", attempt, NOW) == added
    with store.reading() as connection:
        assert determinations_by_case(case_work.determined(connection, "P1")) == {"C-000001": [one]}
        row = case_work.attempts(connection, "P1").iloc[0]
    assert (row["at"], row["result"]) == (pd.Timestamp(NOW), "no_answer")


def test_two_who_record_the_same_at_once_record_it_once(store):
    added = []

    def work():
        with store.writing() as connection:
            case_work.alone(connection, "P1")
            added.append(case_work.add_moves(connection, "P1", {"C-000001": [as_row(HEARD)]}, NOW))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [0, 0, 0, 1]


def test_what_a_later_month_wrote_of_a_case_stays(store):
    save(store, month(), case())
    later = case(stage="contacted", owed_cents=1323)
    with store.writing() as connection:
        assert case_work.put_cases(connection, "P1", "2026-11", later, NOW) == 1
        assert case_work.put_cases(connection, "P1", "2026-11", later, NOW) == 0
        assert case_work.put_cases(connection, "P1", "2026-10", case(), NOW) == 0
    pd.testing.assert_frame_equal(store.open_copay_cases("P1"), later)


def test_money_and_attempts_alone_make_no_new_revision(store):
    save(store, month(), case())
    assert not save(store, month(), case(owed_cents=1323, attempts=2, revision=5)).new
    assert save(store, month(), case(stage="contacted")).new


@pytest.fixture
def before(url):
    """The address of a database as the version before made it, with three cases in it."""
    engine = connect(parse(url))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(sa.text(
            "INSERT INTO cycles (practice_id, month, revision, state, input_digest, settings_digest, rulebook_digest,"
            " result_digest, settings, created_at) VALUES ('P1', '2026-09', 1, 'x', '', '', '', '', '{}', '2026-10-02')"
        ))  # fmt: skip
        cycle = connection.execute(sa.text("SELECT id FROM cycles")).scalar_one()
        told = [
            ("C-000001", "refused", "2026-09-04", "open"),
            ("C-000001", "cannot_pay", "2026-09-20", "open"),
            ("C-000002", "disputes", "2026-09-05", "open"),
            ("C-000002", "agreed", "2026-09-25", "closed"),
            ("C-000003", "surprised", "2026-09-06", "closed"),
        ]
        last = {number: (number, *rest) for number, *rest in told}
        for number, response, day, state in told:
            values = {
                "cycle": cycle,
                "number": number,
                "response": response,
                "day": date.fromisoformat(day),
                "state": state,
            }
            connection.execute(_event(), values)
        for number, response, day, state in last.values():
            values = {"number": number, "response": response, "day": date.fromisoformat(day), "state": state}
            connection.execute(_case(), values)
    engine.dispose()
    return url


def _event():
    return sa.text(
        "INSERT INTO copay_case_events (cycle_id, practice_id, case_number, patient_id, response, response_date, state)"
        " VALUES (:cycle, 'P1', :number, :number, :response, :day, :state)"
    ).bindparams(sa.bindparam("day", type_=sa.Date()))


def _case():
    return sa.text(
        "INSERT INTO copay_cases"
        " (practice_id, month, updated_at, case_number, patient_id, response, response_date, state)"
        " VALUES ('P1', '2026-09', '2026-10-02 00:00:00', :number, :number, :response, :day, :state)"
    ).bindparams(sa.bindparam("day", type_=sa.Date()))


def test_an_old_database_carries_its_cases_over(before):
    opened = open_store(before)
    with opened.reading() as connection:
        moves = moves_by_case(case_work.moves(connection, "P1"))
        known = case_work.known(connection, "P1").set_index("case_number")
    stood = {number: stand(several) for number, several in moves.items()}
    assert [(case.stage, case.outcome) for case in stood.values()] == [
        ("open", ""),
        ("resolved", "agreed"),
        ("closed", "left"),
    ]
    assert [turn.response for turn in stood["C-000001"].turns] == ["refused", "cannot_pay"]
    assert known["stage"].tolist() == ["open", "resolved", "closed"]
    assert known.loc["C-000001", "settled_date"] is pd.NaT or pd.isna(known.loc["C-000001", "settled_date"])
    assert opened.open_copay_cases("P1")["case_number"].tolist() == ["C-000001"]
    opened.close()
