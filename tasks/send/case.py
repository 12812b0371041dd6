"""One patient-month as plain values: what was decided in each program, on what, and what was not chosen. No names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from config.dispositions import counting
from config.service_dates import why_that_day
from tasks.send import words
from tasks.send.render import render

Frames = Mapping[str, pd.DataFrame]
AMOUNTS = {
    "expected_cents": "expected allowed amount",
    "medicare_cents": "of it Medicare, after sequestration, once the deductible is met",
    "coinsurance_cents": "of it the patient's coinsurance",
    "share_up_to_cents": "patient's share where nothing of the deductible is met",
    "hospital_cents": "the hospital's own claim beside it",
    "hospital_copay_cents": "patient's second coinsurance, of the hospital's claim",
}
LINE = ("code", "modifiers", "units", "service_date")
BASES = {"locality": "amount of the practice's locality", "national": "national amount"}


def case_view(found: Frames) -> dict[str, Any]:
    """Everything that is stored about one case in one month; `found` are its rows of the output tables."""
    decisions = found["decisions"]
    return {
        "case_number": str(decisions["case_number"].iloc[0]) if len(decisions) else "",
        "practice_id": str(decisions["practice_id"].iloc[0]) if len(decisions) else "",
        "month": str(decisions["month"].iloc[0]) if len(decisions) else "",
        "digest": str(decisions["rulebook_digest"].iloc[0]) if len(decisions) else "",
        "programs": [_program(row, found) for row in decisions.to_dict("records")],
        "time": _time(found["time_ledger"]),
        "set_aside": [_set_aside(row) for row in found["quarantine"].to_dict("records")],
    }


def render_case(view: Mapping[str, Any]) -> str:
    """The case as one HTML page that needs nothing from elsewhere and names nobody."""
    return render("reports/explain_page.html.j2", **view)


def _program(row: Mapping[Any, Any], found: Frames) -> dict[str, Any]:
    program, minutes_missing = str(row["program"]), row["minutes_missing"]
    candidates = _of_program(found["candidates"], program)
    chosen: dict[Any, Any] = next((one for one in candidates if one["chosen"]), {})
    lines = _of_program(found["claim_lines"], program)
    met = _of_program(found["findings"], program)
    return {
        "program": program,
        "name": words.PROGRAM_NAMES.get(program, program),
        "outcome": str(row["outcome"]),
        "codes": text(row["codes"]),
        "family": text(row["family"]),
        "reason": text(row["reason"]),
        "service_date": text(row["service_date"]),
        "why_that_day": why_that_day(program, text(row["family"]), [str(one["rule"]) for one in met]),
        "minutes": text(row["minutes"]),
        "missing": "" if pd.isna(minutes_missing) else f"{int(minutes_missing)} min missing to the next unit",
        "amounts": _amounts({**chosen, **{name: value for name, value in row.items() if text(value)}})
        if text(row["codes"])
        else [],
        "basis": _basis(row, chosen),
        "lines": [{name: text(line.get(name)) for name in LINE} for line in lines],
        "candidates": [_candidate(one) for one in candidates],
        "findings": [{str(k): text(v) for k, v in one.items()} for one in met],
    }


def _of_program(frame: pd.DataFrame, program: str) -> list[dict[Any, Any]]:
    return frame[frame["program"].astype("str") == program].to_dict("records")


def _amounts(row: Mapping[Any, Any]) -> list[tuple[str, str]]:
    said = [(label, row[name]) for name, label in AMOUNTS.items() if name in row and not pd.isna(row[name])]
    return [(label, words.dollars(cents)) for label, cents in said] or [("expected allowed amount", "rate not loaded")]


def _basis(row: Mapping[Any, Any], chosen: Mapping[Any, Any]) -> str:
    if not text(row["codes"]) or pd.isna(row["expected_cents"]):
        return ""
    basis = text(row.get("amount_basis")) or text(chosen.get("basis"))
    sure = words.CONFIDENCE_NAMES[text(row["amount_confidence"])]
    return f"{BASES.get(basis, 'national amount unless the practice gives its locality')}; {sure}"


def _candidate(row: Mapping[Any, Any]) -> dict[str, Any]:
    cents = row["expected_cents"]
    return {
        "family": words.plain(str(row["family"])),
        "codes": str(row["codes"]),
        "minutes": text(row["minutes"]),
        "expected": "rate not loaded" if pd.isna(cents) else words.dollars(cents),
        "chosen": bool(row["chosen"]),
        "why": text(row["why"]),
    }


def _time(ledger: pd.DataFrame) -> list[dict[str, str]]:
    """Minutes by program, disposition and whose they are; what counts first, then most time first."""
    keys = ["program", "disposition", "performer_class"]
    sums = ledger.astype(dict.fromkeys(keys, "str")).groupby(keys)["seconds"].agg(["sum", "size"]).reset_index()
    sums["rank"] = (~sums["disposition"].isin(list(counting()))).astype(int)
    rows = sums.sort_values(["rank", "sum"], ascending=[True, False]).to_dict("records")
    return [
        {
            "program": row["program"],
            "disposition": words.disposition(row["disposition"]),
            "whose": words.plain(row["performer_class"]),
            "length": clock(row["sum"]),
            "entries": str(row["size"]),
        }
        for row in rows
    ]


def _set_aside(row: Mapping[Any, Any]) -> dict[str, str]:
    """A row of the patient that was decided without: where it stands, what is wrong with it, and who mends it how."""
    what = words.plain(str(row["table"])).removesuffix("s").replace("entrie", "entry").replace("copay", "co-pay")
    return {
        "where": f"{what} in {text(row['source_file'])} line {text(row['source_line'])}",
        "words": text(row["words"]).rstrip(" ."),
        "reason": text(row["reason"]),
        "owner": text(row["owner"]),
        "fix": text(row["fix"]).rstrip(" ."),
    }


def clock(seconds: Any) -> str:
    """Minutes and seconds, as 12:05."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def text(value: Any) -> str:
    """A cell as a person reads it; nothing when it is missing."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M:%S}"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
