"""Where the practice is paid, and at which conversion factor each patient's practitioner is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.care_settings import care_setting
from config.fee_entries import Site
from config.fees import FeeSchedule
from config.hospital_rates import campus_modifier
from config.line_modifiers import RECORDED
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.frames import Months
from tasks.qualify.lookup import rows_of

SETTING, LOCALITY, CHARGES, CLAIMS = "setting", "locality", "charges_cents", "claims_here"
ON_LINES = "campus_modifier"
"""Attributes of the frame of patient-months: one practice has one place. Plain texts, for pandas copies them often."""


def site_of(m: Months, fees: FeeSchedule) -> Site:
    """The practice's place; an office paid by the national schedule where nothing is said."""
    return fees.site(m.attrs.get(SETTING, "office"), m.attrs.get(LOCALITY, ""))


def add_site(m: Months, tables: dict[str, pd.DataFrame], settings: PracticeSettings) -> None:
    """Adds `qp_status`, and to the frame's attributes the practice's place and its own charges by code.

    `campus_modifier`, PO or PN, is what stands on every line of an off-campus department's own claim; else empty.
    """
    people = tables["practitioners"]
    qualifying: Any = False
    if "qp_status" in people:
        told = people["qp_status"].fillna(False).to_numpy(bool)
        qualifying = np.append(told, False)[rows_of(people["practitioner_id"], m["practitioner_id"])]
    m["qp_status"] = qualifying
    m.attrs[SETTING] = _text(tables["practices"], "setting")
    m.attrs[LOCALITY] = _text(tables["practices"], "locality")
    m.attrs[CLAIMS] = settings.claims_here
    m[ON_LINES] = m.attrs[ON_LINES] = campus_modifier(tables.get(RECORDED))
    if settings.charges_cents:
        m.attrs[CHARGES] = dict(settings.charges_cents)


def payable_here(tables: dict[str, pd.DataFrame], book: RuleBook, settings: PracticeSettings) -> frozenset[str]:
    """The codes that the practice bills in the month, on the claims that it sends itself.

    InputError where the settings tell two claims apart and the care setting sends one.
    """
    name = _text(tables["practices"], "setting")
    setting = care_setting(name)
    sent = setting.sent(book.month, settings.claims_here)
    payable = book.payable[name][settings.clinic_codes]
    if settings.claims_here == "both":
        return payable
    return payable.intersection(*(setting.carried(claim, book.month) for claim in sent))


def _text(frame: pd.DataFrame, column: str) -> str:
    value = frame[column].iloc[0] if column in frame else None
    return "" if pd.isna(value) else str(value)
