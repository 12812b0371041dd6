"""The claim lines that a month of a service usually comes to, for the talk before any bill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from config.care_settings import care_setting
from config.dated_csv import SURE
from config.errors import InputError
from config.fee_entries import Site
from config.hospital_rates import hospital_rates
from config.month import Month
from config.rulebook import RuleBook
from config.settings import PracticeSettings

Units = Mapping[str, int]


def usual_lines(
    units: Units,
    setting: str,
    locality: str,
    book: RuleBook,
    settings: PracticeSettings,
    qualifying: bool = False,
    campus: str = "",
) -> pd.DataFrame:
    """A line for each code on each claim that carries it, as `patient_shares` takes them, without a patient.

    Amounts are those of the month's last day; one that is not loaded is missing. InputError for a code that the care
    setting may not bill in the month. `campus` is the PO or PN of an off-campus department's own claim.
    """
    place, month = care_setting(setting), book.month
    _refuse_unknown(units, place.billable(month), setting, month)
    site, rows = book.fees.site(setting, locality), []
    for claim in place.sent(month, settings.claims_here):
        carried = place.carried(claim, month)
        for code, number in units.items():
            if code not in carried:
                continue
            if claim.rate_basis == "opps":
                cents, share, sure = _hospital(code, book, campus if campus in claim.modifiers else "")
            elif claim.rate_basis == "reasonable_cost_101":
                cents, share, sure = np.nan, np.nan, 0
            else:
                cents, share, sure = _schedule(code, number, site, book, settings, qualifying)
                number = 1  # its share is that of the whole line
            rows.append((claim.claim, code, cents * number, share * number, "" if np.isnan(cents) else SURE[sure]))
    frame = pd.DataFrame(rows, columns=["claim", "code", "expected_cents", "coinsurance_cents", "amount_confidence"])
    for name in ("expected_cents", "coinsurance_cents"):
        frame[name] = pd.array(np.round(frame[name].to_numpy("float64")), dtype="Float64").astype("Int64")
    return frame.assign(patient_id="", case_number="")


def for_patients(lines: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """These lines for each of the patients (patient_id, case_number)."""
    return lines.drop(columns=["patient_id", "case_number"]).merge(patients, how="cross")


def _refuse_unknown(units: Units, billable: tuple[str, ...], setting: str, month: Month) -> None:
    for code, number in units.items():
        if code not in billable:
            raise InputError(
                f"'{code}' is not billed in {month} in the care setting {setting}; `ccm codes --setting {setting} "
                f"--month {month}` lists what is."
            )
        if number < 1:
            raise InputError(f"{code}: {number} units; give one or more.")


def _hospital(code: str, book: RuleBook, campus: str) -> tuple[float, float, int]:
    rates = hospital_rates(book, code, np.array([book.month.last], dtype="datetime64[D]"), campus)
    return float(rates.cents[0]), float(rates.copay_cents[0]), int(rates.sure[0])


def _schedule(
    code: str, units: int, site: Site, book: RuleBook, settings: PracticeSettings, qualifying: Any
) -> tuple[float, float, int]:
    """What is allowed for these units and the coinsurance of it, rounded once a line as on the claim."""
    rate = book.fees.allowed(code, np.array([book.month.last], dtype="datetime64[D]"), site, qualifying)
    each = float(rate.cents[0])
    charge = settings.charges_cents.get(code)
    if charge is not None and site.is_clinic:  # a clinic is paid, and the patient shares in, the lesser of the two
        each = min(each, charge)
    schedule = each * units
    coinsurance = float(np.floor(schedule * book.numbers["coinsurance_percent"] / 100 + 0.5))
    medicare = float(np.floor((schedule - coinsurance) * site.setting.fee_percent / 100 + 0.5))
    return coinsurance + medicare, coinsurance, int(rate.sure[0])
