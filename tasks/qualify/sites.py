"""Where the practice is paid, and at which conversion factor each patient's practitioner is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from config.fee_entries import Site
from config.fees import FeeSchedule
from config.settings import PracticeSettings
from tasks.qualify.frames import Months

SITE, CHARGES = "site", "charges_cents"


def site_of(practices: pd.DataFrame, fees: FeeSchedule) -> Site:
    """The place of the one practice of that table."""
    locality = _text(practices, "locality")
    return fees.site(str(practices["setting"].iloc[0]), locality)


def add_site(m: Months, tables: dict[str, pd.DataFrame], fees: FeeSchedule, settings: PracticeSettings) -> None:
    """Adds `qp_status`, and to the frame's attributes the practice's place and its own charges by code."""
    practitioners = tables["practitioners"].set_index("practitioner_id")
    qualifying: Any = False
    if "qp_status" in practitioners:
        qualifying = m["practitioner_id"].map(practitioners["qp_status"]).fillna(False).astype(bool)
    m["qp_status"] = qualifying
    m.attrs[SITE] = site_of(tables["practices"], fees)
    m.attrs[CHARGES] = dict(settings.charges_cents)


def _text(frame: pd.DataFrame, column: str) -> str:
    value = frame[column].iloc[0] if column in frame else None
    return "" if pd.isna(value) else str(value)
