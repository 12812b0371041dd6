"""What is said at a month's end: cut-off, hand-over, sign-off, release, and that a month was opened again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from config.deadlines import Deadlines, deadlines, working_days_after
from config.month import Month
from config.staff_left import have_left
from tasks.send import care_manager, counts
from tasks.send.daily import daily_message
from tasks.send.messages import Message, MonthEnd, Reopened, addresses_of
from tasks.send.words import count, day, dollars, long_day, month_name, plural
from tasks.store.claims import SignOff
from tasks.store.day import zone_of
from tasks.store.records import Cycle
from tasks.store.signed_off import last_signed
from tasks.store.store import Store

CUTOFF, SIGNOFF = "cutoff", "signoff"


def month_end_of(store: Store, practice_id: str, month: Month, settings: Any) -> MonthEnd:
    """The month's deadlines, and the latest two of its revisions that somebody signed off."""
    days = deadlines(practice_id, month, settings)
    with store.reading() as connection:
        last = last_signed(connection, practice_id, month)
        earlier = last_signed(connection, practice_id, month, last[0].revision) if last else None
    return MonthEnd(days, *(_reopened(store, *one) if one else None for one in (last, earlier)))


def _reopened(store: Store, cycle: Cycle, signed: SignOff) -> Reopened:
    lines = store.frame("claim_lines", cycle)
    money = counts.billed(lines)["expected"]
    decisions = store.frame("decisions", cycle)
    zone = ZoneInfo(zone_of(store.kept_tables(cycle, "practices")))
    ready, on = _ready(lines), signed.signed_at.astimezone(zone).date()
    return Reopened(cycle.revision, signed.signed_by, on, ready, money, decisions)


def reminds_on(days: Deadlines, today: date) -> bool:
    """Whether anybody may be reminded of anything on that day."""
    about = _near(days, days.care_team, today) or _near(days, days.sign_off, today)
    return about or today in (days.hand_over, working_days_after(days.sign_off, 1, days.closed))


def compose_reminders(
    cycle: Cycle, end: MonthEnd, practice: Mapping[str, str], frames: Mapping[str, pd.DataFrame], staff: pd.DataFrame,
    signed: bool, today: date, templates: str = "",
) -> list[Message]:  # fmt: skip
    """The day's reminders of the month: to care managers who have something to do before the cut-off, and to billing on
    the day of hand-over and about the sign-off; none on other days. Same day, same messages."""
    found = []
    days = end.days
    if _near(days, days.care_team, today):
        addresses = addresses_of(staff)
        gone = have_left(staff, today)
        for staff_id, work in care_manager.worklists(frames).items():
            to_do = care_manager.to_do(work)
            if to_do != care_manager.NOTHING and staff_id not in gone:
                said = [
                    "Your message of the month and your lists say which.",
                    "Work that was done but not logged may be entered with a reason until then, and not after.",
                ]
                head = f"cut-off {_day(days.care_team)}: {to_do}"
                to = addresses.get(staff_id, "")
                found.append(
                    month_end_message(
                        cycle, practice, "care_manager", f"{CUTOFF}-{staff_id}", to, head, said, today, templates
                    )
                )
    said, parts = [], []
    decisions = frames["decisions"]["outcome"].value_counts()
    state = f"{count(decisions.get('bill', 0))} ready to bill, {count(decisions.get('hold', 0))} on hold"
    if today == days.hand_over:
        parts.append(f"hand-over: {state}")
        said.append("The care team has handed over. What is still open stands in worklists/holds.csv.")
    late = working_days_after(days.sign_off, 1, days.closed) == today
    if not signed and (_near(days, days.sign_off, today) or late):
        parts.append(f"sign-off {'was due' if late else 'due'} {_day(days.sign_off)}")
        said.append(f"Nobody has signed off revision {cycle.revision}; until then no claim goes out. {_sign(cycle)}")
    if said:
        billing = practice.get("billing_email", "")
        found.append(
            month_end_message(cycle, practice, "billing", SIGNOFF, billing, "; ".join(parts), said, today, templates)
        )
    return found


def compose_overdue(cycle: Cycle, due: date, practice: Mapping[str, str], today: date, templates: str = "") -> Message:
    """Billing is told of an earlier month that nobody signed off. Same day, same message."""
    said = [
        f"Nobody has signed off revision {cycle.revision}, which was due {_day(due)}; until then no claim of the month "
        f"goes out, and every payer has a last day to file. {_sign(cycle)}",
    ]
    billing, kind = practice.get("billing_email", ""), f"{SIGNOFF}-{cycle.month}"
    head = f"sign-off was due {_day(due)}"
    return month_end_message(cycle, practice, "billing", kind, billing, head, said, today, templates)


def compose_release(
    cycle: Cycle, practice: Mapping[str, str], lines: pd.DataFrame, signed_by: str, today: date, templates: str = "",
    before: Reopened | None = None,
) -> Message:  # fmt: skip
    """Billing is told that the revision is signed off, by whom, what its claims come to, and how that differs from the
    revision that was signed off `before`."""
    cases, money = lines["case_number"].nunique(), counts.billed(lines)["expected"]
    what = f"{plural(cases, 'patient')}, {plural(len(lines), 'claim line')}, {dollars(money)} expected"
    said = [
        f"Revision {cycle.revision} was signed off by {signed_by}.",
        *([_difference(before, _ready(lines), money)] if before else []),
        f"Its claims may go out: ccm claims --month {cycle.month} --practice {cycle.practice_id}. "
        "A correction after this opens the month again, takes another sign-off, and sends only the changed claims.",
    ]
    to = practice.get("billing_email", "")
    return month_end_message(
        cycle,
        practice,
        "billing",
        f"release-{cycle.month}-{cycle.revision}",
        to,
        f"released: {what}",
        said,
        today,
        templates,
    )


def _ready(lines: pd.DataFrame) -> int:
    """How many patient-months have claim lines."""
    return len(lines[["case_number", "program"]].drop_duplicates())


def _difference(before: Reopened, ready: int, money: int) -> str:
    """What was signed off before, and what it comes to now."""
    more = money - before.expected
    by = f"{dollars(abs(more))} {'more' if more > 0 else 'less'}" if more else "the same amount"
    return (
        f"Before it, revision {before.revision} was signed off by {before.signed_by} on {day(before.signed_on)}: "
        f"{count(before.ready)} ready, {dollars(before.expected)}. Now {count(ready)} ready, {dollars(money)}: {by}. "
        "Only the changed claims go out."
    )


def month_end_message(
    cycle: Cycle, practice: Mapping[str, str], audience: str, kind: str, recipient: str, to_do: str, said: list[str],
    today: date, templates: str,
) -> Message:  # fmt: skip
    """A message of the day about how the month stands."""
    return daily_message(
        "month_end",
        templates,
        practice_id=cycle.practice_id,
        practice_name=practice.get("practice_name", ""),
        about=month_name(cycle.month),
        audience=audience,
        kind=kind,
        recipient=recipient,
        to_do=to_do,
        today=today,
        folder=f"{cycle.practice_id}/{cycle.month}",
        revision=cycle.revision,
        said=said,
    )


def _near(days: Deadlines, day: date, today: date) -> bool:
    """Whether it is that day, or the working day before."""
    if today == day:
        return True
    works = working_days_after(today - timedelta(days=1), 1, days.closed) == today
    return works and working_days_after(today, 1, days.closed) == day


def _day(day: date) -> str:
    return f"{day:%a}, {long_day(day)}"


def _sign(cycle: Cycle) -> str:
    return f"Look at the report, then: ccm sign-off --month {cycle.month} --practice {cycle.practice_id}."
