"""A message as mail programs read it: plain text and HTML in one, the same bytes for the same message."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol

XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,([A-Za-z0-9+/=]+)")


class Written(Protocol):
    """What a mail is made of; a composed message and one from the outbox are both such."""

    @property
    def audience(self) -> str:
        """Who it is for."""

    @property
    def kind(self) -> str:
        """What it is about."""

    @property
    def recipient(self) -> str:
        """Address it goes to."""

    @property
    def subject(self) -> str:
        """Subject line."""

    @property
    def html(self) -> str:
        """Body for people."""

    @property
    def text(self) -> str:
        """Body for plain mail programs."""

    @property
    def message_id(self) -> str:
        """Its Message-ID header."""


@dataclass(frozen=True)
class Attachment:
    """A workbook that goes with a message."""

    name: str
    content: bytes


def as_mail(message: Written, sender: str, attached: Sequence[Attachment] = ()) -> EmailMessage:
    """The message with all headers but the date. ValueError when an address or the subject would break a header."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    if message.recipient:
        mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    html, images = _with_images_beside(message.html)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    _beside(mail, images, message.message_id)
    # Left alone, the boundary is random; from the content it is the same every time.
    digest = hashlib.sha256((message.message_id + message.text + message.html).encode()).hexdigest()
    mail.set_boundary(f"=_{digest[:32]}")
    for one in attached:
        mail.add_attachment(one.content, "application", XLSX, filename=one.name)
    return mail


def _with_images_beside(html: str) -> tuple[str, dict[str, tuple[str, bytes]]]:
    """The page with its images as parts of the mail, which mail programs show, and not as data, which many do not."""
    images: dict[str, tuple[str, bytes]] = {}

    def part(found: re.Match[str]) -> str:
        name = f"{hashlib.sha256(found[2].encode()).hexdigest()[:16]}@ccm.invalid"
        images[name] = found[1], b64decode(found[2])
        return f"cid:{name}"

    return IMAGE.sub(part, html), images


def _beside(mail: EmailMessage, images: dict[str, tuple[str, bytes]], message_id: str) -> None:
    page = mail.get_body(("html",))
    if not images or page is None:
        return
    for name, (kind, content) in images.items():
        page.add_related(content, "image", kind, cid=f"<{name}>", disposition="inline")
    page.set_boundary(f"=_{hashlib.sha256(('images' + message_id).encode()).hexdigest()[:32]}")


def as_eml(message: Written, sender: str) -> bytes:
    """The message as a file: a mail program opens it as a draft that was not sent yet. Same message, same bytes."""
    mail = as_mail(message, sender)
    mail["X-Unsent"] = "1"
    return mail.as_bytes()


def eml_name(message: Written) -> str:
    """The name of the message's file; one name for each message of a month."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", f"{message.audience}-{message.kind}") + ".eml"
