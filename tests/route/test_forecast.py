"""What a patient is expected to pay: the dated amounts, the deductible, second claims and further payers."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from config.contract import letter_outputs
from config.errors import InputError
from config.fee_entries import Deductible, SiteEntry
from config.month import Month
from config.rulebook import load_rulebook
from config.settings import practice_settings
from tasks.route.forecast import Terms, patient_shares
from tasks.route.usual_service import for_patients, usual_lines

SETTINGS = practice_settings("P1")
PART_B = {"payer_kind": "medicare_part_b", "answer": "covers", "takes_coinsurance": "none", "takes_deductible": "none"}
QMB = {
    "payer_kind": "qmb",
    "answer": "covers",
    "takes_coinsurance": "all",
    "takes_deductible": "all",
    "patient_owes": "never",
}
GAP = {"payer_kind": "medigap", "answer": "covers", "takes_coinsurance": "all", "takes_deductible": "none"}
TRICARE = {"payer_kind": "tricare", "answer": "does_not", "takes_coinsurance": "none", "takes_deductible": "none"}
MEDICAID = {
    "payer_kind": "medicaid",
    "answer": "unknown",
    "takes_coinsurance": "unknown",
    "takes_deductible": "unknown",
}
COLUMNS = {"patient_owes": "share", "confidence": "primary", "patient_id": "1", "deductible_left_cents": None}


def coverage(*payers: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([COLUMNS | {"place": place} | payer for place, payer in enumerate(payers, 1)])


def share(
    *payers: dict[str, Any],
    setting: str = "office",
    month: str = "2026-10",
    code: str = "99490",
    units: dict[str, int] | None = None,
    months: int = 12,
    assigned: bool = True,
) -> dict[str, Any]:
    book = load_rulebook(Month.parse(month))
    lines = usual_lines(units or {code: 1}, setting, "", book, SETTINGS).assign(patient_id="1", case_number="C-000001")
    frame = coverage(*payers) if payers else pd.DataFrame(columns=[*COLUMNS, *PART_B, "place"])
    found = patient_shares(lines, frame, Terms.of(setting, book, months, assigned))
    assert list(found.columns) == letter_outputs()["patient_shares"].names
    row = found.iloc[0].to_dict()
    return {name: None if pd.isna(value) else value for name, value in row.items()}


@pytest.mark.parametrize(("setting", "cents"), [("hopd_off_campus", 3700), ("hopd_on_campus", 9250)])
def test_a_usual_month_of_a_department_that_is_not_excepted(setting: str, cents: int) -> None:
    book = load_rulebook(Month.parse("2025-05"))
    lines = usual_lines({"99490": 1}, setting, "", book, SETTINGS, campus="PN").set_index("claim")
    assert lines.loc["facility", "expected_cents"] == cents


# 66.13 in 2026 in an office: a fifth is 13.226. With nothing of the 283.00 met all of it is the patient's.
@pytest.mark.parametrize(
    ("payers", "expected"),
    [
        ((PART_B,), ("share", "", 1323, 6613)),
        ((PART_B, GAP), ("share", "", 0, 6613)),
        ((PART_B, GAP | {"takes_deductible": "all"}), ("share", "", 0, 0)),
        ((PART_B, GAP | {"takes_deductible": "unknown"}), ("share", "", 0, 6613)),
        # Medigap K and L: of 13.23 half or three quarters is taken (6.62, 9.92); of the deductible nothing.
        ((PART_B, GAP | {"takes_coinsurance": "50%"}), ("share", "", 661, 6613)),
        ((PART_B, GAP | {"takes_coinsurance": "75%"}), ("share", "", 331, 6613)),
        ((PART_B, GAP | {"takes_coinsurance": "part"}), ("unknown", "second_payer_part", None, 6613)),
        ((PART_B, TRICARE), ("share", "", 1323, 6613)),
        ((PART_B, MEDICAID), ("unknown", "second_payer_unknown", None, 6613)),
        ((PART_B, MEDICAID, GAP), ("share", "", 0, 6613)),
        ((PART_B, QMB), ("never", "qmb", 0, 0)),
        ((PART_B, GAP, QMB), ("never", "qmb", 0, 0)),
        (({**PART_B, "payer_kind": "medicare_advantage"},), ("unknown", "not_part_b", None, None)),
        (({**PART_B, "payer_kind": "medicare_advantage"}, QMB), ("never", "qmb", 0, 0)),
        (({**PART_B, "answer": "does_not"},), ("unknown", "coverage_unknown", None, None)),
        (({**PART_B, "answer": "conflicting"}, GAP), ("unknown", "coverage_unknown", None, None)),
        ((PART_B, {**GAP, "answer": "conflicting"}), ("unknown", "coverage_unknown", None, None)),
        ((), ("unknown", "no_coverage", None, None)),
    ],
)  # fmt: skip
def test_by_coverage(payers: Any, expected: Any) -> None:
    row = share(*payers)
    assert (row["owes"], row["reason"] or "", row["share_cents"], row["share_most_cents"]) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (0, (0, 1323, 1323, 15876)),
        (28300, (6613, 0, 6613, 38514)),
        (3000, (3000, 723, 3723, 18276)),  # 30.00 and a fifth of the other 36.13; in the year a fifth of 763.56
        (6613, (6613, 0, 6613, 21166)),
    ],
)
def test_what_is_left_of_the_deductible(left: int, expected: tuple[int, ...]) -> None:
    row = share(PART_B | {"deductible_left_cents": left})
    assert (row["deductible_cents"], row["coinsurance_cents"], row["share_cents"]) == expected[:3]
    assert abs(row["year_share_cents"] - expected[3]) <= 2
    assert row["share_most_cents"] == row["share_cents"]


@pytest.mark.parametrize(
    ("payers", "setting", "expected"),
    [
        ((PART_B,), "office", ("unknown", "not_assigned", None, None)),
        ((PART_B, GAP), "office", ("unknown", "not_assigned", None, None)),
        ((PART_B, QMB), "office", ("never", "qmb", 0, 0)),
        ((PART_B | {"payer_kind": "commercial", "copay_cents": 2000},), "office", ("share", "", 2000, 2000)),
        ((PART_B,), "rhc", ("share", "", 1323, 6613)),
    ],
)
def test_who_does_not_take_assignment_may_charge_above_the_schedule(payers: Any, setting: str, expected: Any) -> None:
    row = share(*payers, setting=setting, assigned=False)
    assert (row["owes"], row["reason"] or "", row["share_cents"], row["share_most_cents"]) == expected


def test_a_further_payer_that_may_take_the_deductible_leaves_it_open() -> None:
    row = share(PART_B | {"deductible_left_cents": 3000}, GAP | {"takes_deductible": "unknown"})
    assert (row["owes"], row["reason"], row["share_cents"], row["share_most_cents"]) == (
        "unknown", "second_payer_unknown", None, 3000,
    )  # fmt: skip


def test_a_hospitals_department_has_a_second_coinsurance() -> None:
    row = share(PART_B, setting="hopd_on_campus", month="2025-10")
    assert (row["allowed_cents"], row["coinsurance_cents"], row["second_coinsurance_cents"]) == (14037, 957, 1850)
    assert (row["share_cents"], row["share_most_cents"]) == (957 + 1850, 14037)
    left = share(PART_B | {"deductible_left_cents": 5000}, setting="hopd_on_campus", month="2025-10")
    # 47.87 of the practitioner's and 2.13 of the hospital's; of the hospital's other 90.37 a fifth.
    assert (left["deductible_cents"], left["coinsurance_cents"], left["second_coinsurance_cents"]) == (5000, 0, 1807)


def test_a_hospital_rate_that_is_not_loaded_leaves_it_open_but_not_for_a_beneficiary_who_owes_nothing() -> None:
    row = share(PART_B, setting="hopd_on_campus", month="2024-10")
    assert (row["owes"], row["reason"], row["share_cents"], row["share_most_cents"], row["confidence"] or "") == (
        "unknown", "amount_not_loaded", None, None, "",
    )  # fmt: skip
    row = share(PART_B, QMB, setting="hopd_on_campus", month="2024-10")
    assert (row["owes"], row["share_cents"], row["year_most_cents"]) == ("never", 0, 0)


def test_a_health_center_has_no_deductible() -> None:
    row = share(PART_B, setting="fqhc")
    assert row["share_cents"] == row["share_most_cents"] == 1323


def test_more_help_costs_more_and_the_amounts_are_those_of_the_month() -> None:
    # 60 minutes of staff time in 2025: 60.49 and twice 45.93 allowed; a fifth of each line, rounded.
    row = share(PART_B, month="2025-10", units={"99490": 1, "99439": 2})
    assert row["share_cents"] == 1210 + 1837
    assert share(PART_B, month="2024-10")["share_cents"] != share(PART_B, month="2025-10")["share_cents"]


def test_where_medicare_pays_more_the_share_stays_that_of_the_schedule() -> None:
    row = share(PART_B, setting="cah_method_2", month="2025-10", code="99491")
    facility = load_rulebook(Month(2025, 10)).fees.site("cah_method_2")
    cents = load_rulebook(Month(2025, 10)).fees.prices("99491", facility)[0].cents
    assert row["allowed_cents"] > cents
    assert abs(row["share_most_cents"] - cents) <= 1


@pytest.mark.parametrize("months", [1, 5, 12])
def test_a_year_is_the_months_that_the_practice_sets(months: int) -> None:
    row = share(PART_B, months=months)
    assert (row["months_a_year"], row["year_share_cents"]) == (months, 1323 * months)


def test_confidence_is_that_of_the_least_sure_part() -> None:
    assert share(PART_B)["confidence"] == "secondary"
    assert share(PART_B, GAP | {"confidence": "unverified"})["confidence"] == "unverified"


def test_a_code_that_is_not_billed_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"'G0511' is not billed in 2026-10 in the care setting office; `ccm codes"):
        share(PART_B, code="G0511")


def test_words_name_no_patient_and_no_sum_that_is_not_known() -> None:
    assert share(PART_B)["words"] == (
        "About $13.23 a month, $158.76 in a year of such months; "
        "up to $66.13 and $385.14 with nothing of the deductible met"
    )
    assert (
        share(PART_B, MEDICAID)["words"]
        == "Unknown: it is not known what the further payer takes; at most $66.13 a month"
    )
    assert "$" not in share(PART_B, QMB)["words"]


def test_every_patient_of_the_lines_has_one_row_by_case_number() -> None:
    book = load_rulebook(Month(2026, 10))
    people = pd.DataFrame({"patient_id": ["b", "a", "c"], "case_number": ["C-000001", "C-000003", "C-000002"]})
    lines = for_patients(usual_lines({"99490": 1}, "office", "", book, SETTINGS), people)
    payers = pd.concat([coverage(PART_B, QMB).assign(patient_id="c"), coverage(PART_B).assign(patient_id="a")])
    found = patient_shares(lines, payers, Terms.of("office", book, 12))
    assert list(found["patient_id"]) == ["b", "c", "a"]
    assert list(found["owes"]) == ["unknown", "never", "share"]


SITE = SiteEntry.model_validate(
    {"setting": "office", "since": "2015-01-01", "until": "2026-12-31", "rate": "nonfacility", "fee_percent": 100,
     "localized": True, "nonphysician_share": True, "clinic": False, "hospital_claim": True, "deductible": True,
     "confidence": "primary", "source": "made for this test"}
)  # fmt: skip


@pytest.mark.slow
@given(
    amounts=st.lists(st.tuples(st.integers(1, 60_000), st.integers(0, 40)), min_size=1, max_size=2),
    left=st.one_of(st.none(), st.integers(0, 30_000)),
    takes=st.tuples(
        st.sampled_from(["all", "75%", "50%", "none", "unknown", "part"]), st.sampled_from(["all", "none", "unknown"])
    ),
    second=st.booleans(),
    never=st.booleans(),
    months=st.integers(1, 12),
)
@checked(max_examples=50, deadline=None)
def test_against_the_sum_done_by_hand(
    amounts: Any, left: int | None, takes: Any, second: bool, never: bool, months: int
) -> None:
    """One or two claims, any deductible, any further payer: the same as adding it up claim by claim."""
    claims = list(zip(["professional", "facility"], amounts, strict=False))
    cents = [(claim, amount, amount * percent // 100) for claim, (amount, percent) in claims]
    lines = pd.DataFrame(cents, columns=["claim", "expected_cents", "coinsurance_cents"])
    lines = lines.assign(patient_id="1", case_number="C-000001", amount_confidence="primary")
    payers = [PART_B | {"deductible_left_cents": left}]
    payers += [GAP | {"takes_coinsurance": takes[0], "takes_deductible": takes[1]}] if second else []
    payers += [QMB] if never else []
    deductible = Deductible.model_validate(
        {
            "since": "2026-01-01",
            "until": "2026-12-31",
            "cents": 28300,
            "confidence": "primary",
            "source": "for this test",
        }
    )
    for column in ("expected_cents", "coinsurance_cents"):
        lines[column] = lines[column].astype("Int64")
    row = patient_shares(lines, coverage(*payers), Terms(SITE, deductible, months)).iloc[0]

    def by_hand(times: int, rest: int) -> int:
        own, others = 0, 0
        for _, amount, coinsurance in cents:
            first = min(amount * times, rest)
            own, rest = own + first, rest - first
            others += floor(Fraction(coinsurance * times * (amount * times - first), amount * times) + Fraction(1, 2))
        own = 0 if second and takes[1] == "all" else own
        of = {"all": Fraction(1), "75%": Fraction(3, 4), "50%": Fraction(1, 2)}.get(takes[0], Fraction(0))
        return own + (others - floor(others * of + Fraction(1, 2)) if second else others)

    if never:
        assert (row["owes"], row["share_cents"], row["year_most_cents"]) == ("never", 0, 0)
        return
    most = left if left is not None else 28300
    assert abs(row["share_most_cents"] - max(by_hand(1, most), by_hand(1, 0))) <= 1
    assert abs(row["year_most_cents"] - max(by_hand(months, most), by_hand(months, 0))) <= 1
    if row["owes"] == "share":
        assert abs(row["share_cents"] - by_hand(1, left or 0)) <= 1
        parts = ("deductible_cents", "coinsurance_cents", "second_coinsurance_cents")
        assert row["share_cents"] == sum(row[name] for name in parts) - row["second_payer_takes_cents"]
        assert 0 <= row["share_cents"] <= row["share_most_cents"] <= row["year_most_cents"]
    else:
        assert second
        assert {"unknown", "part"} & set(takes)
        assert pd.isna(row["share_cents"])
