"""Expected amounts of the codes that a family would bill: what is allowed, who pays which part of it, and how sure."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from config.dated_csv import SURE as CONFIDENCES
from config.fee_answers import HospitalRates
from config.fee_entries import Site
from config.fees import BASES, FeeSchedule
from config.hospital_rates import hospital_rates
from config.rulebook import FamilyEntry, RuleBook
from tasks.qualify.frames import Months
from tasks.qualify.hospital import hospital_codes, unit_limits
from tasks.qualify.sites import CHARGES, CLAIMS, ON_LINES, site_of

UNVERIFIED = CONFIDENCES.index("unverified")
NOT_PAID_TO_HOSPITALS = ("M", "B", "E1")
"""Letters of the outpatient system: for the professional claim only, not on this bill type, not paid."""


class _Line(NamedTuple):
    """One claim line of each candidate, in cents; zero where a candidate has no such line.

    `schedule` is what the patient's share is of; `allowed` is more where Medicare pays its own part at a higher rate.
    """

    schedule: Any
    allowed: Any
    coinsurance: Any
    medicare: Any
    hospital: Any
    hospital_copay: Any
    sure: Any
    basis: Any
    weighed: Any


def price(frame: pd.DataFrame, entry: FamilyEntry, m: Months, book: RuleBook) -> None:
    """Adds expected amounts in cents; missing, never zero, when a rate is not loaded.

    `first_cents`, `further_cents` (of all further units) and `expected_cents` are the allowed amounts, each with its
    coinsurance (a line's share is rounded by itself, so that lines add up). A critical access hospital that bills both
    parts is paid more than the schedule by Medicare alone: the patient's share stays that of the schedule's amount.
    `medicare_cents` is what Medicare pays after sequestration once the deductible is met; `share_up_to_cents` is the
    patient's share where none of the year's deductible is met. In a hospital's department `hospital_cents` and
    `hospital_copay_cents` are the hospital's own claim and the second coinsurance, apart from the first; elsewhere they
    are missing. `confidence` indexes CONFIDENCES and `basis` says whether the amount is the locality's or the nation's.
    Where the hospital's claim goes out alone the amounts are its own. `weighed_cents` adds up all claims that go out, a
    code that no hospital is paid for as nothing; it is missing where a hospital's amount is not loaded. Where some
    amount here is missing `schedule_cents` is what the national schedule allows in an office: families are compared by
    it where nothing of theirs is known, and nobody expects it to be paid; it stays missing for a code that brings
    nothing to the hospital whose own claim goes out beside the practitioner's.
    """
    site = site_of(m, book.fees)
    lines = [_line(frame, entry.first, np.ones(len(frame), dtype=np.int64), site, m, book)]
    if entry.further:
        lines.append(_line(frame, entry.further, frame["further_units"].to_numpy(np.int64), site, m, book))
    for name, line in zip(("first", "further"), [*lines, None], strict=False):
        frame[f"{name}_cents"] = line.allowed if line else 0.0
        frame[f"{name}_coinsurance"] = line.coinsurance if line else 0.0
        frame[f"{name}_medicare"] = line.medicare if line else 0.0
    frame["expected_cents"] = frame["first_cents"] + frame["further_cents"]
    frame["coinsurance_cents"] = frame["first_coinsurance"] + frame["further_coinsurance"]
    frame["medicare_cents"] = frame["first_medicare"] + frame["further_medicare"]
    frame["hospital_cents"] = sum(line.hospital for line in lines)
    frame["hospital_copay_cents"] = sum(line.hospital_copay for line in lines)
    frame["weighed_cents"] = sum(line.weighed for line in lines)
    frame["schedule_cents"] = np.nan
    # A hospital's own claim would bring nothing for a code that no hospital is paid for.
    alone = m.attrs.get(CLAIMS, "both") == "both" and site.setting.hospital_claim
    alone = alone and entry.first not in hospital_codes(m, book)
    if frame["expected_cents"].isna().any() and not alone and book.numbers.get("unknown_amounts_by_schedule"):
        frame["schedule_cents"] = _in_an_office(frame, entry, book)
    frame["share_up_to_cents"] = _share_up_to(sum(line.schedule for line in lines), site, book)
    frame["confidence"] = np.maximum.reduce([line.sure for line in lines])
    basis = np.maximum.reduce([line.basis for line in lines])
    frame["basis"] = pd.Categorical.from_codes(np.where(frame["expected_cents"].isna(), 0, basis), list(BASES))


def _line(frame: pd.DataFrame, code: str, units: Any, site: Site, m: Months, book: RuleBook) -> _Line:
    """The amounts of one line: units of one code on each candidate's date of service."""
    row, days = frame["patient"].to_numpy(), frame["service_date"].to_numpy()
    qualifying = m["qp_status"].to_numpy(bool)[row] if "qp_status" in m else False
    rate = book.fees.allowed(code, days, site, qualifying)
    kind, credentials = pd.factorize(m["credential"].astype("str"))
    percent, lowered = (each[kind[row]] for each in _percent(site, [*credentials, None], book))
    each = _round_half_up(rate.cents * percent, 100)
    charge = m.attrs.get(CHARGES, {}).get(code)
    if charge is not None and site.is_clinic:  # a clinic is paid, and the patient shares in, the lesser of the two
        each = np.minimum(each, charge)
    some = units > 0
    schedule = np.where(some, each * units, 0.0)
    coinsurance = _round_half_up(schedule * book.numbers["coinsurance_percent"], 100)
    medicare = _round_half_up((schedule - coinsurance) * site.setting.fee_percent, 100)
    allowed = coinsurance + medicare
    medicare = medicare - _round_half_up(medicare * book.numbers["sequestration_percent"], 100)
    sure = np.where(some, np.maximum(rate.sure, np.where(lowered, UNVERIFIED, 0)), 0)
    none = np.full(len(days), np.nan)
    basis = np.where(some, rate.basis, 0)
    line = _Line(schedule, allowed, coinsurance, medicare, none, none, sure, basis, weighed=allowed)
    here = m.attrs.get(CLAIMS, "both")
    if here == "facility" or (here == "both" and site.setting.hospital_claim):
        return _with_hospital(
            line, hospital_rates(book, code, days, m.attrs.get(ON_LINES, "")), code, days, units, here, site, book
        )
    return line


def _in_an_office(frame: pd.DataFrame, entry: FamilyEntry, book: RuleBook) -> Any:
    """What the national schedule allows in an office for each candidate's codes."""
    days, office = frame["service_date"].to_numpy(), book.fees.site("office")
    cents = book.fees.allowed(entry.first, days, office).cents
    if not entry.further:
        return cents
    units = frame["further_units"].to_numpy(np.int64)
    return cents + np.where(units > 0, book.fees.allowed(entry.further, days, office).cents * units, 0.0)


def _percent(site: Site, credential: Any, book: RuleBook) -> tuple[Any, Any]:
    """Percent of the schedule's amount, and whether it is lowered for want of a physician."""
    nurse, social_worker = (
        np.isin(credential, some) & site.setting.nonphysician_share for some in (["NP", "PA", "CNS"], ["CSW"])
    )
    least = book.numbers.get("social_worker_percent", 100)  # rulebooks of long ago knew of none
    percent = np.select([nurse, social_worker], [book.numbers["nonphysician_percent"], least], 100)
    return percent, nurse | social_worker


def _with_hospital(
    line: _Line, rates: HospitalRates, code: str, days: Any, units: Any, here: str, site: Site, book: RuleBook
) -> _Line:
    """The line with what the hospital's claim adds for these units, or that alone; NaN where its rate is not known."""
    if not site.setting.hospital_claim:  # it has a claim of its own, and no schedule pays it
        rates = rates._replace(cents=np.full(len(days), np.nan), copay_cents=np.full(len(days), np.nan))
    limit = unit_limits(book).get(code)
    some, units = units > 0, np.minimum(units, limit.units) if limit else units
    cents, copay = np.where(some, rates.cents * units, 0.0), np.where(some, rates.copay_cents * units, 0.0)
    if here == "both":
        paid = np.where(np.isnan(cents) & _never_on_hospital_claim(book.fees, code, days), 0.0, cents)
        sure = np.maximum(line.sure, np.where(some, rates.sure, 0))
        return line._replace(hospital=cents, hospital_copay=copay, weighed=line.allowed + paid, sure=sure)
    medicare = cents - copay
    medicare = medicare - _round_half_up(medicare * book.numbers["sequestration_percent"], 100)
    basis = np.where(some, BASES.index("national"), 0)
    sure = np.where(some, rates.sure, 0)
    return _Line(cents, cents, copay, medicare, line.hospital, line.hospital_copay, sure, basis, weighed=cents)


def _never_on_hospital_claim(fees: FeeSchedule, code: str, days: Any) -> Any:
    """On which of these days the outpatient system lists the code as one that it does not pay."""
    found = np.zeros(len(days), dtype=bool)
    dates = np.asarray(days, dtype="datetime64[D]")
    for entry in fees.opps:
        if entry.code == code and entry.status in NOT_PAID_TO_HOSPITALS:
            found |= (dates >= np.datetime64(entry.since)) & (dates <= np.datetime64(entry.until))
    return found


def _share_up_to(allowed: Any, site: Site, book: RuleBook) -> Any:
    """The patient's share where nothing of the deductible is met: all up to it, and the coinsurance of the rest."""
    deductible = book.fees.deductible(book.month.year)
    if site.setting.deductible and deductible is None:
        return np.full(len(allowed), np.nan)
    below = np.minimum(allowed, deductible.cents if deductible and site.setting.deductible else 0)
    return below + _round_half_up((allowed - below) * book.numbers["coinsurance_percent"], 100)


def _round_half_up(amount: Any, divisor: int) -> Any:
    return np.floor((amount + divisor / 2) / divisor)
