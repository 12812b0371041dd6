"""What messages say of queries: to a care manager what to answer, to billing what came of its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from config.query_kinds import query_kinds
from tasks.send.daily import daily_message
from tasks.send.messages import Message, addresses_of
from tasks.send.query_rows import came_of, to_answer
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
    found = {}
    for staff_id in wanted:
        rows = to_answer(queries, staff_id) if staff_id else came_of(queries)
        if not rows:
            continue
        to = addresses.get(staff_id, "") if staff_id else practice.get("billing_email", "")
        audience, kind = ("care_manager", f"{KIND}-{staff_id}") if staff_id else ("billing", KIND)
        found[staff_id] = _message(practice_id, practice, audience, kind, to, rows, today, templates)
    return found


def _message(
    practice_id: str, practice: Mapping[str, str], audience: str, kind: str, recipient: str,
    rows: list[dict[str, Any]], today: date, templates: str,
) -> Message:  # fmt: skip
    of = "to answer" if audience == "care_manager" else "with news"
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
    )
