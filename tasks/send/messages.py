"""The month's messages: one for each care manager and one for billing. Cases go by their number, nobody by name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from config.deadlines import Deadlines
from config.month import Month
from config.query_kinds import query_kinds
from tasks.send import billing, care_manager
from tasks.send.render import render, render_mail
from tasks.send.words import month_name

MOST_ROWS = 30  # of one list; the files have the rest


@dataclass(frozen=True)
class Reopened:
    """The revision that was signed off before, and what it came to."""

    revision: int
    signed_by: str
    signed_on: date
    ready: int
    expected: int


@dataclass(frozen=True)
class MonthEnd:
    """The month's last days, and whether it was signed off before."""

    days: Deadlines
    reopened: Reopened | None = None


@dataclass(frozen=True)
class Context:
    """What the messages of one revision are about: the output frames of the practice's month and who works there."""

    practice_id: str
    practice_name: str
    billing_email: str
    month: Month
    revision: int
    frames: Mapping[str, pd.DataFrame]
    staff: pd.DataFrame
    today: date | None = None
    end: MonthEnd | None = None


@dataclass(frozen=True)
class Message:
    """One message. What it says is complete; who sends it and when is not part of it."""

    practice_id: str
    month: str
    revision: int
    audience: str
    kind: str
    recipient: str
    subject: str
    html: str
    text: str

    @property
    def message_id(self) -> str:
        """The Message-ID header: the same for the same practice, month, revision, audience, kind and recipient."""
        key = (self.practice_id, self.month, str(self.revision), self.audience, self.kind, self.recipient)
        digest = hashlib.sha256("\x1f".join(key).encode()).hexdigest()
        return f"<{digest[:32]}@ccm.invalid>"


def compose(context: Context) -> list[Message]:
    """The messages of the month, care managers by their identifier, billing last. Same context, same messages.

    Whoever has no address gets a message without recipient: it stays in the outbox, and billing is told.
    """
    work = care_manager.worklists(context.frames)
    addresses = _addresses(context.staff)
    messages = [_for_care_manager(context, staff_id, addresses.get(staff_id, ""), work[staff_id]) for staff_id in work]
    return [*messages, _for_billing(context, [staff_id for staff_id in work if not addresses.get(staff_id)])]


def _for_care_manager(context: Context, staff_id: str, address: str, work: dict[str, Any]) -> Message:
    # The identifier stands in the kind: two care managers may share an address, or have none.
    to_do = care_manager.to_do(work)
    return _message(context, "care_manager", f"worklist-{staff_id}", address, to_do, {"work": work})


def _for_billing(context: Context, without_address: list[str]) -> Message:
    view = billing.billing_view(context.frames, without_address)
    return _message(context, "billing", "month", context.billing_email, billing.to_do(view), {"view": view})


def _message(
    context: Context, audience: str, kind: str, recipient: str, to_do: str, view: Mapping[str, object]
) -> Message:
    subject = " ".join(f"{context.practice_name} · {month_name(context.month)} · {to_do}".split())
    names = {
        "subject": subject,
        "practice_name": context.practice_name,
        "month_name": month_name(context.month),
        "month": str(context.month),
        "folder": f"{context.practice_id}/{context.month}",
        "revision": context.revision,
        "to_do": to_do,
        "most": MOST_ROWS,
        "today": context.today,
        "by_step": care_manager.by_step,
        "kinds": query_kinds(),
        "end": context.end,
        **view,
    }
    return Message(
        practice_id=context.practice_id,
        month=str(context.month),
        revision=context.revision,
        audience=audience,
        kind=kind,
        recipient=recipient,
        subject=subject,
        html=render_mail(f"messages/{audience}.html.j2", **names),
        text=tidy(render(f"messages/{audience}.txt.j2", **names)),
    )


def tidy(text: str) -> str:
    """Without blanks at line ends and without runs of empty lines, which templates leave behind."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _addresses(staff: pd.DataFrame) -> dict[str, str]:
    known = staff.dropna(subset=["email"]).drop_duplicates("staff_id")
    return {staff_id: email.strip() for staff_id, email in zip(known["staff_id"], known["email"], strict=True)}
