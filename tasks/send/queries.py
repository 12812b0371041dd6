"""What messages say of queries: to a care manager what to answer, to billing what came of its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from config.query_kinds import query_kinds
from tasks.send.messages import MOST_ROWS, Message, tidy
from tasks.send.query_rows import came_of, to_answer
from tasks.send.render import render, render_mail
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
    addresses = staff.dropna(subset=["email"]).drop_duplicates("staff_id").set_index("staff_id")["email"]
    found = {}
    for staff_id in wanted:
        rows = to_answer(queries, staff_id) if staff_id else came_of(queries)
        if not rows:
            continue
        to = str(addresses.get(staff_id, "")).strip() if staff_id else practice.get("billing_email", "")
        audience, kind = ("care_manager", f"{KIND}-{staff_id}") if staff_id else ("billing", KIND)
        found[staff_id] = _message(practice_id, practice, audience, kind, to, rows, today, templates)
    return found


def _message(
    practice_id: str, practice: Mapping[str, str], audience: str, kind: str, recipient: str,
    rows: list[dict[str, Any]], today: date, templates: str,
) -> Message:  # fmt: skip
    of = "to answer" if audience == "care_manager" else "with news"
    to_do = f"{plural(len(rows), 'question')} {of}"
    name = practice.get("practice_name") or practice_id
    subject = " ".join(f"{name} · {long_day(today)} · {to_do}".split())
    names = {
        "subject": subject,
        "practice_name": name,
        "month_name": long_day(today),
        "folder": f"{practice_id}/worklists",
        "revision": 1,
        "to_do": to_do,
        "audience": audience,
        "queries": rows,
        "kinds": query_kinds(),
        "most": MOST_ROWS,
        "today": today,
    }
    return Message(
        practice_id=practice_id,
        month=str(today),
        revision=1,
        audience=audience,
        kind=kind,
        recipient=recipient,
        subject=subject,
        html=render_mail("messages/queries.html.j2", templates, **names),
        text=tidy(render("messages/queries.txt.j2", templates, **names)),
    )
