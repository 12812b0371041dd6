"""The month's messages, one an audience or person of it. Cases go by their number, nobody by name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from config.audiences import allow, audience
from config.deadlines import Deadlines
from config.message_settings import MessageSettings
from config.month import Month
from config.query_kinds import query_kinds
from config.staff_left import have_left
from tasks.send import billing, care_manager, compliance, operations, practitioner
from tasks.send.action_rows import MOST_ACTIONS, actions_in, actions_of, persons_with_actions, to_do_with
from tasks.send.render import render, render_mail
from tasks.send.words import month_name

Left = tuple[str, str, int]  # role, identifier, patients of the month

MOST_ROWS = 30  # of one list; the files have the rest


@dataclass(frozen=True)
class Reopened:
    """The revision that was signed off before, and what it came to."""

    revision: int
    signed_by: str
    signed_on: date
    ready: int
    expected: int
    decisions: pd.DataFrame | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class MonthEnd:
    """The month's last days, and whether it was signed off before: `reopened` last, and `earlier` before that."""

    days: Deadlines
    reopened: Reopened | None = None
    earlier: Reopened | None = None

    def signed_before(self, revision: int) -> tuple[int, pd.DataFrame] | None:
        """The revision that was signed off before that one and its decisions, where both are known: a revision that is
        itself signed off is shown as it was when it was decided."""
        found = next((one for one in (self.reopened, self.earlier) if one and one.revision < revision), None)
        return None if found is None or found.decisions is None else (found.revision, found.decisions)


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
    practitioners: pd.DataFrame | None = None
    settings: MessageSettings = field(default_factory=MessageSettings)
    overpayments: pd.DataFrame | None = None
    undelivered: Sequence[operations.Undelivered] = ()
    notes: Sequence[str] = ()
    end: MonthEnd | None = None


@dataclass(frozen=True)
class Message:
    """One message. What it says is complete; who sends it and when is not part of it.

    There is none to an audience, of a kind or with a content that config/audiences does not allow: RuleError.
    """

    practice_id: str
    month: str
    revision: int
    audience: str
    kind: str
    recipient: str
    subject: str
    html: str
    text: str

    def __post_init__(self) -> None:
        """The audience may have it."""
        allow(self.audience, self.kind, self.subject, self.text, self.html)

    @property
    def message_id(self) -> str:
        """The Message-ID header: the same for the same practice, month, revision, audience, kind and recipient."""
        key = (self.practice_id, self.month, str(self.revision), self.audience, self.kind, self.recipient)
        digest = hashlib.sha256("\x1f".join(key).encode()).hexdigest()
        return f"<{digest[:32]}@ccm.invalid>"


def compose(context: Context) -> list[Message]:
    """The messages of the month: care managers and practitioners by identifier, compliance, operations, billing last.

    Same context, same messages. Who has left gets none, and billing and operations are told who of them still has
    patients. Whoever has no address gets a message without recipient: it stays in the outbox, and
    operations and billing are told. A quiet kind is left out where there is nothing to do.
    """
    gone = sorted(have_left(context.staff, context.today))
    found = [*_for_care_managers(context, gone), *_for_practitioners(context), *_for_compliance(context)]
    unreached = [one for one in found if not one.recipient]
    without = [_who(one) for one in unreached if one.audience == "care_manager"]
    told = {_who(one) for one in found if one.audience == "billing_practitioner" and one.recipient}
    left = _still_theirs(context)
    billing_message = _for_billing(context, without, told, left)
    unreached += [] if billing_message.recipient else [billing_message]
    names = [f"{one.audience} {_who(one)}".strip() for one in unreached]
    return [*found, _for_operations(context, names, left), billing_message]


def _still_theirs(context: Context) -> list[Left]:
    """Who has left, by role and identifier, with the patients of the month that are still theirs, if there are any."""
    decisions, found = context.frames["decisions"].drop_duplicates("patient_id"), []
    for role, people in (("care_manager", context.staff), ("practitioner", context.practitioners)):
        key = "staff_id" if role == "care_manager" else "practitioner_id"
        counts = decisions[f"{role}_id"].astype("str").value_counts()
        gone = sorted(have_left(people, context.today, key))
        found += [(role, one, int(counts[one])) for one in gone if one in counts]
    return found


def _for_care_managers(context: Context, gone: Sequence[str]) -> list[Message]:
    # The identifier stands in the kind: two care managers may share an address, or have none.
    name, actions = "care_manager", actions_in(context.frames)
    work, to = care_manager.worklists(context.frames, persons_with_actions(actions, name)), addresses_of(context.staff)
    passed = context.end and context.today and context.end.days.care_team < context.today
    found = []
    for one, all_of_it in work.items():
        if one in gone:
            continue
        own = care_manager.past_cut_off(all_of_it) if passed else all_of_it
        theirs = actions_of(actions, name, one)
        to_do = to_do_with(care_manager.to_do(own), theirs, care_manager.NOTHING)
        if not (_quiet(name, "worklist") and to_do == care_manager.NOTHING):
            view = {"work": own, "actions": theirs}
            found.append(_message(context, name, f"worklist-{one}", to.get(one, ""), to_do, view))
    return found


def _for_practitioners(context: Context) -> list[Message]:
    name, actions = "billing_practitioner", actions_in(context.frames)
    work = practitioner.attestations(context.frames, persons_with_actions(actions, name))
    to = {} if context.practitioners is None else addresses_of(context.practitioners, "practitioner_id")
    gone, found = have_left(context.practitioners, context.today, "practitioner_id"), []
    for one, own in work.items():
        if one in gone:  # billing passes on what waits for them
            continue
        theirs = actions_of(actions, name, one)
        to_do = to_do_with(practitioner.to_do(own) if own["held"] else "", theirs)
        view = {"work": own, "actions": theirs}
        found.append(_message(context, name, f"attest-{one}", to.get(one, ""), to_do, view))
    return found


def _for_billing(
    context: Context, without_address: list[str], practitioners_told: Collection[str], left: Sequence[Left]
) -> Message:
    signed = context.end.signed_before(context.revision) if context.end else None
    since, changed = billing.since_signed(context.frames, context.revision, signed)
    frames = {**context.frames, "changes": changed}
    view = billing.billing_view(frames, without_address, practitioners_told) | {"left": left, "since": since}
    return _of_audience(context, "billing", context.billing_email, billing.to_do(view), {"view": view})


def _for_compliance(context: Context) -> list[Message]:
    view = compliance.compliance_view(context.frames, context.overpayments)
    actions = actions_of(actions_in(context.frames), "compliance")
    if not (view["work"] or actions) and _quiet("compliance", "month"):
        return []
    late = compliance.overdue(view, context.today)
    to = context.settings.compliance
    return [_of_audience(context, "compliance", to, compliance.to_do(view), {"view": view, "late": late})]


def _for_operations(context: Context, without_address: list[str], left: Sequence[Left]) -> Message:
    gone = have_left(context.staff, context.today)
    view = operations.operations_view(context.frames, context.undelivered, without_address, context.notes, gone)
    view |= {"left": left}
    return _of_audience(context, "operations", context.settings.operations, operations.to_do(view), {"view": view})


def _of_audience(context: Context, name: str, to: str, to_do: str, view: Mapping[str, object]) -> Message:
    """The month's message to an audience that has one address, with the action items of all of it."""
    actions = actions_of(actions_in(context.frames), name)
    return _message(context, name, "month", to, to_do_with(to_do, actions), {**view, "actions": actions})


def _quiet(name: str, kind: str) -> bool:
    return audience(name).kind(kind).quiet


def _who(message: Message) -> str:
    return message.kind.partition("-")[2]


def _message(context: Context, name: str, kind: str, recipient: str, to_do: str, view: Mapping[str, object]) -> Message:
    subject = " ".join(f"{context.practice_name} · {month_name(context.month)} · {to_do}".split())
    names = {
        "subject": subject,
        "practice_name": context.practice_name,
        "audience": name,
        "month_name": month_name(context.month),
        "month": str(context.month),
        "folder": f"{context.practice_id}/{context.month}",
        "revision": context.revision,
        "to_do": to_do,
        "most": MOST_ROWS,
        "most_actions": MOST_ACTIONS,
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
        audience=name,
        kind=kind,
        recipient=recipient,
        subject=subject,
        html=render_mail(f"messages/{name}.html.j2", context.settings.templates, **names),
        text=tidy(render(f"messages/{name}.txt.j2", context.settings.templates, **names)),
    )


def tidy(text: str) -> str:
    """Without blanks at line ends and without runs of empty lines, which templates leave behind."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def addresses_of(people: pd.DataFrame, key: str = "staff_id") -> dict[str, str]:
    """The address of each who has one, by identifier."""
    known = people.dropna(subset=["email"]).drop_duplicates(key)
    return {one: email.strip() for one, email in zip(known[key], known["email"], strict=True)}
