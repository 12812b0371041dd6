"""The outbox as a page, and what comes back: each message with its state, whatever stands in it."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.errors import InputError
from flows.cli import app
from tasks.send.bounces import BounceReport, record_bounces
from tasks.send.delivery import deliver
from tasks.send.mailbox import mailbox_page
from tests.send.conftest import Pauses, fill, message, states


def notice(message_id: str, action: str = "failed", said: str = "550 5.1.1 <b@x.example>: no such user") -> bytes:
    """A delivery status notification as a mail system sends it."""
    status = EmailMessage()
    status["Reporting-MTA"] = "dns; mx.x.example"
    recipient = EmailMessage()
    fields = {"Final-Recipient": "rfc822; b@x.example", "Action": action, "Status": "5.1.1"}
    for name, value in (fields | {"Diagnostic-Code": f"smtp; {said}"}).items():
        recipient[name] = value
    mail = (
        "From: <>\nTo: ccm@maple.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nIt did not arrive.\n"
        f"--B\nContent-Type: message/delivery-status\n\n{status.as_string()}{recipient.as_string()}\n"
        f"--B\nContent-Type: text/rfc822-headers\n\nSubject: October\nMessage-ID: {message_id}\n\n--B--\n"
    )
    return mail.encode()


def our(place: int, recipient: str) -> str:
    return message(recipient, f"month-{place}").message_id


@pytest.mark.parametrize(
    ("audience", "kind", "shown"),
    [
        ("board", "figures-2026-09-2", "Board · 2026-09 · revision 2"),
        ("billing", "release-2026-09-1", "Billing · 2026-09"),
        ("operations", "run-failed-8dc8be29", "Operations · 2026-10"),
        ("care_manager", "worklist-S0001", "Care manager S0001 · 2026-10"),
        ("billing", "month", "Billing · 2026-10"),
    ],
)
def test_the_page_says_whom_a_message_is_for_and_which_month_it_is_about(store, audience, kind, shown):
    fill(store, "a@x.example")
    (one,), _ = store.newest_messages("P1")
    page = unescape(mailbox_page([replace(one, audience=audience, kind=kind)]))
    assert f"<span>{shown}</span>" in page
    assert "8dc8be29" not in page


def test_the_page_shows_every_message_with_its_state(store, server, running):
    server.refuse["b@x.example"] = ["550 no such mailbox"] * 9
    fill(store, "a@x.example", "b@x.example", "")
    deliver(store, running, sleep=Pauses())
    messages, left_out = store.newest_messages("P1")
    page = mailbox_page(messages, left_out)
    assert [one.recipient for one in messages] == ["", "b@x.example", "a@x.example"], "the newest first"
    assert "1 sent · 2 not delivered" in page
    assert "550 no such mailbox" in page
    frames = re.findall(r'<iframe sandbox="" [^>]*srcdoc="([^"]*)"', page)
    assert [unescape(one) for one in frames] == [one.html for one in messages]
    assert not re.search(r"<script|https?://", page)


def test_what_stands_in_a_message_cannot_leave_its_frame(store):
    fill(store, 'a@x.example"><script>alert(1)</script>')
    page = mailbox_page(*store.newest_messages())
    assert "<script" not in page
    assert mailbox_page([]).count("No message yet") == 1


def test_old_messages_are_counted_only(store):
    fill(store, *[f"{number}@x.example" for number in range(5)])
    messages, left_out = store.newest_messages("P1", 3)
    assert ([one.recipient[0] for one in messages], left_out) == (["4", "3", "2"], 2)
    assert "2 older messages not shown" in mailbox_page(messages, left_out)
    assert store.newest_messages("P2") == ([], 0)


def test_a_bounce_is_on_record_once(store, running, tmp_path: Path):
    fill(store, "a@x.example", "b@x.example")
    deliver(store, running)
    path = tmp_path / "bounce.eml"
    path.write_bytes(notice(our(1, "b@x.example")))
    assert record_bounces(store, [path]) == BounceReport(recorded=1)
    assert states(store) == ["sent", "failed"]
    (gone,) = store.undelivered_messages("P1")
    assert gone.last_error == "bounced: 5.1.1 550 5.1.1 that address no such user"
    assert record_bounces(store, [path]) == BounceReport(known=1)
    assert deliver(store, running).sent == 0, "what came back is not sent again by itself"


def test_folders_and_mailboxes_hold_several_notices(store, running, tmp_path: Path):
    fill(store, "a@x.example", "b@x.example")
    deliver(store, running)
    folder = tmp_path / "mail" / "new"
    folder.mkdir(parents=True)
    (folder / "1").write_bytes(notice(our(0, "a@x.example"), action="delayed"))
    (folder / "2").write_bytes(notice("<of.somebody@else.example>"))
    (folder / "3").write_bytes(b"Subject: Out of office\n\nBack on Monday.\n")
    both = b"".join(b"From mx Thu Nov  5 14:02:00 2026\n" + notice(our(n, f"{x}@x.example")) + b"\n" for n, x in
                    enumerate("ab"))  # fmt: skip
    (tmp_path / "box").write_bytes(both)
    assert record_bounces(store, [tmp_path / "mail"]) == BounceReport(of_others=1, no_failure=2)
    assert states(store) == ["sent", "sent"]
    assert record_bounces(store, [tmp_path / "box"]) == BounceReport(recorded=2)
    assert states(store) == ["failed", "failed"]


def test_a_file_that_is_not_there_is_one_sentence_and_nothing_is_recorded(store, running, tmp_path: Path):
    fill(store, "a@x.example")
    deliver(store, running)
    (tmp_path / "1").write_bytes(notice(our(0, "a@x.example")))
    with pytest.raises(InputError, match=r"none.eml: this cannot be read"):
        record_bounces(store, [tmp_path / "1", tmp_path / "none.eml"])
    assert states(store) == ["sent"]


def test_the_commands(store, running, tmp_path: Path):
    fill(store, "a@x.example")
    deliver(store, running)
    place = ["--out", str(tmp_path)]
    (tmp_path / "1.eml").write_bytes(notice(our(0, "a@x.example")))
    shown = CliRunner().invoke(app, ["outbox", "--no-open", *place])
    assert (shown.exit_code, "1 sent" in shown.output) == (0, True), shown.output
    assert "October · 3 holds" in (tmp_path / "outbox.html").read_text("utf-8")
    told = CliRunner().invoke(app, ["outbox", "bounces", str(tmp_path / "1.eml"), *place])
    assert (told.exit_code, told.output.split(",")[0]) == (0, "1 recorded"), told.output
