"""A month goes through its states by the moves there are; who moved it, when and why is never overwritten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from config.errors import InputError
from config.month import Month
from tasks.store import claims, month_life
from tasks.store.signed_off import last_signed
from tests.store.months import BASIS, OCTOBER, month, no_cases

AT = datetime(2026, 11, 4, 12, tzinfo=UTC)


def decide(store, patients=2, by="A. Preparer"):
    frames = month(patients)
    return store.save_cycle("P1", OCTOBER, BASIS, frames, no_cases(), lambda *_: [], by=by).cycle


def move(store, to, by="A. Biller", reason=""):
    with store.writing() as connection:
        return month_life.move(connection, "P1", OCTOBER, to, by, reason)


def sign(store, cycle, by="A. Biller"):
    with store.writing() as connection:
        return claims.sign(connection, cycle, by, AT)


def told(store):
    with store.reading() as connection:
        moves = month_life.history(connection, "P1", OCTOBER)
    return [(one.came_from, one.state, one.revision, one.moved_by, one.reason) for one in moves]


def test_of_two_who_sign_off_at_once_one_answers_for_it(store):
    cycle = decide(store)
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda name: sign(store, cycle, name), ("A. Biller", "S. Igner")))
    assert found[0] == found[1], "the second is told who it was"
    assert [one[3] for one in told(store) if one[1] == "signed_off"] == [found[0].signed_by]


def test_a_month_from_its_cut_off_to_its_reopening(store):
    with store.writing() as connection:
        assert not month_life.cut_off(connection, "P1", OCTOBER, date(2026, 11, 3), date(2026, 11, 3))
        assert month_life.cut_off(connection, "P1", OCTOBER, date(2026, 11, 3), date(2026, 11, 4))
        assert not month_life.cut_off(connection, "P1", OCTOBER, date(2026, 11, 3), date(2026, 11, 5))
    first = decide(store)
    assert decide(store) == first
    sign(store, first)
    sign(store, first, "Somebody Later")
    with store.writing() as connection:
        month_life.release(connection, first, AT)
        month_life.release(connection, first, AT)
    user = month_life.running_user()
    move(store, month_life.CLOSED)
    assert decide(store) == first, "the same again does not touch a closed month"
    with pytest.raises(
        InputError, match=r"P1, 2026-10 is closed since .* by A. Biller .*; .*ccm reopen --month 2026-10"
    ):
        decide(store, 3)
    move(store, month_life.REOPENED, "C. Chief", "a consent came late")
    with pytest.raises(InputError, match=r"is reopened since .* cannot become signed off from there; run it"):
        sign(store, first, "Somebody Later")
    second = decide(store)
    assert second.revision == 2, "a reopened month gets its revision although the result is the same"
    assert decide(store) == second
    sign(store, second, "D. Other")
    decide(store, 3, "E. Rerun")
    assert told(store) == [
        ("open", "cut_off", 0, "ccm", "the care team's last day was 2026-11-03"),
        ("cut_off", "decided", 1, "A. Preparer", ""),
        ("decided", "signed_off", 1, "A. Biller", ""),
        ("signed_off", "released", 1, user, "its claims were written"),
        ("released", "closed", 1, "A. Biller", ""),
        ("closed", "reopened", 1, "C. Chief", "a consent came late"),
        ("reopened", "decided", 2, "A. Preparer", ""),
        ("decided", "signed_off", 2, "D. Other", ""),
        ("signed_off", "reopened", 2, "E. Rerun", month_life.AGAIN),
        ("reopened", "decided", 3, "E. Rerun", ""),
    ]
    with store.reading() as connection:
        assert claims.signed(connection, first).signed_by == "A. Biller"


@pytest.mark.parametrize("to", [month_life.SIGNED_OFF, month_life.RELEASED, month_life.CLOSED, month_life.REOPENED])
def test_what_no_move_leads_to_is_refused_in_a_sentence(store, to):
    with pytest.raises(
        InputError, match=r"^P1, 2026-10 is open and cannot become .* from there; run it first: ccm run"
    ):
        move(store, to)
    assert told(store) == []


def test_a_month_that_is_there_already_is_said_to_be(store):
    sign(store, decide(store))
    move(store, month_life.RELEASED)
    move(store, month_life.CLOSED)
    with pytest.raises(
        InputError, match=r"^P1, 2026-10 is closed already since .* by A\. Biller; to change it, open it"
    ):
        move(store, month_life.CLOSED)


def test_a_revision_that_has_a_newer_one_is_not_signed_off(store):
    first = decide(store)
    decide(store, 3)
    with pytest.raises(InputError, match="revision 2 was decided in the meantime and takes the place of revision 1"):
        sign(store, first)


def test_a_month_returned_to_the_care_team_waits_for_its_next_run(store):
    first = decide(store)
    move(store, month_life.OPEN, reason="two notes are missing")
    assert decide(store) == first
    assert [row[:3] for row in told(store)] == [("open", "decided", 1), ("decided", "open", 1), ("open", "decided", 1)]


def test_every_state_can_be_left_and_reached():
    assert set(month_life.WORDS) == set(month_life.MOVES) == set(month_life._NEXT)
    reached = {to for moves in month_life.MOVES.values() for to in moves}
    assert reached == set(month_life.WORDS)


def test_months_from_before_moves_were_kept_stand_where_they_stood(url):
    from alembic import command
    from alembic.config import Config

    from tasks.store import open_store
    from tasks.store import upgrade as module
    from tasks.store.engine import connect, parse

    engine, config = connect(parse(url)), Config()
    config.set_main_option("script_location", str(module.MIGRATIONS))
    with engine.connect().execution_options(**{module.WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        cycle = (
            "INSERT INTO cycles (id, practice_id, month, revision, state, input_digest, settings_digest, "
            "rulebook_digest, result_digest, settings, created_at) VALUES "
            "({}, 'P1', '{}', {}, 'decided', '', '', '', '', '', '2026-11-04 12:00:00')"
        )
        for row in ((1, "2026-09", 1), (2, "2026-09", 2), (3, "2026-10", 1), (4, "2026-08", 1)):
            connection.exec_driver_sql(cycle.format(*row))
        signed = "INSERT INTO sign_offs (cycle_id, signed_by, signed_at) VALUES ({}, 'B', '2026-11-05 12:00:00')"
        for number in (1, 3, 4):
            connection.exec_driver_sql(signed.format(number))
        connection.exec_driver_sql(
            "INSERT INTO claim_files (control_number, practice_id, month, revision, form, receiver_id, file_name, "
            "content, claims, charge_cents, created_at) VALUES (1, 'P1', '2026-08', 1, '837P', 'R', 'f', '', 1, 1, "
            "'2026-11-05 12:00:00')"
        )
    engine.dispose()
    store = open_store(url)
    with store.reading() as connection:
        found = {
            name: month_life.state_of(connection, "P1", name) for name in ("2026-08", "2026-09", "2026-10", "2026-11")
        }
        assert month_life.last_move(connection, "P1", Month(2026, 8)).moved_at == datetime(2026, 11, 5, 12, tzinfo=UTC)
        assert connection.execute(sa.text("SELECT max(id) FROM month_moves")).scalar() > 4
    store.close()
    assert found == {"2026-08": "released", "2026-09": "decided", "2026-10": "signed_off", "2026-11": "open"}


def test_the_revision_signed_off_before_one_is_the_last_below_it(store):
    first = decide(store)
    sign(store, first)
    move(store, month_life.REOPENED, reason="late note")
    second = decide(store, patients=3)
    with store.reading() as connection:
        assert last_signed(connection, "P1", OCTOBER)[0].revision == first.revision == 1
    sign(store, second, "C. Coder")
    with store.reading() as connection:
        cycle, signed = last_signed(connection, "P1", OCTOBER)
        assert (cycle.revision, signed.signed_by) == (2, "C. Coder")
        assert last_signed(connection, "P1", OCTOBER, below=2)[1].signed_by == "A. Biller"
        assert last_signed(connection, "P1", OCTOBER, below=1) is None
