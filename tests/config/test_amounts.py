"""Amounts by code, day and place, held against published national amounts and arithmetic done by hand."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from config.dated_csv import SURE
from config.errors import RuleError
from config.fees import AMOUNTS, BASES, FeeSchedule, known_localities, load_fees
from config.month import Month

PUBLISHED = Path(__file__).parent / "data" / "national_amounts.csv"
SETTINGS = ("office", "hopd_on_campus", "hopd_off_campus", "cah_method_1", "cah_method_2", "rhc", "fqhc")
PLACES = ("nursing_facility", "assisted_living", "home")


def schedule(day: str) -> FeeSchedule:
    return load_fees(Month.of(date.fromisoformat(day)))


def amount(code: str, day: str, setting: str = "office", locality: str = "", qp: bool = False) -> tuple:
    """Cents (None when missing), how sure and from what."""
    fees = schedule(day)
    found = fees.allowed(code, np.array([day], "datetime64[ns]"), fees.site(setting, locality), qp)
    cents = found.cents[0]
    return None if np.isnan(cents) else int(cents), SURE[found.sure[0]], BASES[found.basis[0]]


def published() -> list[dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("day", sorted({row["day"] for row in published()}))
def test_every_published_national_amount_comes_out(day: str) -> None:
    fees, rows = schedule(day), [row for row in published() if row["day"] == day]
    assert len(rows) >= 16
    for row in rows:
        spans = [fee for fee in fees.spans(row["code"]) if fee.covers(date.fromisoformat(day))]
        assert len(spans) == 1, row
        assert spans[0].nonfacility_cents == int(row["nonfacility_cents"]), row
        if row["facility_cents"]:
            assert spans[0].facility_cents == int(row["facility_cents"]), row
            assert spans[0].confidence == "primary"


def test_all_years_of_the_table_are_held() -> None:
    assert {row["day"][:4] for row in published()} == {str(year) for year in range(2020, 2027)}


def test_two_conversion_factors_in_one_month() -> None:
    fees = schedule("2024-03-15")
    days = np.array(["2024-03-08", "2024-03-09", "2024-03-20", "2024-02-01"], "datetime64[ns]")
    found = fees.allowed("99490", days, fees.site("office"))
    assert found.cents.tolist()[:3] == [6156, 6258, 6258]


def test_facility_amounts() -> None:
    assert amount("99490", "2025-05-10", "hopd_on_campus") == (4787, "primary", "national")  # 1.48 x 32.3465
    assert amount("99490", "2026-05-10", "hopd_on_campus")[0] is None  # never the office's 66.13


@pytest.mark.parametrize(
    ("code", "cents"),
    [("99490", 6646), ("99439", 5069), ("99491", 8963), ("99437", 6344), ("99487", 14501), ("99489", 7855)],
)
def test_qualifying_participants_have_their_own_factor_in_2026(code: str, cents: int) -> None:
    assert amount(code, "2026-10-10", qp=True) == (cents, "secondary", "national")
    assert amount(code, "2025-10-10", qp=True) == amount(code, "2025-10-10")


def test_an_amount_without_relative_values_is_scaled_by_the_factors() -> None:
    assert amount("99484", "2026-10-10", qp=True)[0] == 5807  # 57.78 x 33.5675 / 33.4009 = 58.0682


def test_relative_values_seen_for_2026_give_the_amounts_entered() -> None:
    fees = schedule("2026-10-10")
    seen = [fee for fee in fees.fees if fee.nonfacility_rvu]
    assert len(seen) == 7
    for fee in seen:
        assert round(fee.nonfacility_rvu * Decimal("33.4009") * 100) == fee.nonfacility_cents, fee.code


def test_clinics_are_paid_the_national_amount_whatever_their_locality() -> None:
    assert amount("G0511", "2021-05-10", "fqhc") == (6525, "secondary", "national")
    assert amount("G0511", "2024-03-08", "rhc")[0] == 7171
    assert amount("G0511", "2024-03-09", "rhc", "15202-00")[0] == 7290
    assert amount("G0511", "2018-05-10", "rhc") == (6228, "unverified", "national")
    assert amount("99490", "2025-11-10", "rhc", "01182-18")[0] == 6049


def test_a_clinics_code_is_not_paid_in_an_office() -> None:
    for day in ("2018-05-10", "2021-05-10"):
        assert amount("G0511", day, "office")[0] is None


def test_codes_that_the_schedule_bundles_or_leaves_to_contractors_have_no_amount() -> None:
    assert amount("99374", "2025-05-10")[0] is None  # bundled
    assert amount("99375", "2025-05-10")[0] is None  # not valid for Medicare
    assert amount("90952", "2025-05-10")[0] is None  # priced by contractors: relative values of zero


def test_a_critical_access_hospital_is_paid_more_and_nobody_is_sure() -> None:
    fees = schedule("2025-05-10")
    assert fees.site("cah_method_2").setting.fee_percent == 115
    assert amount("99490", "2025-05-10", "cah_method_2")[1] == "unverified"


def test_a_locality_by_hand() -> None:
    # Ohio 2025: 1.00 x 1.000 + 0.81 x 0.911 + 0.06 x 1.033 = 1.79989; x 32.3465 = 58.2201
    assert amount("99490", "2025-05-10", locality="15202-00") == (5822, "primary", "locality")
    # Manhattan 2021, facility: 0.61 x 1.056 + 0.26 x 1.203 + 0.04 x 2.031 = 1.03818; x 34.8931 = 36.2253
    assert amount("99490", "2021-05-10", "hopd_off_campus", "13202-01") == (3623, "primary", "locality")


def test_a_locality_that_is_not_loaded_falls_to_the_nation_and_says_so() -> None:
    assert amount("99490", "2025-05-10", locality="99999-00") == (6049, "secondary", "national")
    assert amount("99490", "2026-05-10", locality="15202-00") == (6613, "secondary", "national")
    assert "15202-00" in known_localities()


@pytest.mark.parametrize("day", ["2020-05-10", "2022-05-10", "2024-03-08", "2024-03-20", "2025-05-10"])
def test_indices_of_one_give_the_national_amount(day: str) -> None:
    fees = schedule(day)
    flat = fees.indices[0].model_copy(update={"work": Decimal(1), "pe": Decimal(1), "mp": Decimal(1)})
    flat = flat.model_copy(update={"locality": "00000-00"})
    plain = dataclasses.replace(fees, indices=(flat,))
    days = np.array([day], "datetime64[ns]")
    for code in sorted({entry.code for entry in fees.relative_values}):
        for setting in SETTINGS + PLACES:
            at_one = plain.allowed(code, days, plain.site(setting, "00000-00"))
            national = fees.allowed(code, days, fees.site(setting))
            np.testing.assert_array_equal(at_one.cents, national.cents, err_msg=f"{code} {setting}")


def test_higher_indices_never_pay_less() -> None:
    fees = schedule("2025-05-10")
    days = np.array(["2025-05-10"], "datetime64[ns]")
    dear = fees.allowed("99487", days, fees.site("office", "01182-18")).cents[0]
    assert dear > fees.allowed("99487", days, fees.site("office", "15202-00")).cents[0]


def test_hospital_rates() -> None:
    fees = schedule("2025-05-10")
    days = np.array(["2025-05-10"], "datetime64[ns]")
    complex_ = fees.hospital_rates("99487", days)
    assert (complex_.cents[0], complex_.copay_cents[0]) == (16067, 3214)
    packaged = fees.hospital_rates("99439", days)
    assert (packaged.cents[0], packaged.copay_cents[0]) == (0, 0)
    assert np.isnan(fees.hospital_rates("99491", days).cents[0])  # not paid by the outpatient system
    assert np.isnan(schedule("2024-05-10").hospital_rates("99487", np.array(["2024-05-10"], "datetime64[ns]")).cents[0])


def test_deductibles_by_year() -> None:
    assert schedule("2026-01-05").deductible(2026).cents == 28300
    assert schedule("2015-01-05").deductible(2015).cents == 14700
    assert schedule("2026-01-05").deductible(2027) is None


def test_everything_that_decides_an_amount_is_in_the_digest() -> None:
    kinds = {tuple(sorted(entry)) for entry in schedule("2025-05-10").content}
    assert len(kinds) == 6  # no national entries in 2025: six kinds of entries remain


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("gpci.csv", "15202-00,OH", "15202,OH", r"gpci.csv, line \d+, column locality"),
        (
            "relative_values.csv",
            "99490,2025-01-01",
            "99490,2024-06-01",
            r"relative_values.csv, line \d+: .*99490 overl",
        ),
        ("conversion_factors.csv", "32.3465", "0", r"conversion_factors.csv, line \d+, column factor"),
        ("conversion_factors.csv", "2025-01-01,2025-12-31", "2025-12-31,2025-01-01", r"before it begins"),
        ("deductibles.csv", "CMS notice as quoted by two secondary sources", "x", r"deductibles.csv.*column source"),
        ("opps.csv", "primary", "certain", r"opps.csv, line 2, column confidence"),
        ("sites.csv", "office,2015-01-01", "office,2015-01-01,more", r"sites.csv, line 2"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "amounts"
    shutil.copytree(AMOUNTS, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=said):
        load_fees(Month(2025, 5), folder=folder)


def test_a_missing_file_and_an_unknown_setting_are_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"relative_values.csv: the file cannot be read"):
        load_fees(Month(2025, 5), folder=tmp_path)
    with pytest.raises(RuleError, match=r"no entry for the setting 'barber'; known are assisted_living, cah"):
        schedule("2025-05-10").site("barber")
