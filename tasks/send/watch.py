"""The minutes watch: for each care manager who can still reach a threshold this month, and what gets in the way.

Days are working days: Monday to Friday, but for those on which the practice is closed. No money: what counts is
minutes of care.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from config.deadlines import working_day_from
from config.month import Month
from config.staff_left import have_left
from config.stays import STOPS_THE_CLOCK
from config.watch_settings import WatchSettings
from tasks.send.care_manager import worklists
from tasks.send.daily import daily_message
from tasks.send.messages import Message, addresses_of
from tasks.send.words import long_day, month_name, plural

KIND = "minutes"
Row = dict[str, Any]


class Day(NamedTuple):
    """A day of the month going on: working days over and left (today is left), whether everything is told, and which
    was the working day before it."""

    today: date
    over: int
    left: int
    is_full: bool
    before: date

    @property
    def total(self) -> int:
        """Working days of the month."""
        return self.over + self.left


def day_of(month: Month, today: date, settings: WatchSettings, closed: Collection[date] = ()) -> Day:
    """Where in the month that day lies; what would be told on a day on which the practice is closed, is on the next."""
    after, calendar = month.last + timedelta(days=1), np.busdaycalendar(holidays=list(closed))
    over = int(np.busday_count(month.first, today, busdaycal=calendar))
    left = int(np.busday_count(today, after, busdaycal=calendar))
    middle = working_day_from(month.first.replace(day=settings.mid_month_day), closed)
    before = np.busday_offset(today, -1, roll="forward", busdaycal=calendar).astype(object)
    since = [before + timedelta(days=one) for one in range(1, (today - before).days + 1)]
    weekday = today not in closed and any(one.weekday() == settings.full_weekday for one in since)
    return Day(today, over, left, weekday or today == middle or left <= settings.last_days, before)


def watched(
    frames: Mapping[str, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
    month: Month,
    day: Day,
    limits: WatchSettings,
) -> dict[str, Row]:
    """What each care manager is told that day, by identifier; whoever has nothing to do is left out.

    `frames` are the decided month so far with case numbers, `tables` the accepted input tables.
    """
    decisions = frames["decisions"]
    first = decisions.drop_duplicates("patient_id").set_index("patient_id")
    reached = decisions.loc[(decisions["family"] != "").to_numpy(bool), "patient_id"].unique()
    done = first.loc[reached, "care_manager_id"].value_counts()
    notes = _changes(tables, first.index, month, day)
    by_manager: dict[str, list[Row]] = defaultdict(list)
    for patient_id, said in notes:
        whose = first.at[patient_id, "care_manager_id"]
        if isinstance(whose, str):
            by_manager[whose].append(said | {"case_number": str(first.at[patient_id, "case_number"])})
    away = {patient for patient, said in notes if said["kind"] == "away"}
    away_cases = {str(first.at[patient, "case_number"]) for patient in away}
    found = {}
    for staff_id, work in worklists(frames).items():
        can = [row for row in work["short"] if row["missing"] <= day.left * limits.most_minutes_a_day]
        can = [row for row in can if row["case_number"] not in away_cases]
        told = can if day.is_full else [row for row in can if row["missing"] <= limits.near_minutes]
        view = {
            "patients": work["patients"],
            "reached": int(done.get(staff_id, 0)),
            "even_pace": round(work["patients"] * day.over / day.total) if day.total else work["patients"],
            "over_panel": max(0, work["patients"] - limits.panel),
            "near": told,
            "missing": sum(row["missing"] for row in told),
            "missing_a_day": math.ceil(sum(row["missing"] for row in told) / max(1, day.left)),
            "out_of_reach": len(work["short"]) - len(can) if day.is_full else 0,
            "holds": work["holds"] if day.is_full else [],
            "held": work["held"] if day.is_full else 0,
            "changes": by_manager[staff_id],
        }
        if view["near"] or view["holds"] or view["changes"]:
            found[staff_id] = view
    return found


def watch_rows(work: Mapping[str, Row], decisions: pd.DataFrame) -> list[Row]:
    """What the messages of that day say, one row each with its patient, for the practice's own worklist."""
    patient = decisions.drop_duplicates("case_number").set_index("case_number")["patient_id"]
    found = []
    for staff_id, view in work.items():
        rows = [row | {"what": "near", "words": "can still reach a threshold"} for row in view["near"]]
        rows += [row | {"what": row["kind"]} for row in view["changes"]]
        for hold in view["holds"]:
            words = f"{hold['words']} {hold['fix']}"
            rows += [{"case_number": case, "what": "hold", "words": words} for case in hold["list"]]
        found += [row | {"care_manager_id": staff_id, "patient_id": patient[row["case_number"]]} for row in rows]
    return found


def compose_watch(
    practice_id: str,
    practice_name: str,
    work: Mapping[str, Row],
    staff: pd.DataFrame,
    month: Month,
    day: Day,
    templates: str = "",
) -> list[Message]:
    """The day's messages, one a care manager. Same month and day, same messages; no address, no recipient.

    `templates` is the practice's own folder of them, where it has one.
    """
    addresses, gone = addresses_of(staff), have_left(staff, day.today)
    return [
        _message(practice_id, practice_name, one, addresses.get(one, ""), view, month, day, templates)
        for one, view in work.items()
        if one not in gone
    ]


def to_do(view: Row) -> str:
    """The subject's second half."""
    parts = [f"{plural(len(view['near']), 'patient')} can still reach a threshold"] if view["near"] else []
    parts += [plural(view["held"], "hold") + " to fix"] if view["held"] else []
    parts += [plural(len(view["changes"]), "change") + " to know of"] if view["changes"] else []
    return ", ".join(parts)


def _message(
    practice_id: str,
    practice_name: str,
    staff_id: str,
    recipient: str,
    view: Row,
    month: Month,
    day: Day,
    templates: str,
) -> Message:
    left = plural(day.left, "working day") + " left"
    return daily_message(
        "minutes",
        templates,
        practice_id=practice_id,
        practice_name=practice_name,
        about=month_name(month),
        audience="care_manager",
        kind=f"{KIND}-{staff_id}",
        recipient=recipient,
        to_do=to_do(view),
        today=day.today,
        beside=f", {left}",
        today_words=long_day(day.today),
        left=left,
        view=view,
    )


def _changes(tables: Mapping[str, pd.DataFrame], known: pd.Index, month: Month, day: Day) -> list[tuple[str, Row]]:
    """Stays and coverages that change what can be done: on a full day all that stand, else those of the last working
    day and since."""
    since = month.first if day.is_full else day.before
    begin, today = pd.Timestamp(since), pd.Timestamp(day.today)
    found: list[tuple[str, Row]] = []
    stays = tables["stays"]
    stays = stays[stays["kind"].isin(STOPS_THE_CLOCK) & stays["patient_id"].isin(known)]
    for row in stays[stays["admit_date"] <= today].to_dict("records"):
        gone = row["discharge_date"]
        if pd.isna(gone) or gone >= today:
            if day.is_full or row["admit_date"] >= begin:
                words = f"in a facility since {long_day(row['admit_date'].date())}: time on these days does not count"
                found.append((str(row["patient_id"]), {"kind": "away", "words": words}))
        elif gone >= begin:
            words = f"discharged on {long_day(gone.date())}: time counts again"
            found.append((str(row["patient_id"]), {"kind": "back", "words": words}))
    coverages = tables["coverages"]
    coverages = coverages[coverages["patient_id"].isin(known)]
    for column, verb in (("start_date", "begins"), ("end_date", "ends")):
        inside = coverages[(coverages[column] >= begin) & (coverages[column] <= pd.Timestamp(month.last))]
        for row in inside.to_dict("records"):
            words = f"a coverage {verb} on {long_day(row[column].date())}: check consent and who pays"
            found.append((str(row["patient_id"]), {"kind": "coverage", "words": words}))
    return found
