"""What a fee schedule answers: one price over a span of days, or amounts day by day."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, NamedTuple

Basis = Literal["", "locality", "national"]
BASES: tuple[Basis, ...] = ("", "locality", "national")


class Price(NamedTuple):
    """One code's amount at one place over a span of days."""

    since: date
    until: date
    cents: int
    sure: int
    basis: Basis
    source: str


class Allowed(NamedTuple):
    """Amounts on days: `cents` is NaN where none is loaded; `sure` indexes SURE, `basis` indexes BASES."""

    cents: Any
    sure: Any
    basis: Any


class HospitalRates(NamedTuple):
    """What a hospital's own claim is paid on days and the patient's copay of it; NaN where no rate is loaded."""

    cents: Any
    copay_cents: Any
    sure: Any
