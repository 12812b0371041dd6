"""What messages say of queries: to a care manager what to answer, to billing what came of its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from config.audiences import audience as audience_of
from config.message_settings import MessageSettings
from config.query_kinds import query_kinds
from config.staff_left import have_left
from tasks.send.daily import daily_message
from tasks.send.messages import Message, addresses_of
from tasks.send.query_rows import came_of, to_answer, to_pass_on
from tasks.send.words import long_day, plural

KIND = "queries"


def compose_queries(
    practice_id: str,
    practice: Mapping[str, str],
    queries: pd.DataFrame,
    staff: pd.DataFrame,
    wanted: Sequence[str],
    today: date,
    templates: str = "",
) -> dict[str, Message]:
    """The day's messages by care manager, and billing's under the empty text; of those `wanted` who have any.

    Whoever has no address gets a message without recipient: it stays in the outbox. Same queries, same messages.
    `templates` is the practice's own folder of them, where it has one.
    """
    addresses = addresses_of(staff)
    found, gone = {}, have_left(staff, today)
    for staff_id in wanted:
        if staff_id in gone:
            continue
        rows = to_answer(queries, staff_id) if staff_id else came_of(queries)
        if not rows:
            continue
        to = addresses.get(staff_id, "") if staff_id else practice.get("billing_email", "")
        audience, kind = ("care_manager", f"{KIND}-{staff_id}") if staff_id else ("billing", KIND)
        found[staff_id] = _message(practice_id, practice, audience, kind, to, rows, today, templates)
    return found


def compose_escalated(
    practice_id: str,
    practice: Mapping[str, str],
    queries: pd.DataFrame,
    to: str,
    practitioners: pd.DataFrame,
    practitioner_of: Mapping[str, str],
    today: date,
    settings: MessageSettings,
) -> list[Message]:
    """The day's message about queries that nobody answered, to whoever looks after them now.

    A practitioner is told of own patients; those of one who has left are nobody's, and wait in the outbox. The others
    have one message. None to billing, whose own says it. Where the reader may not have case numbers the queries go by
    their own.
    """
    rows = to_pass_on(queries)
    if to == "billing" or not rows:
        return []
    if to != "practitioner":
        return [_message(practice_id, practice, to, KIND, settings.address(to), rows, today, settings.templates)]
    addresses = addresses_of(practitioners, "practitioner_id")
    gone = have_left(practitioners, today, "practitioner_id")
    theirs: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        one = practitioner_of.get(row["case_number"], "")
        theirs.setdefault("" if one in gone else one, []).append(row)
    return [
        _message(
            practice_id, practice, "billing_practitioner", f"{KIND}-{one}", addresses.get(one, ""), mine, today,
            settings.templates,
        )
        for one, mine in sorted(theirs.items())
    ]  # fmt: skip


def _message(
    practice_id: str, practice: Mapping[str, str], audience: str, kind: str, recipient: str,
    rows: list[dict[str, Any]], today: date, templates: str,
) -> Message:  # fmt: skip
    names = {"care_manager": "to answer", "billing": "with news"}
    of = names.get(audience, "that nobody answered")
    return daily_message(
        "queries",
        templates,
        practice_id=practice_id,
        practice_name=practice.get("practice_name", ""),
        about=long_day(today),
        audience=audience,
        kind=kind,
        recipient=recipient,
        to_do=f"{plural(len(rows), 'question')} {of}",
        today=today,
        queries=rows,
        kinds=query_kinds(),
        cases_shown="case_number" not in audience_of(audience).never,
    )
