"""Expected amounts of the codes that a family would bill."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.fees import FeeSchedule
from config.rulebook import Confidence, FamilyEntry, RuleBook
from tasks.qualify.frames import Months

CONFIDENCES: tuple[Confidence, ...] = ("primary", "secondary", "unverified")


def price(frame: pd.DataFrame, entry: FamilyEntry, m: Months, book: RuleBook) -> None:
    """Expected allowed amounts in cents; missing, never zero, when a rate is not loaded."""
    credential = m["credential"].astype("str").to_numpy(object)[frame["patient"]]
    percent = np.where(np.isin(credential, ["NP", "PA", "CNS"]), book.numbers["nonphysician_percent"], 100)
    days = frame["service_date"].to_numpy()
    first, sure = _rate(book.fees, entry.first, days)
    frame["first_cents"] = _round_half_up(first * percent, 100)
    weakest = np.maximum(sure, np.where(percent < 100, CONFIDENCES.index("unverified"), 0))
    if entry.further:
        further, sure = _rate(book.fees, entry.further, days)
        each = _round_half_up(further * percent, 100)
        some = frame["further_units"].to_numpy() > 0
        frame["further_cents"] = np.where(some, each * frame["further_units"], 0)
        weakest = np.where(some, np.maximum(weakest, sure), weakest)
    else:
        frame["further_cents"] = 0.0
    share = book.numbers["coinsurance_percent"]
    for line in ("first", "further"):
        frame[f"{line}_coinsurance"] = _round_half_up(frame[f"{line}_cents"] * share, 100)
    frame["expected_cents"] = frame["first_cents"] + frame["further_cents"]
    frame["coinsurance_cents"] = frame["first_coinsurance"] + frame["further_coinsurance"]
    frame["confidence"] = weakest


def _rate(fees: FeeSchedule, code: str, days: Any) -> tuple[Any, Any]:
    """Non-facility amount of the code on each day, NaN when not loaded, and how sure it is."""
    cents = np.full(len(days), np.nan)
    sure = np.zeros(len(days), dtype=np.int64)
    for fee in fees.spans(code):
        inside = (days >= np.datetime64(fee.since)) & (days <= np.datetime64(fee.until))
        if fee.nonfacility_cents is not None:
            cents[inside] = fee.nonfacility_cents
            sure[inside] = CONFIDENCES.index(fee.confidence)
    return cents, sure


def _round_half_up(amount: Any, divisor: int) -> Any:
    return np.floor((amount + divisor / 2) / divisor)
