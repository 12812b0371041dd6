"""Every answer about the co-pay leads to one case with the first option open to that patient."""

import datetime as dt

import pandas as pd
import pytest

from config.contract import inputs, outputs
from config.frames import as_contract
from config.month import Month
from config.settings import practice_settings
from tasks.route import options
from tasks.route.cases import copay_cases, no_known_cases
from tasks.route.entries import all_options
from tests.route import made as one

MONTH = Month(2026, 10)
SETTINGS = practice_settings("P1")


def frame(table, rows: list[dict]) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    for column in table.columns:
        if column.type == "date" and column.name in made:
            made[column.name] = pd.to_datetime(made[column.name])
    return as_contract(made, table)


def cases(
    *answers: tuple[str, str],
    kinds: tuple[str, ...] = ("medicare_part_b",),
    month: Month = MONTH,
    known: pd.DataFrame | None = None,
    **patient: str,
) -> pd.DataFrame:
    """The cases of one patient who gave these answers (day, response) and whose payers are of these kinds."""
    said = [{"patient_id": "100", "response_date": day, "response": what} for day, what in answers]
    paying = [
        {"patient_id": "100", "priority": place, "payer_kind": kind, "start_date": "2020-01-01"}
        for place, kind in enumerate(kinds, 1)
    ]
    tables = {
        "copay_responses": frame(inputs()["copay_responses"], said),
        "coverages": frame(inputs()["coverages"], paying),
        "patients": frame(inputs()["patients"], [{"patient_id": "100"} | patient]),
    }
    decisions = frame(outputs()["decisions"], [{"patient_id": "100", "case_number": "C-000001"}])
    return copay_cases(tables, decisions, SETTINGS, month, no_known_cases() if known is None else known)


def option(*answers: tuple[str, str], **more) -> str:
    return cases(*answers, **more)["option"].item()


def test_options_and_functions_are_twins():
    named = [entry.name for entry in all_options()]
    functions = [name for name, found in vars(options).items() if hasattr(found, "__code__") and name[0] != "_"]
    assert named == functions, "config/copay_options.yaml and tasks/route/options.py: same names, same order"


def test_paying_in_parts_is_open_to_everybody_who_may_be_asked():
    anybody = pd.DataFrame(
        {"qmb": [False, True], "not_billed": False, "plan_offered": False, "owed_cents": 0, "lowered_cents": 0}
    )
    assert list(options.payment_plan(anybody)) == ["available", "not"]


def test_bad_debt_is_no_option_for_an_office():
    asked = {"medicare_advantage": False, "outside_medicare": False, "effort_complete": True, "ask_cents": 1}
    places = pd.DataFrame({"setting": ["office", "nursing_facility", "home", "assisted_living", "rhc"]} | asked)
    assert list(options.bad_debt(places)) == ["not"] * 4 + ["needs_information"]


def test_every_option_says_who_does_what_and_where_it_stands():
    assert {entry.owner for entry in all_options()} <= {"billing", "care_manager"}
    assert all(len(entry.next_step) > 20 and len(entry.source) > 15 for entry in all_options())


@pytest.mark.parametrize("response", ["refused", "cannot_pay", "disputes", "surprised", "asks_to_stop"])
def test_every_refusal_opens_one_case(response):
    case = cases(("2026-10-09", response)).iloc[0]
    assert (case["case_number"], case["state"], case["response"]) == ("C-000001", "open", response)
    assert list(case.index) == outputs()["copay_cases"].names


def test_agreeing_opens_nothing():
    assert cases(("2026-10-09", "agreed")).empty


@pytest.mark.parametrize(
    ("response", "kinds", "expected"),
    [
        ("asks_to_stop", ("medicare_part_b", "qmb"), "stop_at_month_end"),
        ("cannot_pay", ("medicare_part_b", "qmb"), "qmb_never_billed"),
        ("refused", ("medicare_part_b", "medigap"), "wait_for_secondary"),
        ("cannot_pay", ("medicare_part_b", "medicaid"), "wait_for_secondary"),
        ("cannot_pay", ("medicare_part_b", "tricare"), "screen_for_savings_program"),
        ("cannot_pay", ("medicare_part_b", "unknown"), "screen_for_savings_program"),
        ("cannot_pay", ("commercial",), "hardship_determination"),
        ("surprised", ("medicare_part_b",), "explain_the_share"),
        ("disputes", ("medicare_part_b",), "explain_the_share"),
        ("refused", ("medicare_part_b",), "explain_the_share"),
        ("cannot_pay", ("medicare_part_b",), "screen_for_savings_program"),
    ],
)
def test_first_option(response, kinds, expected):
    assert option(("2026-10-09", response), kinds=kinds) == expected


def test_each_further_answer_gets_an_option_further_down():
    days = [("2026-10-0" + str(day), "cannot_pay") for day in range(1, 6)]
    found = [option(*days[:count]) for count in range(1, 6)]
    assert found == ["screen_for_savings_program", "hardship_determination"] + ["payment_plan"] * 3


def test_hardship_is_never_offered_to_one_who_does_not_ask():
    days = [("2026-10-0" + str(day), "refused") for day in range(1, 5)]
    found = [option(*days[:count]) for count in range(1, 5)]
    assert found == ["explain_the_share", "screen_for_savings_program", "payment_plan", "payment_plan"]


def test_a_qualified_beneficiary_is_never_billed_however_often_asked():
    assert option(("2026-10-01", "refused"), ("2026-10-05", "refused"), kinds=("qmb",)) == "qmb_never_billed"


def test_agreeing_starts_anew():
    said = [("2026-08-03", "cannot_pay"), ("2026-09-01", "agreed"), ("2026-10-05", "cannot_pay")]
    assert option(*said) == "screen_for_savings_program"


def test_coverage_is_that_of_the_day_of_the_answer():
    assert option(("2019-12-31", "cannot_pay"), kinds=("medicare_part_b", "medigap")) == "screen_for_savings_program"


def test_who_is_a_qualified_beneficiary_by_now_is_not_asked_for_what_was_before():
    assert option(("2019-12-31", "cannot_pay"), kinds=("medicare_part_b", "qmb")) == "qmb_never_billed"


def test_only_what_was_said_by_the_months_end_counts():
    assert cases(("2026-11-01", "refused")).empty
    assert cases(("2026-10-31", "refused"), ("2026-11-01", "agreed"))["state"].item() == "open"


def test_on_one_day_the_last_line_of_the_file_counts():
    assert cases(("2026-10-09", "agreed"), ("2026-10-09", "refused"))["state"].item() == "open"
    assert cases(("2026-10-09", "refused"), ("2026-10-09", "agreed"))["state"].item() == "closed"


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2026-10-09", "2026-10-19"),
        ("2026-10-07", "2026-10-19"),
        ("2026-10-08", "2026-10-19"),
        ("2026-10-06", "2026-10-16"),
    ],
)
def test_due_ten_days_later_and_never_on_a_weekend(said, due):
    found = cases((said, "refused"))["due_date"].item()
    assert found == pd.Timestamp(due)
    assert found.weekday() < 5


def test_agreeing_closes_in_that_month_and_is_then_forgotten():
    said = [("2026-09-09", "refused"), ("2026-10-05", "agreed")]
    closed = cases(*said)
    assert closed["state"].item() == "closed"
    assert closed[["option", "owner", "due_date"]].isna().all(axis=None)
    assert cases(*said, month=Month(2026, 11)).empty


def test_a_known_case_is_closed_even_if_its_answer_is_not_in_the_export():
    known = cases(("2026-08-09", "refused"), month=Month(2026, 8))
    assert cases(("2026-10-05", "agreed"), known=known)["state"].item() == "closed"


def test_a_known_case_without_an_answer_in_the_export_stays_as_it_is():
    known = cases(("2026-08-09", "refused"), month=Month(2026, 8))
    pd.testing.assert_frame_equal(cases(known=known), known)


def test_a_case_of_one_who_left_is_closed():
    assert cases(("2026-10-05", "refused"), unenrolled_date="2026-10-31")["state"].item() == "closed"
    assert cases(("2026-10-05", "refused"), unenrolled_date="2026-11-01")["state"].item() == "open"
    assert cases(("2026-09-05", "refused"), death_date="2026-10-02")["state"].item() == "closed"
    assert cases(("2026-08-05", "refused"), unenrolled_date="2026-09-30").empty


def test_run_again_the_cases_are_the_same():
    said = [("2026-09-09", "refused"), ("2026-10-05", "cannot_pay")]
    once = cases(*said)
    pd.testing.assert_frame_equal(cases(*said, known=once), once)


def test_an_earlier_month_run_again_does_not_see_the_future():
    later = cases(("2026-11-09", "refused"), month=Month(2026, 11))
    assert cases(known=later).empty


def test_a_patient_has_one_case():
    known = cases(("2026-09-09", "refused"), month=Month(2026, 9))
    again = cases(("2026-09-09", "refused"), ("2026-10-09", "cannot_pay"), known=known)
    assert again["case_number"].tolist() == ["C-000001"]
    assert again["response_date"].item().date() == dt.date(2026, 10, 9)


def test_no_answers_give_no_cases():
    empty = cases()
    assert empty.empty
    assert list(empty) == outputs()["copay_cases"].names


def test_a_refund_takes_back_what_was_paid_for_whatever_month() -> None:
    """A payment of a month counted in full though more than it was given back for a month without a claim."""
    paid = [
        {"payment_date": "2026-09-10", "amount": 1000, "service_month": "2026-08"},
        {"payment_date": "2026-09-20", "amount": -600, "service_month": "2026-07"},
    ]
    made = one.tables(["medicare_part_b"], [], payments=paid)
    assert one.stood(made, owed=one.balances(one.claim())).money["owed_cents"].tolist() == [1323 - 400]
    made = one.tables(["medicare_part_b"], [], payments=[paid[0], paid[1] | {"amount": -5000}])
    assert one.stood(made, owed=one.balances(one.claim())).money["owed_cents"].tolist() == [1323]
