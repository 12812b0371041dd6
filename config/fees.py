"""Amounts by code, day and place, each with how sure it is; what is not loaded is missing, never zero.

Relative values x indices x conversion factor where they are loaded, else the national amount, else nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from config.dated_csv import SURE, Dated, Entry, read_dated
from config.errors import RuleError
from config.fee_answers import BASES as BASES
from config.fee_answers import Allowed, Basis, HospitalRates, Price
from config.fee_entries import (
    ConversionFactor,
    Deductible,
    Fee,
    LocalityIndex,
    OppsRate,
    RelativeValue,
    Site,
    SiteEntry,
)
from config.month import Month

AMOUNTS = Path(__file__).parent / "amounts"
PFS = AMOUNTS / "pfs_national.csv"


def _sites() -> tuple[SiteEntry, ...]:
    return read_dated(AMOUNTS / "sites.csv", SiteEntry)


@dataclass(frozen=True)
class FeeSchedule:
    """The amounts that hold on some day of one month."""

    fees: tuple[Fee, ...]
    relative_values: tuple[RelativeValue, ...] = ()
    factors: tuple[ConversionFactor, ...] = ()
    indices: tuple[LocalityIndex, ...] = ()
    opps: tuple[OppsRate, ...] = ()
    deductibles: tuple[Deductible, ...] = ()
    sites: tuple[SiteEntry, ...] = field(default_factory=_sites)

    def site(self, setting: str, locality: str = "") -> Site:
        """The place of a practice of that setting; RuleError when its setting is not known."""
        known = [entry for entry in self.sites if entry.setting == setting]
        if not known:
            names = ", ".join(sorted({entry.setting for entry in self.sites}))
            raise RuleError(f"sites.csv: there is no entry for the setting '{setting}'; known are {names}.")
        return Site(known[-1], locality)

    def spans(self, code: str) -> list[Fee]:
        """National amounts of a code in the month: none when no rate is loaded, two when it changed inside it."""
        found = []
        for since, until, day in self._days(code, ""):
            parts = self._components(code, False, day)
            if parts is None:
                entry = _on(day, self.fees, code)
                found += [entry] if entry and entry not in found else []
                continue
            value, factor = parts
            amounts = {
                f"{rate}_cents": _cents(sum(value.parts(rate), Decimal(0)) * factor.factor) or None
                for rate in ("nonfacility", "facility")
            }
            sure = SURE[max(value.sure, factor.sure)]
            source = f"{value.source}; factor {factor.factor}"
            if any(amounts.values()):
                fee = {"code": code, "since": since, "until": until, "status": value.status, "source": source}
                found.append(Fee.model_validate({**fee, **amounts, "confidence": sure}))
        return found

    def prices(self, code: str, site: Site, qualifying: bool = False) -> list[Price]:
        """The amounts of a code at a place, one a span of days; days without an amount are in none."""
        found = []
        for since, until, day in self._days(code, site.index):
            price = self._price(code, site, qualifying, day)
            if price:
                cents, sure, basis, source = price
                found.append(Price(since, until, cents, max(sure, site.setting.sure), basis, source))
        return found

    def allowed(self, code: str, days: Any, site: Site, qualifying: Any = False) -> Allowed:
        """The allowed amount of a code on each day, in cents, before any share of it; `qualifying` a flag a day."""
        days = np.asarray(days, dtype="datetime64[D]")
        which = np.broadcast_to(np.asarray(qualifying, dtype=bool), days.shape)
        cents = np.full(days.shape, np.nan)
        sure, basis = np.zeros(days.shape, dtype=np.int64), np.zeros(days.shape, dtype=np.int64)
        for flag in (False, True):
            if not (which == flag).any():
                continue
            for price in self.prices(code, site, flag):
                inside = (which == flag) & (days >= np.datetime64(price.since)) & (days <= np.datetime64(price.until))
                cents[inside] = price.cents
                sure[inside] = price.sure
                basis[inside] = BASES.index(price.basis)
        return Allowed(cents, sure, basis)

    def hospital_rates(self, code: str, days: Any) -> HospitalRates:
        """What the outpatient system pays a hospital for a code on each day; a packaged code is paid nothing apart."""
        days = np.asarray(days, dtype="datetime64[D]")
        cents, copay = np.full(days.shape, np.nan), np.full(days.shape, np.nan)
        sure = np.zeros(days.shape, dtype=np.int64)
        for entry in self.opps:
            if entry.code == code and (entry.cents is not None or entry.status == "N"):
                inside = (days >= np.datetime64(entry.since)) & (days <= np.datetime64(entry.until))
                cents[inside] = entry.cents or 0
                share = 0 if entry.status == "N" else entry.copay_cents
                copay[inside] = np.nan if share is None else share
                sure[inside] = entry.sure
        return HospitalRates(cents, copay, sure)

    def deductible(self, year: int) -> Deductible | None:
        """The Part B deductible of the year, None when it is not loaded."""
        return next((entry for entry in self.deductibles if entry.since.year == year), None)

    @property
    def content(self) -> list[dict[str, object]]:
        """Everything, as plain values."""
        entries: tuple[Dated, ...] = (
            *self.fees, *self.relative_values, *self.factors, *self.indices, *self.opps, *self.deductibles, *self.sites
        )  # fmt: skip
        return [entry.model_dump(mode="json") for entry in entries]

    def _components(self, code: str, qualifying: bool, day: date) -> tuple[RelativeValue, ConversionFactor] | None:
        value = _on(day, self.relative_values, code)
        factor = self._factor(qualifying, day)
        return (value, factor) if value and factor else None

    def _factor(self, qualifying: bool, day: date) -> ConversionFactor | None:
        return next((one for one in self.factors if one.is_for(qualifying) and one.covers(day)), None)

    def _price(self, code: str, site: Site, qualifying: bool, day: date) -> tuple[int, int, Basis, str] | None:
        parts = self._components(code, qualifying, day)
        if parts is None:
            return self._national(code, site, qualifying, day)
        value, factor = parts
        index = _on(day, self.indices, site.index)
        weights = (index.work, index.pe, index.mp) if index else (Decimal(1),) * 3
        units = sum((part * weight for part, weight in zip(value.parts(site.rate), weights, strict=True)), Decimal(0))
        cents = _cents(units * factor.factor)
        if not cents or not site.is_paid(value.status):
            return None
        sure = max(value.sure, factor.sure, index.sure if index else _instead(site))
        return cents, sure, "locality" if index else "national", value.source

    def _national(self, code: str, site: Site, qualifying: bool, day: date) -> tuple[int, int, Basis, str] | None:
        fee = _on(day, self.fees, code)
        cents = fee.cents(site.rate) if fee else None
        if fee is None or cents is None or not site.is_paid(fee.status):
            return None
        sure = max(fee.sure, _instead(site))
        lower, own = self._factor(False, day), self._factor(qualifying, day)
        if lower and own and own.factor != lower.factor:
            known = fee.nonfacility_rvu if site.rate == "nonfacility" else None
            cents = _cents(known * own.factor if known else Decimal(cents) / 100 * own.factor / lower.factor)
            sure = max(sure, own.sure, SURE.index("secondary"))
        return cents, sure, "national", fee.source

    def _days(self, code: str, locality: str) -> Iterator[tuple[date, date, date]]:
        """Spans inside which nothing changes for the code, and a day of each."""
        entries: list[Dated] = [one for one in (*self.relative_values, *self.fees) if one.code == code]
        if entries:
            entries += [*self.factors, *(one for one in self.indices if one.locality == locality)]
        cuts = sorted({one.since for one in entries} | {_after(one.until) for one in entries})
        for begin, end in pairwise(cuts):
            yield begin, end - timedelta(days=1), begin


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _on(day: date, entries: tuple[Entry, ...], subject: str) -> Entry | None:
    return next((one for one in entries if one.subject == subject and one.covers(day)), None)


def _instead(site: Site) -> int:
    """How sure a national amount is at best: less so where it stands for a locality's."""
    return SURE.index("secondary") if site.index else 0


def _cents(dollars: Decimal) -> int:
    return int((dollars * 100).quantize(Decimal(1), ROUND_HALF_UP))


def known_localities() -> frozenset[str]:
    """Every locality of any loaded year: this year's indices may not be entered yet."""
    return frozenset(entry.locality for entry in _indices())


def states_of_localities() -> dict[str, frozenset[str]]:
    """By locality the states it lies in: its own, and those that its name tells, as DC + MD/VA SUBURBS."""
    found: dict[str, set[str]] = {}
    for entry in _indices():
        found.setdefault(entry.locality, set()).update({entry.state, *re.findall(r"\b[A-Z]{2}\b", entry.name)})
    return {locality: frozenset(states) for locality, states in found.items()}


def localities_since() -> date:
    """From when on localities are loaded; which there were before is not known here."""
    return min(entry.since for entry in _indices())


def _indices() -> tuple[LocalityIndex, ...]:
    return read_dated(AMOUNTS / "gpci.csv", LocalityIndex)


def load_fees(month: Month, national: Path = PFS, folder: Path = AMOUNTS) -> FeeSchedule:
    """The amounts of the month; RuleError naming file and line when an entry is wrong or two overlap."""

    def of(name: str, model: type[Entry]) -> tuple[Entry, ...]:
        return tuple(entry for entry in read_dated(folder / f"{name}.csv", model) if entry.touches(month))

    return FeeSchedule(
        fees=tuple(fee for fee in read_dated(national, Fee) if fee.touches(month)),
        relative_values=of("relative_values", RelativeValue),
        factors=of("conversion_factors", ConversionFactor),
        indices=of("gpci", LocalityIndex),
        opps=of("opps", OppsRate),
        deductibles=of("deductibles", Deductible),
        sites=of("sites", SiteEntry),
    )
