"""Care settings: what each may bill in which year, on which claims, and that wrong files are named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.care_settings import SETTINGS, care_setting, care_settings, load_settings, loaded_month
from config.catalogue import catalogue
from config.errors import InputError, RuleError
from config.month import Month
from config.setting_table import setting_view

NAMES = {
    "office", "hopd_on_campus", "hopd_off_campus", "cah_method_1", "cah_method_2",
    "rhc", "fqhc", "nursing_facility", "assisted_living", "home",
}  # fmt: skip
INDIVIDUAL = {
    "99490",
    "99439",
    "99491",
    "99437",
    "99487",
    "99489",
    "99424",
    "99427",
    "99484",
    "G3002",
    "99457",
    "G0557",
}


def month(text: str) -> Month:
    return Month.parse(text)


def test_the_ten_settings_are_there() -> None:
    assert set(care_settings()) == NAMES


@pytest.mark.parametrize("name", ["rhc", "fqhc"])
@pytest.mark.parametrize(
    ("when", "has", "has_not"),
    [
        ("2015-12", set(), {"99490", "G0511"}),
        ("2016-01", {"99490"}, {"G0511", "99487"}),
        ("2017-12", {"99490"}, {"G0511", "99487", "99489"}),
        ("2018-01", {"G0511", "G0512"}, {"99490", "99487", "99484"}),
        ("2024-12", {"G0511", "G0512"}, {"99490", "99439", "99492"}),
        ("2025-01", {"G0511", "G0512"} | INDIVIDUAL, {"99492"}),
        ("2025-08", {"G0511", "G0512"} | INDIVIDUAL, {"99492"}),
        ("2025-09", {"G0511", "G0512"} | INDIVIDUAL, {"99492"}),
        ("2025-10", {"G0512"} | INDIVIDUAL, {"G0511", "99492"}),
        ("2025-12", {"G0512"} | INDIVIDUAL, {"G0511", "G0568"}),
        ("2026-01", {"99492", "99494", "G2214", "G0568", "99470"} | INDIVIDUAL, {"G0511", "G0512"}),
    ],
)
def test_clinics_and_health_centers_by_year(name: str, when: str, has: set[str], has_not: set[str]) -> None:
    billable = set(care_setting(name).billable(month(when)))
    assert has <= billable
    assert not has_not & billable
    assert bool(billable) == bool(care_setting(name).claims(month(when)))


def test_in_nine_months_of_2025_the_bundle_and_its_parts_bar_each_other() -> None:
    def rivals(when: str) -> dict[str, str]:
        return {
            entry.instead_of: entry.codes[0] for entry in care_setting("rhc").allowed(month(when)) if entry.instead_of
        }

    assert rivals("2025-09") == {"individual_codes": "G0511", "bundled_code": "99490"}
    assert rivals("2024-12") == rivals("2025-10") == {}


@pytest.mark.parametrize(("when", "kind"), [("2016-05", "direct"), ("2016-12", "direct"), ("2017-01", "general")])
@pytest.mark.parametrize("setting", ["rhc", "fqhc"])
def test_claim_and_code_of_a_clinic_say_the_same_of_supervision(setting: str, when: str, kind: str) -> None:
    view = setting_view(care_setting(setting), month(when))
    assert [claim["fields"]["Supervision"] for claim in view["claims"]] == [kind]
    needs = [code["needs"] for program in view["programs"] for code in program["codes"]]
    assert [words.split(",")[0] for words in needs] == [f"{kind} supervision"]
    office = setting_view(care_setting("office"), month(when))
    assert "general supervision" in next(c["needs"] for c in office["programs"][0]["codes"] if c["code"] == "99490")


def test_clinics_need_direct_supervision_in_2016_only() -> None:
    found = [care_setting("rhc").claims(month(when))[0].supervision for when in ("2016-12", "2017-01", "2026-10")]
    assert found == ["direct", "general", "general"]


@pytest.mark.parametrize(("name", "bill", "deductible"), [("rhc", "71X", True), ("fqhc", "77X", False)])
def test_a_clinic_bills_at_the_national_rate_without_a_modifier(name: str, bill: str, deductible: bool) -> None:
    (claim,) = care_setting(name).claims(month("2026-10"))
    assert (claim.form, claim.bill_type, claim.revenue_code) == ("837I", bill, "052X")
    assert (claim.rate_basis, claim.coinsurance_basis) == ("pfs_national_nonfacility", "lesser_of_charge_or_rate_20")
    assert claim.deductible_applies is deductible
    assert all("visit only" in words for words in claim.modifiers.values())


@pytest.mark.parametrize(
    ("name", "forms", "places", "rates"),
    [
        ("office", ["837P"], ["11"], ["pfs_nonfacility"]),
        ("hopd_on_campus", ["837P", "837I"], ["22"], ["pfs_facility", "opps"]),
        ("hopd_off_campus", ["837P", "837I"], ["19"], ["pfs_facility", "opps"]),
        ("cah_method_1", ["837P", "837I"], ["22"], ["pfs_facility", "reasonable_cost_101"]),
        ("cah_method_2", ["837I", "837I"], [], ["pfs_facility_115", "reasonable_cost_101"]),
        ("nursing_facility", ["837P"], ["32", "11"], ["pfs_nonfacility"]),
        ("assisted_living", ["837P"], ["13", "11"], ["pfs_nonfacility"]),
        ("home", ["837P"], ["12", "11"], ["pfs_nonfacility"]),
    ],
)
def test_claims_of_the_other_settings(name: str, forms: list[str], places: list[str], rates: list[str]) -> None:
    claims = care_setting(name).claims(month("2026-10"))
    assert [claim.form for claim in claims] == forms
    assert list(claims[0].place_of_service) == places
    assert [claim.rate_basis for claim in claims] == rates


def test_off_campus_modifiers_come_in_2016_and_2017() -> None:
    found = [
        list(care_setting("hopd_off_campus").claims(month(when))[1].modifiers)
        for when in ("2015-12", "2016-01", "2017-01")
    ]
    assert found == [[], ["PO"], ["PO", "PN"]]
    assert not care_setting("hopd_on_campus").claims(month("2026-10"))[1].modifiers


@pytest.mark.parametrize("here", ["facility", "professional"])
def test_of_two_claims_one_may_go_out_from_elsewhere_and_of_one_none(here: str) -> None:
    (claim,) = care_setting("hopd_on_campus").sent(month("2026-10"), here)
    assert claim.claim == here
    assert care_setting("cah_method_2").sent(month("2026-10"), here)[0].claim == here
    with pytest.raises(InputError, match="office sends one claim only"):
        care_setting("office").sent(month("2026-10"), here)
    assert care_setting("rhc").sent(month("2015-10"), here) == []  # which has nothing to bill in that year


def test_the_hospital_claim_carries_what_is_paid_or_packaged_and_nothing_else() -> None:
    hospital = care_setting("hopd_on_campus")
    professional, facility = hospital.claims(month("2025-07"))
    carried = set(hospital.carried(facility, month("2025-07")))
    assert {"99490", "99487", "99439", "99489", "99426", "G0557", "99495"} <= carried
    assert not {"99491", "99437", "99424", "99457", "G0181", "90960", "G3002"} & carried
    assert set(hospital.carried(professional, month("2025-07"))) == set(hospital.billable(month("2025-07")))


def test_a_status_of_a_year_that_is_not_loaded_is_none() -> None:
    hospital = care_setting("hopd_on_campus")
    status = hospital.status("99426", month("2025-07"))
    assert status is not None
    assert (status.status, status.apc, status.confidence) == ("S", "5822", "primary")
    assert hospital.status("99426", month("2026-07")) is None
    recalled = hospital.status("99490", month("2026-07"))
    assert recalled is not None
    assert (recalled.status, recalled.confidence) == ("S", "unverified")


def test_an_office_may_bill_every_code_of_its_day_but_the_bundles() -> None:
    for when in ("2015-03", "2020-06", "2026-10"):
        inforce = set(catalogue().in_month(month(when)))
        assert set(care_setting("office").billable(month(when))) == inforce - {"G0511", "G0512"}


def test_content_differs_by_month_where_the_setting_does() -> None:
    rhc = care_setting("rhc")
    assert rhc.content(month("2025-09")) != rhc.content(month("2025-10"))
    assert rhc.content(month("2019-05")) == rhc.content(month("2019-06"))


def test_an_unknown_setting_and_a_month_not_loaded_get_one_sentence() -> None:
    with pytest.raises(InputError, match=r"^'clinic' is not a care setting; write one of assisted_living, .*rhc\.$"):
        care_setting("clinic")
    with pytest.raises(RuleError, match=r"^The rules for 2027-01 are not loaded \(loaded.yaml: 2015-01 to 2026-12\)"):
        loaded_month("2027-01")
    with pytest.raises(InputError, match="write it as 2026-10"):
        loaded_month("2026")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rhc.yaml", 'bill_type: "71X"', 'billtype: "71X"', r"rhc.yaml, claim facility: 'billtype'"),
        (
            "rhc.yaml",
            'source: "42 CFR 405.2464(c)"',
            "source: none",
            r"rhc.yaml, billable care_management_alone: 'source'",
        ),
        (
            "rhc.yaml",
            'until: "2023-12"',
            'until: "2024-01"',
            r"rhc.yaml, billable bundled_code: the entry since 2024-01 begins before",
        ),
        (
            "rhc.yaml",
            'until: "2016-12"',
            'until: "2017-03"',
            r"rhc.yaml, claim facility: the entry since 2017-01 begins before",
        ),
        (
            "rhc.yaml",
            'codes: ["99490"]',
            'codes: ["99999"]',
            r"rhc.yaml, billable care_management_alone: 99999 is not in the code catalogue",
        ),
        (
            "rhc.yaml",
            'codes: ["99490"]',
            "programs: []",
            r"rhc.yaml, billable care_management_alone: .*give either 'codes' or 'programs'",
        ),
        ("rhc.yaml", "instead_of: individual_codes", "instead_of: the_others", r"'instead_of' names 'the_others'"),
        ("rhc.yaml", "setting: rhc", "setting: fqhc", r"rhc.yaml: its setting is 'fqhc'"),
        (
            "rhc.yaml",
            "  - name: bundled_code",
            "  - name: individual_codes",
            r"rhc.yaml: 'billable' names individual_codes twice",
        ),
        (
            "office.yaml",
            'place_of_service: ["11"]',
            "place_of_service: []",
            r"office.yaml, claim professional: .*needs 'place_of_service'",
        ),
        (
            "office.yaml",
            "rate_basis: pfs_nonfacility",
            "rate_basis: pfs",
            r"office.yaml, claim professional: 'rate_basis'",
        ),
        ("office.yaml", "  - claim: professional", "  - claim: both", r"office.yaml, claim both: 'claim'"),
        ("office.yaml", "claims:", "claims: []\nother:", r"office.yaml: it must hold 'setting', 'words'"),
        (
            "opps_status.csv",
            "99490,2025-01",
            "99490,2024-01",
            r"opps_status.csv, line \d+ \(99490\): the entry since 2024-01",
        ),
        (
            "opps_status.csv",
            "99491,2025-01,2025-12,M",
            "99491,2025-01,2025-12,Z",
            r"opps_status.csv, line \d+: 'status'",
        ),
        (
            "opps_status.csv",
            "99491,2025-01,2025-12,M",
            "99999,2025-01,2025-12,M",
            r"opps_status.csv, line \d+: 99999 is not in",
        ),
    ],
)
def test_a_wrong_setting_file_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "settings"
    shutil.copytree(SETTINGS, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=said):
        load_settings(folder)
