"""The daily messages about co-pay cases: to each owner what is due and what is overdue. Cases go by their number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from config.message_settings import MessageSettings
from tasks.send.care_manager import by_step, call
from tasks.send.daily import daily_message
from tasks.send.messages import Message, addresses_of
from tasks.send.words import long_day, plural

KIND = "outreach"


def compose_outreach(
    practice_id: str,
    practice: Mapping[str, str],
    cases: pd.DataFrame,
    alerts: pd.DataFrame,
    staff: pd.DataFrame,
    patients: pd.DataFrame,
    today: date,
    settings: MessageSettings | None = None,
) -> list[Message]:
    """The day's messages: each care manager's due cases, then billing's, with what is escalated; none where nothing is.

    Whoever has no address gets a message without recipient: it stays in the outbox. Same day and cases, same messages.
    """
    live = cases[(cases["state"] == "open") & (cases["due_date"] <= pd.Timestamp(today))]
    addresses = addresses_of(staff)
    manager = patients.drop_duplicates("patient_id").set_index("patient_id")["care_manager_id"]
    theirs = live[live["owner"] == "care_manager"]
    found, own = [], settings.templates if settings else ""
    for staff_id, rows in theirs.groupby(theirs["patient_id"].map(manager), sort=True):
        to = addresses.get(str(staff_id), "")
        found.append(_message(practice_id, practice, "care_manager", f"{KIND}-{staff_id}", to, rows, [], today, own))
    above = live["escalated_to"].notna()
    nobody = (live["owner"] == "care_manager") & live["patient_id"].map(manager).isna()
    mine = live[(live["owner"] != "care_manager") | above | nobody]
    told = alert_lines(alerts)
    if len(mine) or told:
        to = practice.get("billing_email", "")
        found.append(_message(practice_id, practice, "billing", KIND, to, mine, told, today, own))
    if told and settings and settings.compliance:
        to = settings.compliance
        found.append(_message(practice_id, practice, "compliance", "alerts", to, live[:0], told, today, own))
    return found


def alert_lines(alerts: pd.DataFrame) -> list[str]:
    """Each alert in a line, with its case number where it is about one."""
    said = zip(alerts["whose"].astype("str"), alerts["words"].astype("str"), strict=True)
    return [f"{whose}: {words}" if whose.startswith("C-") else words for whose, words in said]


def _message(
    practice_id: str,
    practice: Mapping[str, str],
    audience: str,
    kind: str,
    recipient: str,
    rows: pd.DataFrame,
    alerts: list[str],
    today: date,
    own: str,
) -> Message:
    calls: list[dict[str, Any]] = [
        call(row) | {"escalated": isinstance(row["escalated_to"], str)}
        for row in rows.sort_values(["due_date", "case_number"]).to_dict("records")
    ]
    late = sum(row["escalated"] for row in calls)
    due = plural(len(calls), "co-pay case") + " due" + (f", {late} of them overdue" if late else "")
    told = f"{plural(len(alerts), 'alert')} for compliance"
    to_do = ", ".join([due] * (audience != "compliance") + [told] * bool(alerts))
    return daily_message(
        "outreach",
        own,
        practice_id=practice_id,
        practice_name=practice.get("practice_name", ""),
        about=long_day(today),
        audience=audience,
        kind=kind,
        recipient=recipient,
        to_do=to_do,
        today=today,
        calls=calls,
        alerts=alerts,
        by_step=by_step,
        answers=audience != "compliance",
    )
