"""Delivery: what waits in the outbox goes out over SMTP, once; when nobody can tell whether it did, never again."""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Protocol

from config.settings import Delivery
from tasks.send.connection import NoServerError, connect
from tasks.send.mime import Attachment, Written, as_mail

PAUSES = (1.0, 4.0)  # seconds before the second and the third try
DOT = re.compile(rb"(?m)^\.")  # a line that is one dot ends a message, so dots at a line's start are doubled
Sleep = Callable[[float], None]
Attach = Callable[[Any], Sequence[Attachment]]
Finish = Callable[[Any], Any]


class Waiting(Written, Protocol):
    """A message in the outbox."""

    @property
    def id(self) -> int:
        """Its number there."""


class Outbox(Protocol):
    """The moves of the store that delivery needs; each is on disk when it returns."""

    def pending_messages(self, practice_id: str | None = None) -> Sequence[Waiting]:
        """What waits, oldest first."""

    def claim_for_sending(self, message_id: int) -> bool:
        """Whether the message is now this caller's to send."""

    def mark_sent(self, message_id: int) -> bool:
        """The server has it."""

    def mark_failed(self, message_id: int, error: str, retry: bool) -> bool:
        """The server surely does not have it: it waits again, or has failed for good."""


@dataclass
class DeliveryReport:
    """What became of the messages that waited; `problem` is one sentence when the server could not be used.

    Those without an address wait too, but not for a server: they count as `unaddressed` until there is one, then as
    failed.
    """

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    waiting: int = 0
    unaddressed: int = 0
    problem: str = ""


class _RefusedError(Exception):
    """The server said no. `retry` when it may say yes later."""

    def __init__(self, code: int, words: bytes | str) -> None:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        super().__init__(f"{code} {text}"[:200])
        self.retry = 400 <= code < 500


class _UncertainError(Exception):
    """The connection broke after the message was handed over and before the server answered."""


def deliver(
    store: Outbox,
    delivery: Delivery,
    practice_id: str | None = None,
    sleep: Sleep = time.sleep,
    attach: Attach | None = None,
    finish: Finish | None = None,
) -> DeliveryReport:
    """Sends what waits in the outbox, each as `finish` makes it and with what `attach` gives for it; without a host it
    stays there.

    A message is claimed before its dialogue and marked after it, at most `per_minute` of them in a minute. One that is
    refused does not stop the others. When the connection breaks before the server has answered for a message, that one
    stays claimed: the store calls it uncertain and no run sends it again. When the server cannot be reached the rest
    waits and `problem` says why.
    """
    pending = store.pending_messages(practice_id)
    messages = [message for message in pending if message.recipient]
    report = DeliveryReport(waiting=len(messages), unaddressed=len(pending) - len(messages))
    if not delivery.host:
        return report
    for message in pending:
        if not message.recipient and store.claim_for_sending(message.id):
            report.failed += store.mark_failed(message.id, "550 no address is on file", retry=False)
    report.unaddressed = 0
    if not messages:
        return report
    if finish:  # before any is claimed: what goes wrong here leaves all of them waiting
        messages = [finish(message) for message in messages]
    line = _Line(delivery, sleep, attach)
    try:
        line.open()
        for place, message in enumerate(messages):
            if place and delivery.per_minute:
                sleep(60 / delivery.per_minute)
            if store.claim_for_sending(message.id):
                report.waiting -= 1
                _send_claimed(store, line, message, report)
            else:  # another run has it
                report.waiting -= 1
    except NoServerError as error:
        report.problem = str(error)
    finally:
        line.close()
    return report


def _send_claimed(store: Outbox, line: _Line, message: Waiting, report: DeliveryReport) -> None:
    try:
        line.send(message)
    except _UncertainError:
        report.uncertain += 1
    except _RefusedError as error:
        store.mark_failed(message.id, str(error), retry=error.retry)
        report.failed += not error.retry
        report.waiting += error.retry
    except NoServerError as error:
        store.mark_failed(message.id, str(error), retry=True)
        report.waiting += 1
        raise
    else:
        store.mark_sent(message.id)
        report.sent += 1


class _Line:
    """One connection, opened again when it breaks."""

    def __init__(self, delivery: Delivery, sleep: Sleep, attach: Attach | None) -> None:
        self.delivery, self.sleep, self.attach = delivery, sleep, attach
        self.smtp: smtplib.SMTP | None = None

    def open(self) -> smtplib.SMTP:
        """The connection; NoServerError after three tries, at once when trying again cannot help."""
        for pause in (*PAUSES, None):
            if self.smtp is not None:
                return self.smtp
            try:
                self.smtp = connect(self.delivery)
            except NoServerError as error:
                if not error.retry or pause is None:
                    raise
                self.sleep(pause)
        assert self.smtp is not None  # noqa: S101 - the loop returned or raised
        return self.smtp

    def close(self) -> None:
        """No connection any more."""
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except (smtplib.SMTPException, OSError):
                self.smtp.close()
            self.smtp = None

    def drop(self) -> None:
        """The connection is of no use any more."""
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None

    def send(self, message: Waiting) -> None:
        """The server has taken the message; up to three tries when it is busy or the connection breaks before that."""
        attached = self.attach(message) if self.attach else ()
        for pause in (*PAUSES, None):
            smtp = self.open()
            try:
                return _dialogue(smtp, message, self.delivery.sender, attached)
            except _RefusedError as error:
                _reset(smtp)
                if not error.retry or pause is None:
                    raise
            except _UncertainError:
                self.drop()
                raise
            except (smtplib.SMTPException, OSError) as error:
                self.drop()
                if pause is None:
                    raise _RefusedError(421, f"the connection broke ({type(error).__name__})") from error
            self.sleep(pause)
        return None


def _dialogue(smtp: smtplib.SMTP, message: Waiting, sender: str, attached: Sequence[Attachment]) -> None:
    try:
        mail = as_mail(message, sender, attached)
        mail["Date"] = format_datetime(datetime.now(UTC))
        content = mail.as_bytes()
        code, words = smtp.mail(sender)
        if code >= 500:  # no message will get through
            said = f"{code} {words.decode('utf-8', 'replace')}"[:150]
            raise NoServerError(f"the mail server refuses the sender ({said}); check CCM_SMTP_SENDER and _USER.", False)
        _expect((code, words), 250)
        _expect(smtp.rcpt(message.recipient), 250, 251)
    except (ValueError, UnicodeError) as error:
        raise _RefusedError(
            553, f"the address or the subject cannot stand in a header ({type(error).__name__})"
        ) from error
    _expect(smtp.docmd("DATA"), 354)
    try:
        smtp.send(DOT.sub(b"..", content) + b".\r\n")
        reply = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise _UncertainError from error
    _expect(reply, 250)


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    if reply[0] == 421:
        raise smtplib.SMTPServerDisconnected("the server closes the connection")
    if reply[0] not in codes:
        raise _RefusedError(*reply)


def _reset(smtp: smtplib.SMTP) -> None:
    try:
        smtp.rset()
    except (smtplib.SMTPException, OSError):
        smtp.close()
