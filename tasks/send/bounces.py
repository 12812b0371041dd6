"""Bounces: what a mail system says later of a message that it had taken, read from the mail that it sent back."""

from __future__ import annotations

import email
import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message as Mail
from email.policy import compat32, default
from pathlib import Path
from typing import Protocol

from config.errors import InputError

LONGEST = 5_000_000  # bytes of one file; notices are small
IDENTIFIER = re.compile(r"<[0-9a-f]{32}@ccm\.invalid>")
ADDRESS = re.compile(r"<?\S+@\S+")


@dataclass(frozen=True)
class Bounce:
    """One recipient to whom a message did not get: which message, and what the mail system said."""

    message_id: str
    words: str


@dataclass
class BounceReport:
    """What became of the notices: recorded, on record already, of messages that are not ours, or no failures."""

    recorded: int = 0
    known: int = 0
    of_others: int = 0
    no_failure: int = 0


class Outbox(Protocol):
    """The move of the store that bounces need."""

    def mark_bounced(self, message_id: str, words: str) -> bool | None:
        """Whether it is news; None when no such message was sent."""


def record_bounces(store: Outbox, paths: list[Path]) -> BounceReport:
    """Every bounce in these files and folders is on record at its message; the same files again change nothing.

    A notice of a delay is none. InputError naming the path when one cannot be read; nothing of it is recorded then.
    """
    found = [(mail, bounces_of(mail)) for path in paths for mail in _mails(path)]
    report = BounceReport()
    for _, bounces in found:
        report.no_failure += not bounces
        for bounce in bounces:
            news = store.mark_bounced(bounce.message_id, bounce.words)
            if news is None:
                report.of_others += 1
            else:
                report.recorded += news
                report.known += not news
    return report


def bounces_of(mail: Mail) -> list[Bounce]:
    """The failures that a delivery status notification tells; none in any other mail."""
    if mail.get_content_type() != "multipart/report":
        return []
    words, identifier = [], ""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            words += [_words(block) for block in blocks if isinstance(block, Mail) and _failed(block)]
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers") and not identifier:
            text = part.as_bytes(policy=compat32.clone(max_line_length=None)).decode("utf-8", "replace")
            identifier = next(iter(IDENTIFIER.findall(text)), "")
    return [Bounce(identifier, words[0])] if words else []


def _failed(block: Mail) -> bool:
    return str(block.get("Action", "")).strip().lower() == "failed"


def _words(block: Mail) -> str:
    status = str(block.get("Status", "")).strip()
    said = " ".join(str(block.get("Diagnostic-Code", "")).partition(";")[2].split())
    return f"bounced: {status} {ADDRESS.sub('that address', said)}".strip()[:200]


def _mails(path: Path) -> Iterator[Mail]:
    """The mails of a file, of a mailbox file, or of all files of a folder."""
    try:
        if path.is_dir():
            for one in sorted(child for child in path.rglob("*") if child.is_file() and child.name[0] != "."):
                yield from _mails(one)
            return
        if path.stat().st_size > LONGEST and not path.read_bytes()[:5] == b"From ":
            raise InputError(f"{path}: this is too large for a bounce; name the files of the notices alone.")
        content = path.read_bytes()
        if content.startswith(b"From "):
            with closing(mailbox.mbox(path)) as box:
                yield from (email.message_from_bytes(one.as_bytes(), policy=default) for one in box)
        else:
            yield email.message_from_bytes(content, policy=default)
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise InputError(f"{path}: this cannot be read ({said}); name a mail file, a mailbox or a folder.") from error
