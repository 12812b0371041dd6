"""A message of the day: what all of them have in common. Its month is the day, so that each is sent once a day."""

from __future__ import annotations

from datetime import date

from tasks.send.messages import MOST_ROWS, Message, tidy
from tasks.send.render import render, render_mail


def daily_message(
    template: str,
    templates: str,
    *,
    practice_id: str,
    practice_name: str,
    about: str,
    audience: str,
    kind: str,
    recipient: str,
    to_do: str,
    today: date,
    beside: str = "",
    **view: object,
) -> Message:
    """The message of that template, or of the practice's own in the folder `templates`, where it has one.

    `about` is the day or month that it is about; the subject says that, `to_do`, and `beside`, which stands nowhere
    else. What `view` has goes before what is common to all.
    """
    name = practice_name or practice_id
    subject = " ".join(f"{name} · {about} · {to_do}{beside}".split())
    names: dict[str, object] = {
        "subject": subject,
        "practice_name": name,
        "month_name": about,
        "folder": f"{practice_id}/worklists",
        "revision": 1,
        "to_do": to_do,
        "audience": audience,
        "most": MOST_ROWS,
        "today": today,
        **view,
    }
    return Message(
        practice_id=practice_id,
        month=str(today),
        revision=1,
        audience=audience,
        kind=kind,
        recipient=recipient,
        subject=subject,
        html=render_mail(f"messages/{template}.html.j2", templates, **names),
        text=tidy(render(f"messages/{template}.txt.j2", templates, **names)),
    )
