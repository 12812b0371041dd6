"""The list of places of service: whole, and every place that a care setting names is paid the setting's rate."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.care_settings import care_settings
from config.errors import RuleError
from config.fees import load_fees
from config.month import Month
from config.places import PLACES, place_rates


def test_a_setting_names_places_of_its_own_rate() -> None:
    sites = {site.setting: site.rate for site in load_fees(Month(2026, 10)).sites}
    found = {
        (name, place): place_rates()[place]
        for name, setting in care_settings().items()
        for claim in setting.claims(Month(2026, 10))
        for place in claim.place_of_service
    }
    assert len(found) >= 10
    assert {pair: rate for pair, rate in found.items() if rate != sites[pair[0]]} == {}


def test_telehealth_is_no_place_of_a_visit_in_person() -> None:
    assert [place for place, rate in place_rates().items() if rate == "telehealth"] == ["02", "10"]
    assert "28" not in place_rates()


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "places_of_service.csv"
    path.write_text(PLACES.read_text("utf-8").replace("11,nonfacility", "11,cheap"), "utf-8")
    with pytest.raises(RuleError, match=r"places_of_service.csv, line \d+: 'rate'"):
        place_rates(path)
