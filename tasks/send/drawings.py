"""Where things stand in the pictures of the rule pages: bars on a timeline, cells of a matrix; numbers, no markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.catalogue import Code
from config.exclusion_table import ExclusionRow

LABEL, YEAR, ROW = 118, 69, 19
SIDE, TOP, CELLS, LARGEST, SMALLEST = 246, 188, 600, 24, 17


@dataclass(frozen=True)
class Span:
    """One bar: what it is called, from when to when, how sure, and what it says when pointed at."""

    label: str
    since: date
    until: date
    confidence: str
    title: str


def month_span(since: str, until: str) -> tuple[date, date]:
    """First day of the first month, and about the last day of the last."""
    return date.fromisoformat(f"{since}-01"), date.fromisoformat(f"{until}-28")


def code_spans(codes: Iterable[Code]) -> list[list[Span]]:
    """A line of spans for each code; codes that differ in nothing but their name and words share one."""
    lines: dict[tuple[Any, ...], list[Code]] = {}
    for code in codes:
        dialysis = code.program == "esrd"
        key = ("esrd",) if dialysis else (code.code,)
        lines.setdefault(key, []).append(code)
    found = []
    for group in lines.values():
        first, last = group[0], group[-1]
        label = first.code if first is last else f"{first.code}-{last.code}"
        words = first.words if first is last else f"{len(group)} codes of monthly dialysis care"
        found.append([Span(label, e.since, e.until, e.confidence, f"{label}: {words}") for e in first.entries])
    return found


def timeline(groups: Sequence[tuple[str, list[list[Span]]]], first_year: int, last_year: int) -> dict[str, Any]:
    """The timeline's geometry: years along the top, a heading for each group, a row for each line of spans."""
    begin, end = date(first_year, 1, 1), date(last_year + 1, 1, 1)
    days = (end - begin).days
    width = LABEL + (last_year - first_year + 1) * YEAR

    def x(day: date) -> float:
        share = (min(max(day, begin), end) - begin).days / days
        return round(LABEL + share * (width - LABEL), 1)

    y, headings, rows = 26, [], []
    for name, lines in groups:
        if name:
            y += 10
            headings.append({"text": name, "y": y + 12})
            y += ROW + 2
        for line in lines:
            bars = [
                {
                    "x": x(span.since),
                    "width": max(2.0, round(x(span.until) - x(span.since) - 1, 1)),
                    "confidence": span.confidence,
                    "title": span.title,
                    "open": span.until >= end,
                }
                for span in line
            ]
            rows.append({"label": line[0].label, "y": y, "bars": bars})
            y += ROW
    years = [{"text": str(year), "x": x(date(year, 1, 1))} for year in range(first_year, last_year + 1)]
    return {"width": width + 2, "height": y + 8, "years": years, "headings": headings, "rows": rows, "bar": ROW - 7}


def matrix(rows: Sequence[ExclusionRow], month: str) -> dict[str, Any]:
    """The matrix of the month: each two lists once in either direction, the strictest pair of them shown."""
    now = [row for row in rows if row.since <= month <= row.until]
    names = list(dict.fromkeys(name for row in now for name in (row.a, row.b)))
    place = {name: number for number, name in enumerate(names)}
    cell = max(SMALLEST, min(LARGEST, CELLS // max(1, len(names))))
    strictest: dict[tuple[str, str], ExclusionRow] = {}
    for row in sorted(now, key=_weight):
        strictest[row.a, row.b] = strictest[row.b, row.a] = row
    cells = [
        {"x": SIDE + place[b] * cell, "y": TOP + place[a] * cell, "kind": kind(row), "title": _title(row)}
        for (a, b), row in sorted(strictest.items(), key=lambda item: (place[item[0][0]], place[item[0][1]]))
    ]
    labels = [{"text": label(name), "at": number * cell} for number, name in enumerate(names)]
    size = len(names) * cell
    return {"cells": cells, "labels": labels, "cell": cell, "side": SIDE, "top": TOP, "size": size}


def kind(row: ExclusionRow) -> str:
    """How the cell is drawn: never, never with the same practitioner, with a modifier, a warning, allowed."""
    if row.strength == "allowed":
        return "allowed"
    if row.strength == "modifier":
        return "modifier"
    if not row.blocks:
        return "warn"
    return "never" if row.scope == "anyone" else "same"


def label(name: str) -> str:
    """A list's name in words, without what all of them end in."""
    return name.removesuffix("_codes").replace("_", " ")


def _weight(row: ExclusionRow) -> int:
    return ["allowed", "modifier", "warn", "same", "never"].index(kind(row))


def _title(row: ExclusionRow) -> str:
    return f"{label(row.a)} and {label(row.b)}: {row.strength}, {row.scope.replace('_', ' ')}"
