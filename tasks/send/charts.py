"""Numbers made ready for drawing: shares and heights in percent, always beside the number itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.dispositions import counting, to_be_checked

TONES = {"bill": "strong", "hold": "mid", "short": "soft", "not_billable": "none"}
THRESHOLDS = (20, 40, 60)  # minutes at which the commonest family reaches a first, second and third unit
BIN = 5
LAST_BIN = 90  # everyone above stands in the last bar


def share(part: float, whole: float) -> float:
    """Percent of the whole, to two digits; 0 of nothing."""
    return round(100 * part / whole, 2) if whole else 0.0


def outcome_parts(outcomes: dict[str, int]) -> list[dict[str, Any]]:
    """The outcomes as parts of one bar, the empty ones left out."""
    total = sum(outcomes.values())
    return [
        {"name": name, "patients": patients, "tone": TONES[name], "share": share(patients, total)}
        for name, patients in outcomes.items()
        if patients
    ]


def minutes_by_disposition(ledger: pd.DataFrame) -> dict[str, Any]:
    """Seconds that counted, those of them that are to be checked, and those that did not count by the rule that left
    them out, most first.
    """
    sums = ledger.groupby(ledger["disposition"].astype("str"))["seconds"].sum()
    counts = sums.index.isin(counting())
    counted = int(sums[counts].sum())
    checks = sums[sums.index.isin(to_be_checked()) & (sums > 0)].sort_index()
    left_out = sums[~counts & (sums > 0)].sort_index().sort_values(ascending=False, kind="stable")
    most = int(left_out.max()) if len(left_out) else 0
    total = counted + int(left_out.sum())
    rows = [
        {"name": str(name), "seconds": int(seconds), "width": share(int(seconds), most)}
        for name, seconds in left_out.items()
    ]
    return {
        "counted": counted,
        "to_check": int(checks.sum()),
        "checks": [{"name": str(name), "seconds": int(seconds)} for name, seconds in checks.items()],
        "left_out": int(left_out.sum()),
        "total": total,
        "counted_share": share(counted, total),
        "rows": rows,
    }


def histogram(decisions: pd.DataFrame) -> dict[str, Any]:
    """How many patients have how many counted minutes, in steps of five, with the thresholds' places."""
    seconds = decisions["staff_seconds"].fillna(0) + decisions["practitioner_seconds"].fillna(0)
    minutes = np.minimum(seconds.to_numpy("int64") // 60, LAST_BIN)
    counts = np.bincount(minutes // BIN, minlength=LAST_BIN // BIN + 1)
    most = int(counts.max()) if len(decisions) else 0
    bars = [
        {
            "from": place * BIN,
            "words": f"{place * BIN} or more"
            if place == len(counts) - 1
            else f"{place * BIN} to {place * BIN + BIN - 1}",
            "patients": int(patients),
            "height": share(int(patients), most),
            "tone": "soft" if place * BIN < THRESHOLDS[0] else "strong",
        }
        for place, patients in enumerate(counts)
    ]
    marks = [{"minutes": at, "left": share(at / BIN, len(counts))} for at in THRESHOLDS]
    just_below = int(((minutes >= THRESHOLDS[0] - BIN) & (minutes < THRESHOLDS[0])).sum())
    below = int((minutes < THRESHOLDS[0]).sum())
    return {"bars": bars, "marks": marks, "most": most, "just_below": just_below, "below": below}
