"""What the data-quality page shows: counts, owners, places and trends, and nothing that tells who a patient is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from config.frames import rows_set_aside
from tasks.check import other_months

OWNERS = {
    "front_desk": "Front desk",
    "care_manager": "Care managers",
    "billing": "Billing",
    "it": "Who makes the export",
    "compliance": "Compliance",
}
SEVERITIES = {"stop": "Stops the month", "quarantine": "Sets the row aside", "warn": "Warns"}
LINES_SHOWN = 12
MONTHS_SHOWN = 13


def quality_view(
    checks: pd.DataFrame, quarantine: pd.DataFrame, history: pd.DataFrame | None = None, other_month: int = 0
) -> dict[str, Any]:
    """Everything that the page's template needs; `history` has month, table, check, rows and failed of past months.

    `other_month` time entries were read as well, and left out before anything was asked of them.
    """
    trends, months = _trends(checks, history)
    looked_at = checks[checks["check"] != other_months.NAME]
    rows_by_table = {
        str(table): int(rows) for table, rows in looked_at.groupby("table", sort=False)["rows"].max().items()
    }
    aside = {str(table): rows_set_aside(rows) for table, rows in quarantine.groupby("table", sort=False)}
    rejected = {table: parts["rejected"] for table, parts in aside.items()}
    rows_by_table = {table: rows + rejected.get(table, 0) for table, rows in rows_by_table.items()}
    each = [_check(row, trends) for row in checks.to_dict("records")]
    tables = [_table(name, rows, sum(aside.get(name, {}).values()), each) for name, rows in rows_by_table.items()]
    unmet = [check for check in each if check["failed"]]
    reasons = _reasons(quarantine)
    return {
        "rows": sum(rows_by_table.values()),
        "other_month": other_month,
        "set_aside": sum(sum(parts.values()) for parts in aside.values()),
        "rejected": sum(rejected.values()),
        "expectations": len(each),
        "unmet": len(unmet),
        "warned": sum(check["failed"] for check in unmet if check["severity"] == "warn"),
        "severities": [_severity(name, words, each) for name, words in SEVERITIES.items()],
        "tables": tables,
        "owners": _owners(reasons, unmet),
        "reasons": reasons,
        "months": months,
    }


def _check(row: dict[Any, Any], trends: dict[tuple[str, str], list[dict[str, Any]]]) -> dict[str, Any]:
    rows, failed = int(row["rows"]), int(row["failed"])
    texts = {name: row[name] for name in ("table", "check", "severity", "words", "fix")}
    return texts | {
        "owner": owner_label(row["owner"]),
        "rows": rows,
        "failed": failed,
        "share": failed / rows if rows else 0.0,
        "trend": trends.get((row["table"], row["check"]), []),
    }


def _table(name: str, rows: int, aside: int, each: list[dict[str, Any]]) -> dict[str, Any]:
    checks = [check for check in each if check["table"] == name]
    unmet = sum(check["failed"] > 0 for check in checks)
    return {"table": name, "title": title(name), "rows": rows, "set_aside": aside, "checks": checks, "unmet": unmet}


def _severity(name: str, words: str, each: list[dict[str, Any]]) -> dict[str, Any]:
    of = [check for check in each if check["severity"] == name]
    failed = [check for check in of if check["failed"]]
    rows = sum(check["failed"] for check in failed)
    return {"severity": name, "words": words, "expectations": len(of), "unmet": len(failed), "rows": rows}


def _owners(reasons: list[dict[str, Any]], unmet: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who has what to do, most rows first: rows set aside, then warnings."""
    work: dict[str, list[dict[str, Any]]] = {}
    for reason in reasons:
        work.setdefault(reason["owner"], []).append({**reason, "severity": "quarantine"})
    for check in unmet:
        if check["severity"] == "warn":
            item = {"table": title(check["table"]), "reason": check["check"], "rows": check["failed"]}
            texts = {"words": check["words"], "fix": check["fix"], "severity": "warn"}
            work.setdefault(check["owner"], []).append(item | texts)
    owners = [
        {"owner": owner, "rows": sum(item["rows"] for item in items), "items": items} for owner, items in work.items()
    ]
    return sorted(owners, key=lambda owner: -owner["rows"])


def _reasons(quarantine: pd.DataFrame) -> list[dict[str, Any]]:
    """Every reason with its rows, most first, and the files and lines where they stand."""
    found = []
    for (table, reason, disposition), rows in quarantine.groupby(["table", "reason", "disposition"], sort=False):
        first = rows.iloc[0]
        places = [
            {"file": file, "lines": _lines(lines), "more": max(len(lines) - LINES_SHOWN, 0)}
            for file, lines in rows.groupby("source_file", sort=False)["source_line"]
        ]
        texts = {"words": first["words"], "fix": first["fix"], "owner": owner_label(first["owner"])}
        item = {"table": title(table), "reason": reason, "disposition": disposition, "rows": len(rows)}
        found.append(item | texts | {"places": places})
    most = max((item["rows"] for item in found), default=1)
    return [item | {"width": 100 * item["rows"] / most} for item in sorted(found, key=lambda item: -item["rows"])]


def _lines(lines: pd.Series) -> str:
    return ", ".join(str(int(line)) for line in lines.sort_values().head(LINES_SHOWN))


def _trends(
    checks: pd.DataFrame, history: pd.DataFrame | None
) -> tuple[dict[tuple[str, str], list[dict[str, Any]]], list[str]]:
    """For each expectation that ever failed its share of failed rows by month, this month last."""
    if history is None or history.empty:
        return {}, []
    months = sorted(history["month"].astype(str).unique())[-MONTHS_SHOWN + 1 :]
    past = history[history["month"].astype(str).isin(months)]
    now = "this month"
    both = pd.concat([past.assign(month=past["month"].astype(str)), checks.assign(month=now)])
    both = both.assign(share=(both["failed"] / both["rows"].where(both["rows"] > 0)).astype("Float64").fillna(0.0))
    grid = both.pivot_table(index=["table", "check"], columns="month", values="share", aggfunc="max")
    grid = grid.reindex(columns=[*months, now]).fillna(0.0)
    grid = grid[grid.max(axis=1) > 0]
    trends = {}
    for key, shares in zip(grid.index, grid.to_numpy(float), strict=True):
        peak = shares.max()
        bars = zip(grid.columns, shares, strict=True)
        trends[key] = [{"month": month, "share": share, "height": 100 * share / peak} for month, share in bars]
    return trends, [*months, now]


def owner_label(owner: str) -> str:
    """The owner as a person reads it."""
    return OWNERS.get(owner, str(owner).replace("_", " "))


def title(table: str) -> str:
    """The table's name as a person reads it."""
    return str(table).replace("_", " ").replace("copay", "co-pay").capitalize()
