"""What somebody who approves a month sees of it, in counts alone, and how a waiting approval is reminded of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import pandas as pd

from config.approval import ApprovalSettings
from config.deadlines import working_day_from, working_days_after
from config.frames import rows_set_aside
from config.staff_left import have_left
from tasks.send import care_manager, counts
from tasks.send.messages import Message, addresses_of
from tasks.send.month_end import month_end_message
from tasks.send.report import totals
from tasks.send.words import count, dollars, long_day, plural
from tasks.store.approvals import Request
from tasks.store.records import Cycle
from tasks.store.store import Store

MOST_HOLDS = 8
NEEDED = ("decisions", "findings", "claim_lines", "quarantine", "reconciliation", "changes", "signals", "copay_cases")
ROWS = {"bill": "ready to bill", "hold": "on hold", "short": "short of minutes", "not_billable": "not billable"}


def approval_markdown(store: Store, cycle: Cycle, report: str = "", claims: Sequence[str] = ()) -> str:
    """Summary, reconciliation, exceptions and the difference to the month before, in counts; nobody is named.

    `claims` are the lines that say what the claims would come to.
    """
    frames = {name: store.frame(name, cycle) for name in NEEDED}
    months = store.trend(cycle.practice_id, cycle.month, 2).set_index("month")
    before = str(cycle.month.previous)
    mine, last = months.loc[str(cycle.month)], months.loc[before] if before in months.index else None
    head = f"### {cycle.practice_id} · {cycle.month} · revision {cycle.revision}"
    if last is None:  # empty columns would only push the numbers out of the form
        said = [head, "", "| | this month |", "|---|---:|"]
        said += [f"| {label} | {count(int(mine[name]))} |" for name, label in ROWS.items()]
        said += [f"| expected | {dollars(int(mine['expected_cents']))} |", "", f"{before} was not run."]
    else:
        said = [head, "", f"| | this month | {before} | change |", "|---|---:|---:|---:|"]
        for name, label in ROWS.items():
            now, then = int(mine[name]), int(last[name])
            said.append(_row(label, count(now), count(then), now - then))
        now, then = int(mine["expected_cents"]), int(last["expected_cents"])
        more = f"{'-' if now < then else '+'}{dollars(abs(now - then))}"
        said.append(_row("expected", dollars(now), dollars(then), more))
    ties = totals(frames["reconciliation"])
    open_ones = [one["name"] for one in ties if not one["ties"]]
    wrong = f"**do not tie: {', '.join(open_ones)}**" if open_ones else "tie"
    said += ["", f"**Reconciliation.** Rows, seconds and patients {wrong}."]
    said += ["", "**Exceptions.**", ""]
    aside = rows_set_aside(frames["quarantine"])
    said.append(f"- Rows set aside: {', '.join(f'{name} {count(n)}' for name, n in aside.items() if n) or 'none'}")
    said.append(f"- Integrity signals for compliance: {count(len(frames['signals']))}")
    said.append(f"- Open co-pay cases: {count(int((frames['copay_cases']['state'] == 'open').sum()))}")
    if cycle.revision > 1:
        said.append(
            f"- Decided otherwise than in revision {cycle.revision - 1}: {count(len(frames['changes']))} fields"
        )
    hand = frames["findings"]["rule"].isin(["held_by_hand", "forced_by_hand"])
    said.append(f"- Decided by hand: {plural(frames['findings'][hand]['case_number'].nunique(), 'case')}")
    held = counts.by_rule(counts.holds(frames["findings"], frames["decisions"]))
    said += [f"- On hold, {count(row['cases'])}: {row['words']}" for row in held[:MOST_HOLDS]]
    if len(held) > MOST_HOLDS:
        said.append(f"- and {plural(len(held) - MOST_HOLDS, 'other cause')}")
    if claims:
        said += ["", f"**Claims.** {claims[0]}", "", *(f"- {line}" for line in claims[1:])]
    return "\n".join([*said, *(["", f"The whole month: `{report}`"] if report else [])])


def compose_waiting(
    cycle: Cycle, asked: Request, practice: Mapping[str, str], settings: ApprovalSettings, addresses: Mapping[str, str],
    today: date, templates: str = "", closed: Collection[date] = (), kind: str = "approval",
) -> list[Message]:  # fmt: skip
    """The day's reminders of an approval that is waited for: to billing once it waits long, and to whom it is escalated
    once it waits longer; none before, and none on a day of rest. Same day, same messages."""
    since = asked.requested_at.date()
    if working_day_from(today, closed) != today:
        return []
    told = []
    said = [
        f"Revision {cycle.revision} is decided; no claim goes out before somebody approves it.",
        "Answer in the Prefect UI (the suspended run of this month, Resume), or: "
        f"ccm sign-off --month {cycle.month} --practice {cycle.practice_id}.",
    ]
    for days, audience, address in (
        (settings.remind_after_days, "billing", practice.get("billing_email", "")),
        (settings.escalate_after_days, settings.escalate_to, addresses.get(settings.escalate_to, "")),
    ):
        if today >= working_days_after(since, days, closed):
            head = f"waits for approval since {long_day(since)}"
            about = (cycle, practice, audience, kind, address, head, said, today, templates)
            told.append(month_end_message(*about))
    return told


def compose_returned(
    cycle: Cycle, practice: Mapping[str, str], frames: Mapping[str, pd.DataFrame], staff: pd.DataFrame,
    today: date, templates: str = "",
) -> list[Message]:  # fmt: skip
    """Each care manager with anything to do in the month hears that it came back, and where it says why."""
    addresses, told, gone = addresses_of(staff), [], have_left(staff, today)
    for staff_id, work in care_manager.worklists(frames).items():
        to_do = care_manager.to_do(work)
        if to_do != care_manager.NOTHING and staff_id not in gone:
            # What was typed in the form stays in the store: a mail takes no text that could name a patient.
            said = [
                "The month came back to the care team; billing can say from whom and why.",
                "Your message of the month and your lists say which.",
                "What you mend at its source counts with the month's next run.",
            ]
            head, to = f"returned to the care team: {to_do}", addresses.get(staff_id, "")
            kind = f"returned-{staff_id}"
            told.append(month_end_message(cycle, practice, "care_manager", kind, to, head, said, today, templates))
    return told


def _row(label: str, now: str, then: str, more: int | str) -> str:
    said = f"{more:+,}" if isinstance(more, int) else more
    return f"| {label} | {now} | {then} | {said} |"
