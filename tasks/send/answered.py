"""What payers answered so far, as the report, the lists' own page and the Prefect UI show it. No identities."""

from __future__ import annotations

from typing import Any

import pandas as pd

from config.denials import denials as tables
from config.month import Month
from tasks.send.charts import share
from tasks.send.words import count, dollars
from tasks.store.answer_counts import AnswerCounts

MONTHS, MOST_CAUSES, MOST_ROWS = 13, 8, 10
STANDINGS = {
    "paid": ("strong", "never denied"),
    "recovered": ("soft", "denied, paid since"),
    "denied": ("mid", "denied"),
}
CAUSES = {
    "warned": ("mid", "a rule had warned, and it was billed"),
    "not_seen": ("soft", "our rules looked, and found nothing wrong"),
    "no_rule": ("none", "no rule yet"),
}
NO_RULE = CAUSES["no_rule"][1]
Row = dict[str, Any]


def answered_view(counts: AnswerCounts | None, until: Month | None = None) -> Row:
    """Claims answered and denied, lines by what our rules had said of them, rates, and the commonest causes.

    With `until` the thirteen months up to it count; without, all. Nothing but `claims`, nought, without an answer.
    """
    if counts is None:
        return {"claims": 0}
    answered, denied = (_months(frame, until) for frame in (counts.answered, counts.denied))
    claims = int(answered["claims"].sum())
    if not claims:
        return {"claims": 0}
    standing = answered.groupby("standing")["claims"].sum()
    refused = claims - int(standing.get("paid", 0))
    lines = int(denied["lines"].sum())
    return {
        "claims": claims,
        "paid": int(standing.get("paid", 0)),
        "refused": refused,
        "recovered": int(standing.get("recovered", 0)),
        "rate": percent(refused, claims),
        "cents": int(denied["cents"].sum()),
        "lines": lines,
        "standings": _parts(STANDINGS, standing, claims),
        "causes": _parts(CAUSES, denied.groupby(_cause(denied))["lines"].sum(), lines),
        "top": _top(denied),
        "by": [
            {"name": name, "rows": rows}
            for name, rows in (
                ("Service month", _rates(answered, "month")),
                ("Payer", _rates(answered, "payer_name", most_first=True)),
                ("Practitioner (NPI)", _rates(answered, "rendering_npi", most_first=True)),
                (
                    "Rule that looks for it (of all lines; a line counts at each of its rules)",
                    _rates_of_rules(denied, int(answered["lines"].sum())),
                ),
            )
            if rows
        ],
    }


def percent(part: int, whole: int) -> str:
    """12.5 %, or 0 % of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def answered_lines(view: Row) -> list[tuple[str, str]]:
    """The view in a few lines of label and text, for the terminal and the Prefect UI."""
    if not view["claims"]:
        return [("claims answered", "none yet")]
    by_rule = {part["name"]: part["number"] for part in view["causes"]}
    return [
        ("claims answered", count(view["claims"])),
        ("of them denied wholly or in part", f"{count(view['refused'])} ({view['rate']})"),
        ("of these paid since", count(view["recovered"])),
        ("money denied", dollars(view["cents"])),
        *[(f"denied lines: {words}", count(by_rule[name])) for name, (_, words) in CAUSES.items() if name in by_rule],
        *([("kept back by payers, not accounted for", dollars(view["withheld"]))] if view.get("withheld") else []),
    ]


def answered_markdown(practice_id: str, view: Row) -> str:
    """What payers answered to one practice as Markdown: counts, rates and causes."""
    rows = [f"### {practice_id} · what payers answered", "", "| | |", "|---|---:|"]
    rows += [f"| {label} | {text} |" for label, text in answered_lines(view)]
    for part in view.get("by", []):
        rows += ["", f"| {part['name']} | Answered | Denied | Rate |", "|---|---:|---:|---:|"]
        rows += [
            f"| {_cell(row['name'])} | {count(row['claims'])} | {count(row['refused'])} | {row['rate']} |"
            for row in part["rows"]
        ]
    if view.get("top"):
        rows += ["", "| Cause | Rules | What is done | Lines | Denied |", "|---|---|---|---:|---:|"]
        rows += [
            f"| {_cell(row['words'])} | {' '.join(row['rules']) or 'no rule yet'} | {row['route']} "
            f"| {count(row['lines'])} | {dollars(row['cents'])} |"
            for row in view["top"]
        ]
    return "\n".join(rows)


def _months(frame: pd.DataFrame, until: Month | None) -> pd.DataFrame:
    if until is None:
        return frame
    first = until
    for _ in range(MONTHS - 1):
        first = first.previous
    return frame[frame["month"].between(str(first), str(until))]


def _cause(denied: pd.DataFrame) -> pd.Series:
    """The cause; of a denial traced before causes were asked for, whether a rule is there."""
    known = pd.Series("not_seen", index=denied.index).mask(denied["rule"] == "", "no_rule")
    return denied["cause"].where(denied["cause"] != "", known)


def _parts(names: dict[str, tuple[str, str]], numbers: pd.Series, whole: int) -> list[Row]:
    return [
        {"name": name, "tone": tone, "words": words, "number": int(numbers[name]), "share": share(numbers[name], whole)}
        for name, (tone, words) in names.items()
        if numbers.get(name, 0)
    ]


def _rates(answered: pd.DataFrame, column: str, most_first: bool = False) -> list[Row]:
    """Claims answered and denied of each name; bars are as long as the rate beside the highest."""
    refused = answered["claims"].where(answered["standing"] != "paid", 0)
    sums = answered.assign(refused=refused).groupby(column)[["claims", "refused"]].sum().sort_index()
    if most_first:
        sums = sums.sort_values("claims", ascending=False, kind="stable").head(MOST_ROWS)
    rows: list[Row] = [
        {
            "name": str(name),
            "claims": int(claims),
            "refused": int(refused),
            "rate": percent(int(refused), int(claims)),
        }
        for name, claims, refused in sums.itertuples()
    ]
    return _drawn(rows)


def _rates_of_rules(denied: pd.DataFrame, lines: int) -> list[Row]:
    """Denied lines of each rule among all lines answered; one of several rules counts for each."""
    by_rule = denied.assign(rule=denied["rule"].str.split(" ")).explode("rule")
    sums = by_rule.groupby("rule")["lines"].sum().sort_index().sort_values(ascending=False, kind="stable")
    return _drawn(
        [
            {"name": str(rule) or NO_RULE, "claims": lines, "refused": int(own), "rate": percent(int(own), lines)}
            for rule, own in sums.head(MOST_ROWS).items()
        ]
    )


def _drawn(rows: list[Row]) -> list[Row]:
    most = max((row["refused"] / row["claims"] for row in rows), default=0.0)
    return [row | {"width": share(row["refused"] / row["claims"], most)} for row in rows]


def _top(denied: pd.DataFrame) -> list[Row]:
    """The commonest errors with their rules and the way back, most lines first."""
    known = tables()
    words = {error.name: error.words for error in known.errors}
    rows: list[Row] = []
    most = int(denied.groupby("error")["lines"].sum().max()) if len(denied) else 0
    for error, group in denied.groupby("error"):
        routes = group.groupby("route")["lines"].sum().sort_values(ascending=False, kind="stable")
        rules = dict.fromkeys(rule for text in group["rule"] for rule in str(text).split())
        said = words.get(str(error), str(error)) if error else "Nothing predicts these codes"
        route, lines = known.routes[str(routes.index[0])].words, int(group["lines"].sum())
        sums = {"lines": lines, "cents": int(group["cents"].sum()), "width": share(lines, most)}
        rows.append({"words": said, "rules": list(rules), "route": route, **sums})
    return sorted(rows, key=lambda row: (-int(row["lines"]), str(row["words"])))[:MOST_CAUSES]


def _cell(text: str) -> str:
    return text.replace("|", "/")
