"""No waiver without ground, none in bulk, and compliance is told of what looks like a routine; measures by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.case_settings import FeeStep, case_settings
from config.contract import inputs
from config.errors import InputError
from config.frames import empty
from config.poverty import guideline_on, guidelines
from tasks.route.balances import shares_of_claims, unpaid_claims
from tasks.route.determinations import decide, ground_for
from tasks.route.determining import by_column
from tasks.route.guards import Known, checked
from tasks.route.machine import Case, Move, stand
from tasks.route.measures import measures
from tasks.route.safeguards import alerts
from tests.route.made import CASES, balances, claim, determination, settings

DAY = date(2026, 10, 12)
SCHEDULE = tuple(
    FeeStep(above=above, up_to=up_to, percent_off=off)
    for above, up_to, off in ((0, 100, 100), (100, 150, 50), (150, 200, 25))
)
NO_PAYMENTS = pd.DataFrame({"case_number": pd.Series(dtype="str"), "payment_date": pd.Series(dtype="datetime64[ns]"),
                            "amount": pd.Series(dtype="int64")})  # fmt: skip


def resolved(outcome: str, by: str = "S1", cents: int = 1000, opened: date = DAY) -> list[Move]:
    steps = [Move("hear", opened, "a", reason="cannot_pay"), Move("contact", opened, "b", by=by)]
    steps += [Move("offer", opened, "c", option="hardship_determination", by=by), Move("apply", opened, "d", by=by)]
    return [*steps, Move("resolve", date(2026, 10, 20), "e", outcome=outcome, by=by, cents=cents)]


def told(moves: dict[str, list[Move]], held: dict | None = None, refunds: dict[str, int] | None = None) -> pd.DataFrame:
    return alerts(moves, held or {}, refunds or {}, "P1", CASES, date(2026, 11, 5))


def test_a_waiver_without_a_determination_that_held_is_told() -> None:
    found = told({"C-000001": resolved("waived")})
    assert found[["alert", "whose"]].values.tolist() == [["waiver_without_determination", "C-000001"]]
    assert told({"C-000001": resolved("waived")}, {"C-000001": [determination()]}).empty
    expired = determination("2025-10-01")
    assert len(told({"C-000001": resolved("waived")}, {"C-000001": [expired]})) == 1


def test_too_many_waivers_of_the_practice_and_of_one_person_are_told() -> None:
    moves = {f"C-{n:06d}": resolved("waived", "S1") for n in range(5)}
    moves |= {f"C-{n:06d}": resolved("nothing_owed", "S2") for n in range(5, 45)}
    held = {number: [determination(income_cents=1_000_000 + 100 * n)] for n, number in enumerate(moves)}
    found = told(moves, held).set_index("alert")
    assert found.loc["waiver_rate_of_practice", ["cases", "of_cases", "percent", "threshold"]].tolist() == [
        5,
        45,
        11,
        10,
    ]
    assert found.loc["waiver_rate_of_person", ["whose", "percent"]].tolist() == ["S1", 100]
    few = {number: several for number, several in moves.items() if number != "C-000000"}
    assert told(few, held).empty


def test_many_alike_on_one_day_look_like_a_bulk_waiver() -> None:
    held = {f"C-{n:06d}": [replace(determination(), case_number=f"C-{n:06d}")] for n in range(5)}
    assert told({}, held)["alert"].tolist() == ["determinations_alike"]
    assert told({}, dict(list(held.items())[:4])).empty


def test_money_of_a_qualified_beneficiary_is_told() -> None:
    found = told({}, refunds={"C-000001": 1323, "C-000002": 0})
    assert found["whose"].tolist() == ["C-000001"]
    assert "$13.23" in found["words"].item()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "sympathy"}, "no kind of determination"),
        ({"ground": ""}, "say what the determination rests on"),
        ({"decided_by": " "}, "say who decided"),
        ({"household": 0}, "from 1 to 30 persons"),
        ({"income_cents": -1}, "not below nought"),
        ({"reduced_percent": 0}, "1 to 100 percent"),
        ({"amount_cents": 10_001}, r"above \$100.00 needs a second person"),
        ({"amount_cents": 10_001, "second_by": "S1"}, "needs a second person"),
        ({"day": "2022-12-31"}, "no poverty guidelines for 2022-12-31"),
        ({"day": "2027-04-01"}, "poverty guidelines of 2027 are not loaded"),
    ],
)
def test_a_determination_that_lacks_something_is_refused(change: dict, why: str) -> None:
    with pytest.raises(InputError, match=why):
        determination(**change)


def test_a_determination_goes_by_household_income_state_and_notice() -> None:
    one = determination("2026-10-12")
    assert (one.percent, one.granted, one.guideline) == (113, True, "HHS poverty guidelines 2026")
    assert one.until_date == date(2027, 10, 12)
    assert one.mirrored
    assert determination("2026-01-12").guideline == "HHS poverty guidelines 2025"
    steps = CASES.model_copy(update={"sliding_fee_schedule": SCHEDULE})
    alaska = decide("C-000001", "sliding_fee", 3, 6_830_000, "proof_seen", "S1", DAY, steps, state="AK")
    assert (alaska.percent, alaska.granted, alaska.mirrored) == (200, True, False)
    assert not decide("C-000001", "sliding_fee", 3, 6_830_100, "proof_seen", "S1", DAY, steps, state="AK").granted
    assert guideline_on(DAY).cents(4) == 3_300_000
    assert guideline_on(DAY).cents(8, "HI") == 6_407_000
    assert [entry.confidence for entry in guidelines().guidelines] == ["secondary"] * 4


@pytest.mark.parametrize(
    ("income", "typed", "off", "amount"),
    [(0, 100, 100, 1323), (1_596_000, 100, 100, 1323), (1_596_100, 100, 50, 661), (3_032_400, 25, 25, 330)],
)
def test_a_sliding_fee_lets_off_what_the_schedule_says(income: int, typed: int, off: int, amount: int) -> None:
    steps = settings(sliding_fee_schedule=SCHEDULE)
    one = decide(
        "C-000001",
        "sliding_fee",
        1,
        income,
        "attested",
        "S1",
        DAY,
        steps,
        "",
        typed,
        owed_cents=1323,
        health_center=True,
    )
    assert (one.granted, one.reduced_percent, one.amount_cents) == (True, off, amount)
    assert one.policy.startswith(f"schedule: {off} percent off above")


def test_what_the_schedule_does_not_say_is_not_granted() -> None:
    with pytest.raises(
        InputError, match=r"190 percent of the guideline, and the practice's schedule says nothing between 100 and"
    ):
        determination(kind="sliding_fee", income_cents=3_032_400)
    assert (
        by_column("leave --percent out; a second person: --second.")
        == "leave percent_off out; a second person: second_by."
    )
    with pytest.raises(InputError, match="the schedule lets 25 percent off; leave --percent out"):
        determination(
            kind="sliding_fee",
            income_cents=3_032_400,
            reduced_percent=80,
            settings=settings(sliding_fee_schedule=SCHEDULE),
        )
    assert not determination(kind="sliding_fee", income_cents=3_192_100).granted, "above 200 percent nothing is let off"


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ("{above: 10, up_to: 100, percent_off: 100}", "entry 1: it begins at 10 and leaves a gap"),
        (
            "{above: 0, up_to: 100, percent_off: 100}, {above: 120, up_to: 200, percent_off: 50}",
            "entry 2: it begins at 120 and leaves a gap",
        ),
        (
            "{above: 0, up_to: 100, percent_off: 100}, {above: 90, up_to: 200, percent_off: 50}",
            "entry 2: it begins at 90 and overlaps",
        ),
        (
            "{above: 0, up_to: 100, percent_off: 50}, {above: 100, up_to: 200, percent_off: 60}",
            "entry 2: 60 percent off is not less",
        ),
        ("{above: 0, up_to: 0, percent_off: 50}", "up_to"),
        ("{above: 0, up_to: 250, percent_off: 50}", "above sliding_fee_percent"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_file_and_entry(steps: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f"defaults:\n  cases:\n    sliding_fee_schedule: [{steps}]\n", "utf-8")
    with pytest.raises(InputError, match=why) as refused:
        case_settings("P1", file)
    assert "own.yaml" in str(refused.value)


def test_a_health_center_lets_all_off_up_to_the_guideline() -> None:
    own = settings(sliding_fee_schedule=(FeeStep(above=0, up_to=200, percent_off=80),))
    given = ("C-000001", "sliding_fee", 1, 1_500_000, "attested", "S1", DAY, own)
    assert decide(*given).reduced_percent == 80, "a rural clinic's own policy"
    with pytest.raises(InputError, match="entry 1: a health center lets all off up to 100 percent"):
        decide(*given, health_center=True)


def test_a_leap_day_is_determined_until_the_last_of_february() -> None:
    assert determination("2024-02-29").until_date == date(2025, 2, 28)


def test_a_determination_of_a_later_day_carries_nothing_before() -> None:
    assert "later than 2026-10-01" in ground_for("waived", [determination()], date(2026, 10, 1), 0, CASES)


def test_nothing_is_recorded_of_a_day_before_the_case() -> None:
    case = stand([Move("hear", DAY, "a", reason="refused")])
    with pytest.raises(InputError, match="is before its opening on 2026-10-12"):
        checked(case, Move("contact", date(2026, 10, 1), "b", by="S1"), Known("C-000001"), CASES)


def test_measures_count_what_happened_by_month() -> None:
    moves = {"C-000001": resolved("waived"), "C-000002": resolved("nothing_owed", opened=date(2026, 9, 28))}
    moves |= {
        "C-000003": [Move("hear", DAY, "a", reason="refused"), Move("resolve", DAY, "b", outcome="withdrew", by="S1")]
    }
    paid = pd.DataFrame({"case_number": ["C-000009"] * 2, "payment_date": pd.to_datetime(["2026-10-01", "2026-10-02"]),
                         "amount": [1323, -323]})  # fmt: skip
    found = measures(moves, paid, date(2026, 11, 5)).set_index(["month", "measure", "name"])
    assert found.loc[("2026-10", "opened", "cannot_pay"), "cases"] == 1
    assert found.loc[("2026-09", "opened", "cannot_pay"), "cases"] == 1
    assert found.loc[("2026-10", "resolved", "nothing_owed"), "median_days"] == 22
    assert found.loc[("2026-10", "patients", "lost"), "cases"] == 1
    assert found.loc[("2026-10", "patients", "kept"), "cases"] == 2
    assert found.loc[("2026-10", "dollars", "waived"), "cents"] == 1000
    assert found.loc[("2026-10", "dollars", "collected"), "cents"] == 1323
    assert found.loc[("2026-10", "dollars", "given_back"), "cents"] == 323
    assert measures({}, NO_PAYMENTS, DAY).empty
    assert measures(moves, NO_PAYMENTS, date(2026, 9, 30))["cases"].sum() == 2  # opened, and its option offered


def test_a_case_that_nobody_opened_is_no_case() -> None:
    assert Case().live is False


@pytest.mark.parametrize(("percent", "outcome", "cents", "most"), [
    (50, "reduced", 663, "6.62"), (100, "waived", 1324, "13.23"), (100, "waived", -1, "13.23"),
])  # fmt: skip
def test_no_more_is_taken_off_than_is_open(percent: int, outcome: str, cents: int, most: str) -> None:
    """What was over would pay the shares of later months, which nobody had determined."""
    *before, last = resolved(outcome, cents=cents)
    known = Known("C-000001", owed_cents=1323, determinations=[determination(reduced_percent=percent)])
    with pytest.raises(InputError, match=f"cannot be taken off; of what is open it may be at most .{most}"):
        checked(stand(before), last, known, CASES)
    assert checked(stand(before), replace(last, cents=662), known, CASES).outcome == outcome


@pytest.mark.parametrize("paid", [None, "2027-01-01"])
def test_one_case_that_is_settled_and_another_that_is_not_need_no_payments_on_file(paid: str | None) -> None:
    claims = balances(claim("K1"), claim("K2", case_number="C-000002"))
    rows = [{"case_number": "C-000001", "payment_date": paid, "amount": 100, "service_month": None}] if paid else []
    payments = empty(inputs()["patient_payments"]).assign(case_number=pd.Series(dtype="str"))
    if rows:
        payments = pd.DataFrame(rows).assign(payment_date=pd.to_datetime(paid))
    left = unpaid_claims(shares_of_claims(claims, DAY), payments, {"C-000002": 1323}, DAY)
    assert left["unpaid_cents"].tolist() == [1323, 0]
