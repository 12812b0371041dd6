"""What a hospital's own claim is paid for a code: less in an off-campus department that is not excepted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.dated_csv import SURE
from config.fee_answers import HospitalRates
from config.line_modifiers import CAMPUS
from config.rulebook import RuleBook

NOT_EXCEPTED = "PN"
"""Stands on every line of the own claim of an off-campus department that Medicare pays less than other hospitals."""
UNVERIFIED = SURE.index("unverified")


def campus_modifier(recorded: pd.DataFrame | None) -> str:
    """PO or PN, whichever the settings put on the hospital's lines of the month (`line_modifiers`); else empty."""
    if recorded is None:
        return ""
    return "".join(recorded.loc[recorded["use"] == CAMPUS, "modifier"].unique()[:1])


def hospital_rates(book: RuleBook, code: str, days: Any, campus: str = "") -> HospitalRates:
    """What the outpatient system pays for a code on each day, on a claim that carries that modifier."""
    rates = book.fees.hospital_rates(code, days)
    percent = book.numbers.get("nonexcepted_percent", 100)  # rulebooks of long ago knew of none
    if campus != NOT_EXCEPTED or percent == 100:
        return rates
    cents, copay = (np.floor(amount * percent / 100 + 0.5) for amount in (rates.cents, rates.copay_cents))
    return HospitalRates(cents, copay, np.where(rates.cents > 0, UNVERIFIED, rates.sure))
