"""How long each kind of payer takes a claim, and how sure that is; of whom no source says it, nothing is assumed."""

from __future__ import annotations

from datetime import date

import pytest

from config.clocks import filing_limit, limit_entries

DAY = date(2026, 10, 15)


def test_a_year_from_a_leap_day_ends_on_the_28th() -> None:
    limit = filing_limit("medicare_part_b", date(2024, 2, 29))
    assert limit is not None
    assert (limit.last_day, limit.sure) == (date(2025, 2, 28), True)


def test_a_recalled_limit_is_not_sure_and_own_terms_are() -> None:
    assert filing_limit("commercial", DAY).sure is False  # type: ignore[union-attr]
    assert filing_limit("commercial", DAY, 180).sure is True  # type: ignore[union-attr]
    sourced = {entry.payer_kind for entry in limit_entries() if entry.confidence != "unverified"}
    assert sourced == {"medicare_part_b", "tricare"}


@pytest.mark.parametrize(
    ("service", "last"), [(date(2022, 3, 22), date(2023, 3, 22)), (date(2022, 12, 31), date(2023, 12, 31))]
)
def test_tricare_takes_a_claim_for_a_year_as_its_manual_shows(service: date, last: date) -> None:
    limit = filing_limit("tricare", service)
    assert limit is not None
    assert (limit.last_day, limit.sure) == (last, True)


@pytest.mark.parametrize("kind", ["medigap", "va"])
def test_of_whom_no_source_says_it_no_limit_is_assumed(kind: str) -> None:
    assert filing_limit(kind, DAY) is None
