"""Thirteen months side by side as pictures: where each bar stands, and the table that says the same."""

from __future__ import annotations

import calendar
from typing import Any

import pandas as pd

from config.month import Month
from tasks.send.answered import percent
from tasks.send.charts import TONES
from tasks.send.words import OUTCOME_NAMES, count, dollars, month_name, plural
from tasks.store.answer_counts import AnswerCounts

MONTHS = 13
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 360, 168, 52, 12, 22  # of a picture, in its own units; the macro draws the rest
EVERY = 3  # months from one label to the next, counted back from the last; of few months each has its own
WIDE = 0.68  # of a month's place that its bar takes
Row = dict[str, Any]


def trend_view(trend: pd.DataFrame | None, answers: AnswerCounts | None, until: Month) -> Row:
    """The months from the first one stored to this one, with a gap where none is; no pictures of a single month.

    `trend` is what the store says of the months up to this one, this one among them.
    """
    if trend is None or len(trend) < 2:
        return {"rows": [], "charts": []}
    rows = _rows(trend, answers, until)
    return {"rows": rows, "charts": [_outcomes(rows), _money(rows), _denials(rows), _minutes(rows)]}


def months_between(first: Month, last: Month) -> list[Month]:
    """Every month from the first to the last."""
    found = [first]
    while found[-1] < last:
        found.append(found[-1].next)
    return found


def answered_of(answers: AnswerCounts | None, month: Month) -> Row:
    """Claims of that month that payers answered, and how many of them they denied."""
    claims, refused = _answered(answers).get(str(month), (0, 0))
    return {"claims": claims, "refused": refused, "rate": percent(refused, claims)}


def _rows(trend: pd.DataFrame, answers: AnswerCounts | None, until: Month) -> list[Row]:
    stored = {str(row["month"]): row for row in trend.to_dict("records")}
    rows = []
    for month in months_between(Month.parse(min(stored)), until):
        row = stored.get(str(month))
        if row is None:
            rows.append({"month": month, "stored": False})
            continue
        told = answered_of(answers, month)
        told["share"] = 100 * told["refused"] / told["claims"] if told["claims"] else None
        rows.append(row | told | {"month": month, "stored": True})
    return rows


def _answered(answers: AnswerCounts | None) -> dict[str, tuple[int, int]]:
    """Claims answered and denied of each month."""
    if answers is None or answers.answered.empty:
        return {}
    refused = answers.answered["claims"].where(answers.answered["standing"] != "paid", 0)
    sums = answers.answered.assign(refused=refused).groupby("month")[["claims", "refused"]].sum()
    return {str(month): (int(claims), int(lost)) for month, claims, lost in sums.itertuples()}


def _outcomes(rows: list[Row]) -> Row:
    most = nice(max(sum(row[name] for name in TONES) for row in rows if row["stored"]))
    bars = []
    for place, row in _stored(rows):
        foot = 0
        for name, tone in TONES.items():
            bars.append(bar(rows, place, row[name], most, tone, f"{count(row[name])} {OUTCOME_NAMES[name]}", foot))
            foot += row[name]
    words = [(tone, OUTCOME_NAMES[name]) for name, tone in TONES.items()]
    last = rows[-1]
    said = ", ".join(f"{count(last[name])} {OUTCOME_NAMES[name]}" for name in TONES)
    return picture(rows, "outcomes", "Patient-months by outcome", said, bars, words, most, count)


def _money(rows: list[Row]) -> Row:
    most = nice(max(max(row["expected_cents"], row["received_cents"]) for row in rows if row["stored"]))
    bars = []
    for place, row in _stored(rows):
        bars.append(bar(rows, place, row["expected_cents"], most, "soft", f"{dollars(row['expected_cents'])} expected"))
        if row["claims"]:
            said = f"{dollars(row['received_cents'])} received"
            bars.append(bar(rows, place, row["received_cents"], most, "strong", said, narrow=True))
    words = [("soft", "expected to be allowed"), ("strong", "received from payers so far")]
    last = rows[-1]
    said = f"{dollars(last['expected_cents'])} expected, {_received(last)}"
    return picture(rows, "money", "Expected and received, by service month", said, bars, words, most, whole_dollars)


def _denials(rows: list[Row]) -> Row:
    shares = [row["share"] for _, row in _stored(rows) if row["share"] is not None]
    most = nice(max([*shares, 1]))
    bars = [
        bar(rows, place, row["share"], most, "mid", f"{row['rate']} of {plural(row['claims'], 'answered claim')}")
        for place, row in _stored(rows)
        if row["share"] is not None
    ]
    last = rows[-1]
    said = f"{last['rate']} of {plural(last['claims'], 'answered claim')}" if last["claims"] else "none answered yet"
    words = [("mid", "claims denied wholly or in part, of those answered; no bar: none answered")]
    return picture(rows, "denials", "Denial rate, by service month", said, bars, words, most, lambda at: f"{at:g} %")


def _minutes(rows: list[Row]) -> Row:
    most = nice(max(row["left_out_seconds"] // 60 for _, row in _stored(rows)))
    bars = [
        bar(rows, place, row["left_out_seconds"] // 60, most, "soft", f"{count(row['left_out_seconds'] // 60)} minutes")
        for place, row in _stored(rows)
    ]
    last = rows[-1]
    said = f"{count(last['left_out_seconds'] // 60)} of {count(_logged(last) // 60)} minutes logged"
    words = [("soft", "minutes logged that no rule let count")]
    return picture(rows, "minutes", "Minutes lost", said, bars, words, most, count)


def _stored(rows: list[Row]) -> list[tuple[int, Row]]:
    return [(place, row) for place, row in enumerate(rows) if row["stored"]]


def _received(row: Row) -> str:
    return f"{dollars(row['received_cents'])} received" if row["claims"] else "nothing answered yet"


def _logged(row: Row) -> int:
    return int(row["counted_seconds"] + row["left_out_seconds"])


def nice(most: float) -> float:
    """The round number at or above it that an axis ends with: 1, 2, 4, 5, 8 or 10 of some power of ten."""
    power = 1.0
    while power * 10 < most:
        power *= 10
    return next(power * step for step in (1, 2, 4, 5, 8, 10) if power * step >= most)


def whole_dollars(cents: float) -> str:
    """$20,000, without cents."""
    return f"${int(cents) // 100:,}"


def _slot(rows: list[Row]) -> float:
    return (WIDTH - LEFT) / len(rows)


def bar(
    rows: list[Row], place: int, value: float, most: float, tone: str, said: str, foot: float = 0, narrow: bool = False
) -> Row:
    """One bar, from `foot` upwards; a narrow one stands in front of another."""
    slot = _slot(rows)
    wide = slot * WIDE * (0.5 if narrow else 1)
    scale = (HEIGHT - TOP - BOTTOM) / most
    height = max(0.0, value * scale)
    top = HEIGHT - BOTTOM - (foot + max(0, value)) * scale
    month = month_name(rows[place]["month"])
    at = {"x": round(LEFT + place * slot + (slot - wide) / 2, 1), "width": round(wide, 1)}
    return at | {"y": round(top, 1), "height": round(height, 1), "tone": tone, "said": f"{month}: {said}"}


def picture(
    rows: list[Row], name: str, title: str, last: str, bars: list[Row], words: list[tuple[str, str]], most: float,
    told: Any,
) -> Row:  # fmt: skip
    """The picture of that name: bars, gaps, ticks, labels and what it says in words; `last` is told of the last month.

    Each of `rows` has its `month` and whether it is `stored`; `told` writes what stands at a tick.
    """
    slot, floor = _slot(rows), HEIGHT - BOTTOM
    missing = [place for place, row in enumerate(rows) if not row["stored"]]
    gaps = [{"x": round(LEFT + place * slot + slot * 0.1, 1), "width": round(slot * 0.8, 1)} for place in missing]
    every = EVERY if len(rows) > 2 * EVERY else 1
    labels = [
        {"x": round(LEFT + (place + 0.5) * slot, 1), "text": _short(row["month"], place)}
        for place, row in enumerate(rows)
        if (len(rows) - 1 - place) % every == 0
    ]
    ticks = [{"y": round(floor - (floor - TOP) * part, 1), "text": told(most * part)} for part in (0, 0.5, 1)]
    said = f"{month_name(rows[0]['month'])} to {month_name(rows[-1]['month'])}. The last month: {last}."
    if missing:
        said += f" No month is stored for {', '.join(month_name(rows[place]['month']) for place in missing)}."
    return {
        "name": name, "title": title, "said": f"{said} The table below has every number.", "last": last, "bars": bars,
        "gaps": gaps, "labels": labels, "ticks": ticks, "words": words, "width": WIDTH, "height": HEIGHT, "left": LEFT,
        "floor": floor, "top": TOP,
    }  # fmt: skip


def _short(month: Month, place: int) -> str:
    name = calendar.month_abbr[month.number]
    return f"{name} {month.year}" if place < EVERY or month.number <= EVERY else name
