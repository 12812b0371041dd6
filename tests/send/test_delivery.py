"""Delivery against a real SMTP server: once, and to everyone who can be reached."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from config.errors import InputError
from config.settings import Delivery
from tasks.send.delivery import DeliveryReport, deliver
from tests.send.conftest import Pauses, fill, message, states

SAID_NOTHING = DeliveryReport()


def test_every_message_arrives_once(store, server, running):
    fill(store, "a@x.example", "b@x.example")
    assert deliver(store, running) == DeliveryReport(sent=2)
    assert deliver(store, running) == SAID_NOTHING
    assert server.recipients == ["a@x.example", "b@x.example"]
    assert states(store) == ["sent", "sent"]


def test_what_arrives_is_what_was_written(store, server, running):
    fill(store, "a@x.example")
    deliver(store, running)
    mail = server.received[0][1]
    assert mail["Subject"] == "October · 3 holds"
    assert mail["Message-ID"] == message("a@x.example", "month-0").message_id
    assert mail["X-Unsent"] is None
    assert abs(dt.datetime.now(dt.UTC) - mail["Date"].datetime) < dt.timedelta(minutes=1)
    text = mail.get_body(("plain",)).get_content()
    assert text.splitlines() == message("a@x.example").text.splitlines()


def test_without_a_host_everything_stays(store):
    fill(store, "a@x.example")
    assert deliver(store, Delivery()) == DeliveryReport(waiting=1)
    assert states(store) == ["pending"]


def test_what_has_no_address_does_not_wait_for_a_server(store, server, running):
    fill(store, "", "a@x.example")
    assert deliver(store, Delivery()) == DeliveryReport(waiting=1, unaddressed=1)
    unreachable = Delivery(host="127.0.0.1", port=1, security="none")
    report = deliver(store, unreachable, sleep=Pauses())
    assert (report.failed, report.waiting, report.unaddressed) == (1, 1, 0)
    assert [one.last_error for one in store.undelivered_messages("P1")] == ["550 no address is on file"]


def test_a_refused_recipient_does_not_stop_the_others(store, server, running):
    server.refuse["gone@x.example"] = ["550 no such mailbox"] * 9
    fill(store, "gone@x.example", "b@x.example")
    assert deliver(store, running) == DeliveryReport(sent=1, failed=1)
    assert states(store) == ["failed", "sent"]
    assert server.recipients == ["b@x.example"]


@pytest.mark.parametrize("recipient", ["", "a@x.example\nBcc: thief@x.example", "jörg@x.example"])
def test_an_address_that_is_none_fails_and_does_not_stop_the_others(store, server, running, recipient):
    fill(store, recipient, "b@x.example")
    report = deliver(store, running)
    assert (report.sent, report.failed, report.problem) == (1, 1, "")
    assert server.recipients == ["b@x.example"]


def test_a_busy_server_is_asked_three_times(store, server, running):
    server.refuse["a@x.example"] = ["451 try later"] * 2
    fill(store, "a@x.example")
    pauses = Pauses()
    assert deliver(store, running, sleep=pauses) == DeliveryReport(sent=1)
    assert pauses == [1.0, 4.0]


def test_a_server_that_stays_busy_leaves_the_message_waiting(store, server, running):
    server.refuse["a@x.example"] = ["451 try later"] * 3
    fill(store, "a@x.example", "b@x.example")
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1, waiting=1)
    assert states(store) == ["pending", "sent"]
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1)


def test_a_connection_that_breaks_before_the_answer_leaves_it_uncertain(store, server, running):
    server.drop_after = {"a@x.example"}
    fill(store, "a@x.example", "b@x.example")
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1, uncertain=1)
    assert states(store) == ["sending", "sent"], "the store calls it uncertain when its lease is over"
    assert deliver(store, running) == SAID_NOTHING
    assert server.kept == ["a@x.example"], "the server may have kept it, so it is not offered again"


def test_a_connection_that_breaks_earlier_is_opened_again(store, server, running):
    server.refuse["a@x.example"] = ["421 closing down"]
    fill(store, "a@x.example")
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1)
    assert server.recipients == ["a@x.example"]


def test_no_server_is_one_sentence_and_everything_waits(store):
    fill(store, "a@x.example", "b@x.example")
    pauses = Pauses()
    report = deliver(store, Delivery(host="127.0.0.1", port=1, security="none"), sleep=pauses)
    assert (report.sent, report.waiting) == (0, 2)
    assert "CCM_SMTP_HOST" in report.problem
    assert pauses == [1.0, 4.0]
    assert states(store) == ["pending", "pending"]


def test_a_second_run_at_the_same_time_leaves_it_to_the_first(store, server, running):
    fill(store, "a@x.example")
    (waiting,) = store.pending_messages("P1")

    class Slow:
        """The store as the second run sees it: it read the outbox before the first run took the message."""

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def pending_messages(self, practice_id: str | None = None) -> list[object]:
            store.claim_for_sending(waiting.id)
            return [waiting]

    assert deliver(Slow(), running) == SAID_NOTHING
    assert server.received == []


def test_no_more_go_out_in_a_minute_than_are_allowed(store, server, running):
    fill(store, "a@x.example", "b@x.example", "c@x.example")
    pauses = Pauses()
    assert deliver(store, running.model_copy(update={"per_minute": 30}), sleep=pauses) == DeliveryReport(sent=3)
    assert pauses == [2.0, 2.0]


def test_each_leaves_as_it_is_finished_and_a_fault_there_leaves_all_waiting(store, server, running):
    fill(store, "a@x.example", "b@x.example")

    def fault(message):
        if message.recipient == "b@x.example":
            raise InputError("settings.yaml: it cannot be read")
        return message

    with pytest.raises(InputError):
        deliver(store, running, finish=fault)
    assert (states(store), server.received) == (["pending", "pending"], [])
    report = deliver(store, running, finish=lambda one: replace(one, text=one.text.replace("Hello", "Good morning")))
    assert report == DeliveryReport(sent=2)
    assert all("Good morning" in str(mail.get_body(["plain"])) for _, mail in server.received)
    assert all("Hello" in one.text for one in store.newest_messages("P1")[0])
