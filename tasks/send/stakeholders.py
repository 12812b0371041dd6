"""The month for those who have no way to the practice's files: no identities, and no number that is small.

Every count is rounded as the audience may have it, and what is below its smallest count is not told, nought among it.
So no total, rate or difference of two months gives a smaller group away: hiding alone would not do, for the number of
patients hardly changes from one month to the next. Dollars are rounded as coarsely as the patients behind them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from config.audiences import Audience, audience
from config.message_settings import MessageSettings
from config.month import Month
from tasks.send.charts import TONES, share
from tasks.send.daily import daily_message
from tasks.send.left import moves
from tasks.send.messages import Message
from tasks.send.render import render
from tasks.send.trend import bar, months_between, nice, picture, whole_dollars
from tasks.send.words import OUTCOME_NAMES, count, month_name, plural
from tasks.store.practice import practice_row
from tasks.store.records import Cycle
from tasks.store.store import Store

KIND = "figures"
PAGES = {"board": "stakeholder.html", "quality": "stakeholder_quality.html"}
TABLES = ("practices", "patients", "consents", "copay_responses")
NOT_SHOWN = "not shown"
BILLABLE = "billable"  # true before the sign-off and after it, while a claim is under way or held and when it is paid
Row = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """What the pages rest on: the months up to this one as the store counts them, who came and who left."""

    cycle: Cycle
    practice_name: str
    trend: pd.DataFrame
    moves: Mapping[str, int] | None


def figures_of(store: Store, cycle: Cycle) -> Figures:
    """The figures of that revision and the months before it."""
    found, tables = store.trend(cycle.practice_id, cycle.month), store.kept_tables(cycle, *TABLES)
    came = moves(tables, Month.parse(found["month"].iloc[0]).first, cycle.month.last) if "patients" in tables else None
    return Figures(cycle, practice_row(tables)["practice_name"] or cycle.practice_id, found, came)


def figures_view(figures: Figures, name: str) -> Row:
    """Everything that the audience of that name is told, as words and rounded numbers."""
    who, trend = audience(name), figures.trend
    until = figures.cycle.month
    has_money = "money" not in who.never
    step = _dollar_step(trend, who)
    stored = {str(row["month"]): row for row in trend.to_dict("records")}
    first = Month.parse(min(stored))
    rows = [_month(month, stored.get(str(month)), who, step) for month in months_between(first, until)]
    last = rows[-1]
    outcomes = [_part(outcome, tone, stored[str(until)], who) for outcome, tone in TONES.items()]
    whole = sum(part["rounded"] or 0 for part in outcomes)
    told = [row for row in rows if row["stored"] and row["enrolled"] and row["billed"]]
    return {
        "audience": name,
        "words": who.words,
        "practice_name": figures.practice_name,
        "month": str(until),
        "month_name": month_name(until),
        "revision": figures.cycle.revision,
        "too_few": too_few(figures, name),
        "smallest": who.smallest_count,
        "smallest_source": who.smallest_source,
        "step": who.step,
        "has_money": has_money,
        "dollar_step": whole_dollars(step) if step else "",
        "rows": rows,
        "last": last,
        "first_name": month_name(first),
        "outcomes": [part | {"share": share(part["rounded"] or 0, whole)} for part in outcomes],
        # Of the months as they are told: a sum rounded anew would not fit the months that stand beside it.
        "continuity": _rate(sum(row["billed"] for row in told), sum(row["enrolled"] for row in told)),
        "months": len(told) or sum(row["stored"] for row in rows),
        "moves": None if figures.moves is None else {one: who.told(number) for one, number in figures.moves.items()},
        "few_moved": figures.moves is not None
        and who.rounded(figures.moves["joined"]) is None is who.rounded(figures.moves["left"]),
        "off": who.step // 2,
        "rough": _rough(last, who.step),
        "picture": _picture(rows) if len(trend) > 1 else None,
    }


def _month(month: Month, row: Row | None, who: Audience, step: int) -> Row:
    """One month as it may be told; of one that is not stored, that."""
    if row is None:
        return {"month": month, "stored": False}
    enrolled, billed, reached = (who.rounded(row[name]) for name in ("patients", "patients_bill", "reached"))
    return {
        "month": month,
        "stored": True,
        "enrolled": enrolled or 0,
        "billed": billed or 0,
        "told": {name: who.told(row[name]) for name in ("patients", "patients_bill", "reached")},
        "reach": _rate(reached, enrolled),
        "rate": _rate(billed, enrolled),
        "expected": _dollars(row["expected_cents"], row["patients_bill"], who, step),
        "received": _dollars(row["received_cents"], row["paid_patients"], who, step),
    }


def _part(outcome: str, tone: str, row: Row, who: Audience) -> Row:
    number = row[f"patients_{outcome}"]
    words = BILLABLE if outcome == "bill" else OUTCOME_NAMES[outcome]
    return {"words": words, "tone": tone, "told": who.told(number), "rounded": who.rounded(number)}


def _rate(part: int | None, whole: int | None) -> str:
    """Whole percent of rounded numbers, which say no more than these do."""
    return f"{100 * part / whole:.0f} %" if part is not None and whole else NOT_SHOWN


def _rough(row: Row, step: int) -> int:
    """By how many points the share of billable patients may be off, both of its counts being rounded."""
    if not row["billed"] or not row["enrolled"] or step < 2:
        return 0
    half, part, whole = step // 2, row["billed"], row["enrolled"]
    highest, lowest = min(1.0, (part + half) / (whole - half)), (part - half) / (whole + half)
    return math.ceil(100 * max(highest - part / whole, part / whole - lowest))


def _dollar_step(trend: pd.DataFrame, who: Audience) -> int:
    """What cents are rounded to: a round number that the smallest count of patients is not worth more than."""
    billed = trend[trend["patients_bill"] > 0]
    each = (billed["expected_cents"] / billed["patients_bill"]).max() if len(billed) else 0
    return int(nice(max(10_000.0, who.smallest_count * float(each))))


def _dollars(cents: int, patients: int, who: Audience, step: int) -> str:
    """The sum rounded; not shown where fewer patients than may be told stand behind it."""
    if who.rounded(patients) is None:
        return NOT_SHOWN
    found = (int(cents) + step // 2) // step * step
    return whole_dollars(found) if found or not cents else f"under {whole_dollars(step)}"


def _picture(rows: Sequence[Row]) -> Row:
    """Enrolled and billable of each month, drawn from the rounded numbers."""
    shown, bars = list(rows), []
    most = nice(max(row["enrolled"] for row in shown if row["stored"]) or 1)
    for place, row in enumerate(shown):
        if row["stored"]:
            told = row["told"]
            bars.append(bar(shown, place, row["enrolled"], most, "soft", f"{told['patients']} enrolled"))
            bars.append(
                bar(shown, place, row["billed"], most, "strong", f"{told['patients_bill']} {BILLABLE}", narrow=True)
            )
    words = [("soft", "patients enrolled"), ("strong", f"of them {BILLABLE}")]
    told = shown[-1]["told"]
    said = f"{told['patients']} enrolled, {told['patients_bill']} {BILLABLE}"
    return picture(shown, "enrolment", f"Patients enrolled and {BILLABLE}", said, bars, words, most, count)


def stakeholder_pages(figures: Figures) -> dict[str, str]:
    """The page of each such audience, by its file's name."""
    views = {file: figures_view(figures, name) for name, file in PAGES.items()}
    template = "reports/stakeholder.html.j2"
    return {file: render(template, headline=headline(view), **view) for file, view in views.items()}


def stakeholder_markdown(figures: Figures) -> str:
    """What board and partners are told, as a Markdown table."""
    view = figures_view(figures, "board")
    lines = [f"### {view['practice_name']} · {view['month_name']}", "", "| | |", "|---|---:|"]
    lines += [f"| {label} | {text} |" for label, text, _ in headline(view)]
    if view["too_few"]:
        lines += ["", f"Every count is below {view['smallest']}, so none is shown, and the page is mailed to nobody."]
    note = f"Counts below {view['smallest']} are not told, all others are rounded to {view['step']}."
    return "\n".join([*lines, "", f"{note} The page is {PAGES['board']} in the month's folder."])


def headline(view: Row) -> list[tuple[str, str, str]]:
    """The numbers that stand first: label, number, what it is."""
    last = view["last"]
    found = [
        ("Enrolled", last["told"]["patients"], "patients enrolled in the month"),
        ("Reached", last["reach"], f"{last['told']['reached']} patients with time that counts"),
        ("Billable", last["told"]["patients_bill"], f"{last['rate']} of those enrolled"),
        ("Continuity", view["continuity"], f"billable months of months enrolled, in {plural(view['months'], 'month')}"),
    ]
    if view["has_money"]:
        found += [
            ("Expected", last["expected"], "to be allowed for the month's claims"),
            ("Received", last["received"], "from payers for the month so far; not shown for few patients"),
        ]
    return found


def compose_figures(figures: Figures, settings: MessageSettings, today: date) -> list[Message]:
    """The message of each of these audiences that has an address, about that revision. Same figures, same messages.

    None where every count is too small to be told: there is nothing to read then.
    """
    return [_message(figures, name, settings, today) for name in wanted_by(settings) if not too_few(figures, name)]


def wanted_by(settings: MessageSettings) -> list[str]:
    """The audiences of the pages that have an address."""
    return [name for name in PAGES if settings.address(name)]


def too_few(figures: Figures, name: str) -> bool:
    """Whether the audience may be told no count of any month, all being below its smallest."""
    return audience(name).rounded(int(figures.trend["patients"].max())) is None


def _message(figures: Figures, name: str, settings: MessageSettings, today: date) -> Message:
    view, cycle = figures_view(figures, name), figures.cycle
    last = view["last"]["told"]
    return daily_message(
        KIND,
        settings.templates,
        practice_id=cycle.practice_id,
        practice_name=figures.practice_name,
        about=month_name(cycle.month),
        audience=name,
        kind=f"{KIND}-{cycle.month}-{cycle.revision}",
        recipient=settings.address(name),
        to_do=f"{last['patients']} patients enrolled, {last['patients_bill']} {BILLABLE}",
        today=today,
        revision=cycle.revision,
        view=view,
        headline=headline(view),
    )
