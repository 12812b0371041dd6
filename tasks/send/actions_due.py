"""The day's reminders of action items: to whom one is due today, or was due on the working day before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np
import pandas as pd

from config.deadlines import working_days_after
from config.message_settings import MessageSettings
from config.staff_left import have_left
from tasks.send.action_rows import MOST_ACTIONS, PERSONAL, Row, actions_in, actions_of, persons_with_actions
from tasks.send.daily import daily_message
from tasks.send.messages import Message, addresses_of
from tasks.send.words import long_day, plural

KIND = "actions"
KEYS = {"care_manager": "staff_id", "billing_practitioner": "practitioner_id"}


def compose_due_actions(
    practice_id: str, practice: Mapping[str, str], actions: pd.DataFrame, people: Mapping[str, pd.DataFrame],
    today: date, settings: MessageSettings, closed: Collection[date] = (),
) -> list[Message]:  # fmt: skip
    """The day's messages, one an audience or person of it that has an item due; none on other days.

    `people` are the staff and the practitioners. Whoever has no address gets a message without recipient: it stays in
    the outbox. Same day and items, same messages.
    """
    due = actions_in({"actions": actions})
    days = due["due_date"].dt.date if len(due) else pd.Series(dtype=object)
    due = due[np.array([day == today or working_days_after(day, 1, closed) == today for day in days], dtype=bool)]
    found = []
    for name in sorted(set(due["audience"])):
        if name in PERSONAL:
            to, gone = addresses_of(people[name], KEYS[name]), have_left(people[name], today, KEYS[name])
            own = persons_with_actions(due, name)
            shared = (due["audience"] == name).to_numpy(bool) & due["person"].isna().to_numpy(bool)
            everyone = set(people[name][KEYS[name]].astype("str")) - gone if shared.any() else set()
            for person in sorted((own | everyone) - gone):
                rows = actions_of(due, name, person)
                found.append((name, f"{KIND}-{person}", to.get(person, ""), rows))
        else:
            to_whom = practice.get("billing_email", "") if name == "billing" else settings.address(name)
            found.append((name, KIND, to_whom, actions_of(due, name)))
    return [_message(practice_id, practice, *one, today, settings.templates) for one in found]


def _message(
    practice_id: str, practice: Mapping[str, str], audience: str, kind: str, recipient: str, rows: list[Row],
    today: date, templates: str,
) -> Message:  # fmt: skip
    return daily_message(
        "actions",
        templates,
        practice_id=practice_id,
        practice_name=practice.get("practice_name", ""),
        about=long_day(today),
        audience=audience,
        kind=kind,
        recipient=recipient,
        to_do=f"{plural(len(rows), 'action item')} due",
        today=today,
        actions=rows,
        most_actions=MOST_ACTIONS,
    )
