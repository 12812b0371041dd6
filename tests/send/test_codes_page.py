"""The page of codes says what the setting's file says, loads nothing, and stands beside the report."""

from __future__ import annotations

import re

import pytest

from config.care_settings import care_setting, care_settings
from config.errors import InputError
from config.month import Month
from tasks.send.codes_page import codes_markdown, codes_view, render_codes

JULY = Month(2025, 7)


@pytest.mark.parametrize("name", sorted(care_settings()))
@pytest.mark.parametrize("year", [2015, 2016, 2018, 2022, 2025, 2026])
def test_every_setting_has_a_page_with_all_its_codes(name: str, year: int) -> None:
    month = Month(year, 7)
    page = render_codes(name, month)
    shown = re.findall(r'<th scope="row">([0-9G]\d{4})</th>', page)
    assert sorted(shown) == sorted(care_setting(name).billable(month))
    assert page.count("<section") >= len(care_setting(name).claims(month))
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_a_month_without_pay_says_since_when_there_is_some() -> None:
    page = render_codes("rhc", Month(2015, 7))
    assert "No code of care management is paid to this setting in 2015-07; its first entry begins in 2016-01." in page


def test_claims_sources_and_disagreements_are_shown() -> None:
    view = codes_view("hopd_off_campus", JULY)
    professional, facility = view["claims"]
    assert professional["fields"]["Place of service"] == "19"
    assert facility["fields"]["Type of bill"] == "13X"
    assert (professional["codes"], facility["codes"]) == (view["codes"], 28)
    page = render_codes("hopd_off_campus", JULY)
    for claim in view["claims"]:
        assert claim["disagreements"]
        assert "Sources disagree" in page
        assert claim["confidence"] in page
    rows = {row["code"]: row for program in view["programs"] for row in program["codes"]}
    assert (rows["99489"]["status_words"], rows["99489"]["limit"]) == (
        "N: reported, packaged",
        "10 (MAI 3), hospital 4 (MAI 3)",
    )
    assert rows["98978"]["status_words"] == "not loaded"
    assert "status_words" not in codes_view("office", JULY)["programs"][0]["codes"][0]


def test_the_practice_is_escaped_and_leads_back_to_the_report() -> None:
    page = render_codes("office", JULY, "Maple <Street>")
    assert '<a href="report.html">Maple &lt;Street&gt;</a>' in page
    assert "report.html" not in render_codes("office", JULY)


def test_the_artifact_names_claims_and_codes() -> None:
    text = codes_markdown("rhc", JULY)
    assert "type of bill 71X, revenue code 052X" in text
    assert "| Bundled codes of clinics and health centers | G0511, G0512 |" in text
    assert codes_markdown("rhc", Month(2015, 7)).startswith("No code")


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(InputError, match="'ward' is not a care setting"):
        render_codes("ward", JULY)
