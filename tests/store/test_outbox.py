"""A message is sent once or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from config.errors import PlaceError
from tasks.store import open_store
from tasks.store.outbox import LEASE, finish, put_daily
from tasks.store.schema import messages
from tests.store.months import BASIS, OCTOBER, Letter, month, no_cases, save
from tests.store.processes import together

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Daily(Letter):
    """A message of a day."""

    practice_id: str = "P1"
    month: str = "2026-11-05"
    revision: int = 1


@pytest.fixture
def waiting(store):
    save(store, month())
    (message,) = store.pending_messages()
    return message


def state(store):
    with store.engine.connect() as connection:
        return connection.execute(sa.select(messages.c.state, messages.c.attempts, messages.c.last_error)).one()


def test_a_message_comes_back_as_it_was(store, waiting):
    assert (waiting.practice_id, waiting.month, waiting.revision) == ("P1", "2026-10", 1)
    letter = Letter(subject="Revision 1: 0 changes")
    for name in ("audience", "kind", "recipient", "subject", "html", "text", "message_id"):
        assert getattr(waiting, name) == getattr(letter, name)
    assert (waiting.state, waiting.attempts, waiting.sent_at) == ("pending", 0, None)
    assert store.pending_messages("P2") == []


def test_sent(store, waiting):
    assert not store.mark_sent(waiting.id)  # nobody has claimed it
    assert store.claim_for_sending(waiting.id)
    assert not store.claim_for_sending(waiting.id)
    assert store.pending_messages() == []
    before = datetime.now(UTC)
    assert store.mark_sent(waiting.id)
    assert not store.claim_for_sending(waiting.id)
    (sent,) = store.messages(store.latest("P1", OCTOBER))
    assert (sent.state, sent.attempts) == ("sent", 1)
    assert sent.sent_at.utcoffset() == timedelta(0)
    assert before <= sent.sent_at <= datetime.now(UTC)


def test_failed_for_now_and_for_good(store, waiting):
    store.claim_for_sending(waiting.id)
    assert store.mark_failed(waiting.id, "450 later", retry=True)
    assert state(store) == ("pending", 1, "450 later")
    store.claim_for_sending(waiting.id)
    assert store.mark_failed(waiting.id, "550 " + "x" * 500, retry=False)
    assert state(store) == ("failed", 2, "550 " + "x" * 196)
    assert store.pending_messages() == []


def test_left_by_a_dead_sender_it_is_uncertain_and_never_sent_again(store, waiting):
    store.claim_for_sending(waiting.id)
    assert store.pending_messages() == []
    assert state(store).state == "sending"  # a living run is not disturbed
    with store.engine.begin() as connection:
        connection.execute(sa.update(messages).values(sending_since=datetime.now(UTC) - LEASE - timedelta(seconds=1)))
    assert store.pending_messages() == []
    assert [message.id for message in store.uncertain_messages("P1")] == [waiting.id]
    assert not store.claim_for_sending(waiting.id)
    assert store.mark_sent(waiting.id)  # it was only slow
    assert store.uncertain_messages() == []


def test_a_newer_revision_supersedes_what_waits_but_not_what_was_sent(store, waiting):
    changed = month()
    changed["decisions"].loc[1, "outcome"] = "hold"
    save(store, changed)
    assert [message.revision for message in store.pending_messages()] == [2]
    assert not store.claim_for_sending(waiting.id)
    newer = store.pending_messages()[0]
    store.claim_for_sending(newer.id)
    store.mark_sent(newer.id)
    save(store, month())
    assert [message.revision for message in store.pending_messages()] == [3]
    with store.engine.connect() as connection:
        states = connection.execute(sa.select(messages.c.state).order_by(messages.c.id)).scalars().all()
    assert states == ["superseded", "sent", "pending"]


def test_a_newer_revision_withdraws_what_waits_about_an_older_one(store):
    """Told on a day about a month: its kind says of which month and revision."""

    def told(kind, day="2026-11-05", audience="board", practice_id="P1"):
        return Daily(audience=audience, kind=kind, practice_id=practice_id, month=day)

    stay = [
        told("figures-2026-09-1"),
        told("figures-2026-10-10"),
        told("release-2026-10-1"),
        told("figures-2026-10-1", audience="quality"),
        told("figures-2026-10-1", practice_id="P2"),
        told("worklist-2026-10-1x"),
    ]
    with store.writing() as connection:
        put_daily(connection, [*stay, told("figures-2026-10-1")])
        put_daily(connection, [told("figures-2026-10-2")])
    gone = next(one for one in store.pending_messages() if one.kind == "figures-2026-10-2")
    store.claim_for_sending(gone.id)
    store.mark_sent(gone.id)
    with store.writing() as connection:
        assert put_daily(connection, [told("figures-2026-10-3", "2026-11-09")]) == 1
    waits = {(one.audience, one.kind, one.practice_id) for one in store.pending_messages()}
    assert waits == {(one.audience, one.kind, one.practice_id) for one in stay} | {("board", "figures-2026-10-3", "P1")}
    states = {one.kind: one.state for one in store.newest_messages("P1")[0] if one.audience == "board"}
    assert states["figures-2026-10-1"] == "superseded", "kept, and shown as replaced by a newer one"
    assert states["figures-2026-10-2"] == "sent"


def test_the_same_message_twice_is_refused(store):
    with pytest.raises(ValueError, match="two have the same audience"):
        store.save_cycle("P1", OCTOBER, BASIS, month(), no_cases(), lambda revision, changes: [Letter(), Letter()])
    assert store.latest("P1", OCTOBER) is None


def test_two_senders_never_take_the_same_message(url):
    store = open_store(url)
    letters = [Letter(recipient=f"{number}@example.org") for number in range(30)]
    store.save_cycle("P1", OCTOBER, BASIS, month(), no_cases(), lambda revision, changes: letters)
    assert sum(int(claimed) for claimed in together("claim", url)) == 30
    store.close()


def test_an_instant_needs_its_zone(store, waiting):
    with store.engine.connect() as connection, pytest.raises(sa.exc.StatementError, match="needs a zone"):
        connection.execute(sa.update(messages).values(sent_at=datetime(2026, 10, 1)))
    eastern = datetime.fromisoformat("2026-11-01T01:30:00.123456-04:00")
    with store.engine.begin() as connection:
        connection.execute(sa.update(messages).values(sent_at=eastern))
    (stored,) = store.pending_messages()
    assert stored.sent_at == eastern
    assert stored.sent_at.isoformat() == "2026-11-01T05:30:00.123456+00:00"


def test_an_unknown_state_is_refused_without_telling_the_row(store, waiting):
    assert store.claim_for_sending(waiting.id)
    with pytest.raises(PlaceError, match="refused the work") as caught, store.writing() as connection:
        finish(connection, waiting.id, "lost", "", None)
    assert "example.org" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert state(store).state == "sending"
