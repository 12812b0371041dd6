"""Which claims carry the lines: one, or in a hospital's department the practitioner's and the hospital's own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config import ncci
from config.care_settings import CareSetting
from config.contract import outputs
from config.dated_csv import SURE
from config.frames import as_contract
from config.hospital_rates import hospital_rates
from config.rulebook import RuleBook


def on_claims(
    lines: pd.DataFrame, setting: CareSetting, book: RuleBook, here: str = "both", campus: str = ""
) -> pd.DataFrame:
    """The superbill's lines with the claim that carries each: its form, type of bill, revenue code and place.

    `lines` are those of one practice in contract columns, as the practitioner bills them. Where the setting sends two
    claims, the hospital's own follows: the codes that the outpatient system pays or packages, at its rates, missing
    where that year's are not loaded; or the staff's work of a critical access hospital, whose cost is its own and is
    missing too. The hospital's units stop at its own limit, which may be lower than the practitioner's. `here` says
    which of the two go out from here, `campus` which of PO and PN the settings put on an off-campus department's own
    claim. A place of service that the practice does not name is the claim's usual one.
    """
    found = []
    for claim in setting.sent(book.month, here):
        rows = lines[lines["code"].isin(setting.carried(claim, book.month))].copy()
        rows["claim"], rows["claim_form"] = claim.claim, claim.form
        rows["bill_type"], rows["revenue_code"] = claim.bill_type or pd.NA, claim.revenue_code or pd.NA
        usual = claim.place_of_service[0] if claim.place_of_service else pd.NA
        rows["place_of_service"] = rows["place_of_service"].fillna(usual) if claim.place_of_service else pd.NA
        if claim.rate_basis == "opps":
            _within_hospital_limits(rows, book)
            _at_hospital_rates(rows, book, campus if campus in claim.modifiers else "")
        elif claim.rate_basis == "reasonable_cost_101":
            _at_cost(rows)
        found.append(rows)
    if not found:
        return as_contract(lines.iloc[:0], outputs()["claim_lines"])
    together = pd.concat(found).sort_index(kind="stable") if len(found) > 1 else found[0]
    return as_contract(together.reset_index(drop=True), outputs()["claim_lines"])


def _within_hospital_limits(rows: pd.DataFrame, book: RuleBook) -> None:
    """No more units than the hospitals' edition of CMS's unit limits lets stand; the decision says so by this rule."""
    if "units_above_hospital_limit" not in book.rules:
        return
    limits = ncci.limits(book.month.last, "hospital", book.reference.ncci)
    most = rows["code"].map({code: limit.units for code, limit in limits.items()}).astype("Int64")
    rows["units"] = rows["units"].where(most.isna() | (rows["units"] <= most), most)


def _at_hospital_rates(rows: pd.DataFrame, book: RuleBook, campus: str) -> None:
    """The amounts of the hospital's own claim in the place of the practitioner's."""
    units = rows["units"].to_numpy("float64")
    cents, copay = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    sure = np.zeros(len(rows), dtype=np.int64)
    for code in rows["code"].unique():
        at = np.flatnonzero((rows["code"] == code).to_numpy(bool))
        rates = hospital_rates(book, str(code), rows["service_date"].to_numpy()[at], campus)
        cents[at], copay[at], sure[at] = rates.cents * units[at], rates.copay_cents * units[at], rates.sure
    rows["expected_cents"] = pd.array(np.round(cents), dtype="Float64").astype("Int64")
    rows["coinsurance_cents"] = pd.array(np.round(copay), dtype="Float64").astype("Int64")
    rows["amount_confidence"] = np.where(np.isnan(cents), "", np.array(SURE, dtype=object)[sure])


def _at_cost(rows: pd.DataFrame) -> None:
    """No amount: the hospital is paid its cost, which no table has, and the patient owes a share of its charges."""
    rows["expected_cents"] = pd.array([pd.NA] * len(rows), dtype="Int64")
    rows["coinsurance_cents"] = pd.array([pd.NA] * len(rows), dtype="Int64")
    rows["amount_confidence"] = ""
