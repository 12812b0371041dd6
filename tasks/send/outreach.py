"""The daily messages about co-pay cases: to each owner what is due and what is overdue. Cases go by their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from config.message_settings import MessageSettings
from config.staff_left import have_left
from tasks.send.care_manager import by_step, call
from tasks.send.daily import daily_message
from tasks.send.messages import Message, addresses_of
from tasks.send.words import long_day, plural

KIND = "outreach"


@dataclass(frozen=True)
class Kept:
    """A list with answers that the one in its place could not hold: its file, in the practice's folder, the cases of
    those answers where they are known, and whose list it is where one person has it."""

    file: str
    cases: tuple[str, ...] = ()
    staff_id: str = ""


def compose_outreach(
    practice_id: str,
    practice: Mapping[str, str],
    cases: pd.DataFrame,
    alerts: pd.DataFrame,
    staff: pd.DataFrame,
    patients: pd.DataFrame,
    today: date,
    settings: MessageSettings | None = None,
    kept: Sequence[Kept] = (),
) -> list[Message]:
    """The day's messages: each care manager's due cases, then billing's, with what is escalated; none where nothing is.

    Of the lists in `kept` billing is told of each, a care manager of their own and of those with cases of theirs.
    Whoever has no address gets a message without recipient: it stays in the outbox. Same day and cases, same messages.
    """
    live = cases[(cases["state"] == "open") & (cases["due_date"] <= pd.Timestamp(today))]
    addresses, gone = addresses_of(staff), have_left(staff, today)
    manager = patients.drop_duplicates("patient_id").set_index("patient_id")["care_manager_id"].astype("str")
    manager = manager.mask(manager.isin(list(gone)))  # theirs are nobody's by now
    theirs = live[live["owner"] == "care_manager"]
    found, own = [], settings.templates if settings else ""
    managers = theirs["patient_id"].map(manager)
    whose = cases.set_index("case_number")["patient_id"].map(manager).dropna()
    aside = {str(staff_id): _of(kept, str(staff_id), whose) for staff_id in {*whose, *(one.staff_id for one in kept)}}
    for staff_id in sorted(
        {*managers.dropna().astype("str"), *(name for name in aside if name and aside[name])} - gone
    ):
        rows, mine_kept = theirs[(managers == staff_id).to_numpy(bool)], aside.get(staff_id, [])
        told_to = ("care_manager", f"{KIND}-{staff_id}", addresses.get(staff_id, ""))
        found.append(_message(practice_id, practice, *told_to, rows, [], today, own, mine_kept))
    above = live["escalated_to"].notna()
    nobody = (live["owner"] == "care_manager") & live["patient_id"].map(manager).isna()
    mine = live[(live["owner"] != "care_manager") | above | nobody]
    told = alert_lines(alerts)
    if len(mine) or told or kept:
        to = practice.get("billing_email", "")
        found.append(_message(practice_id, practice, "billing", KIND, to, mine, told, today, own, kept))
    if told and settings and settings.compliance:
        to = settings.compliance
        found.append(_message(practice_id, practice, "compliance", "alerts", to, live[:0], told, today, own))
    return found


def _of(kept: Sequence[Kept], staff_id: str, whose: pd.Series) -> list[Kept]:
    """Of the lists those with something of that care manager's, each with their own cases alone."""
    mine = set(whose.index[(whose.astype("str") == staff_id).to_numpy(bool)])
    found = (Kept(one.file, tuple(case for case in one.cases if case in mine), one.staff_id) for one in kept)
    return [one for one in found if one.cases or one.staff_id == staff_id]


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
    kept: Sequence[Kept] = (),
) -> Message:
    calls: list[dict[str, Any]] = [
        call(row) | {"escalated": isinstance(row["escalated_to"], str)}
        for row in rows.sort_values(["due_date", "case_number"]).to_dict("records")
    ]
    late = sum(row["escalated"] for row in calls)
    due = plural(len(calls), "co-pay case") + (" overdue" if late and late == len(calls) else " due")
    if 0 < late < len(calls):
        due += f", {late} of them overdue"
    told = f"{plural(len(alerts), 'alert')} for compliance"
    again = f"answers of {plural(len(kept), 'list')} to look at again"
    only_kept = bool(kept) and not calls and not alerts
    to_do = ", ".join(
        [due] * (audience != "compliance" and not only_kept) + [told] * bool(alerts) + [again] * bool(kept)
    )
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
        kept=kept,
        by_step=by_step,
        answers=audience != "compliance",
    )
