"""A payer that forbids to bill its member: nothing is asked, for its own reason, and nobody is taken for a QMB."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from config.contract import inputs, outputs
from config.errors import InputError
from config.frames import empty
from config.letters import LetterRefusedError
from config.month import Month
from tasks.route.balances import qmb_days
from tasks.route.forecast import Terms, patient_shares
from tasks.route.guards import checked
from tasks.route.in_its_month import _barred, barred_months
from tasks.route.machine import Move
from tasks.route.measures import measures
from tasks.route.payers_on_file import payers_in
from tasks.route.safeguards import alerts
from tasks.route.usual_service import for_patients, usual_lines
from tasks.route.work import on_record
from tasks.route.worklist import worklist
from tasks.send.letter_text import MONEY, words_of
from tasks.store import open_store
from tasks.store.answered_months import answered_months
from tasks.store.records import Basis
from tests.cover.month import RECORDED, B, october, payer
from tests.qualify.cases import rulebook
from tests.route.made import CASES, NUMBER, PATIENT, SETTINGS, balances, claim, frame, stood, tables
from tests.send.letter_cases import letter
from tests.store.months import DIGESTS

DAY, MONTH = date(2026, 10, 31), Month(2026, 10)
BARS = payer("commercial", payer_name="Independence Blue Cross")
KEY = "commercial|independencebluecross|"


def month_of(*coverages: dict[str, Any], **told: Any) -> dict[str, pd.DataFrame]:
    found = october(list(coverages), **told).tables
    return {name: found[name].assign(patient_id=PATIENT) for name in ("coverages", "payer_answers")}


def owes(found: dict[str, pd.DataFrame]) -> list[str]:
    return found["payer_answers"]["patient_owes"].astype("str").tolist()


def test_it_is_no_qualified_medicare_beneficiary_and_nothing_is_asked_for_its_own_reason() -> None:
    month = month_of(BARS)
    assert owes(month) == ["not_billed"]
    assert qmb_days(month, balances(claim()), pd.Series({PATIENT: NUMBER}), MONTH).empty
    found = stood(tables([], [["2026-10-09", "cannot_pay"]]) | month, str(DAY), owed=balances(claim()))
    row, known = found.frame.iloc[0], found.known[NUMBER]
    assert (row["option"], row["owner"], row["letter"]) == ("plan_bars_billing", "billing", "share_explained")
    assert (row["owed_cents"], row["ask_cents"], row["refund_cents"]) == (1323, 0, 0)
    assert "Beneficiary" not in " ".join(str(cell) for cell in row)
    assert known.not_billed
    assert not known.qmb
    assert known.answers["qmb_never_billed"] == "not"
    for name in ("payment_plan", "hardship_determination", "reasonable_collection", "write_off"):
        assert (known.answers[name], known.causes[name]) == ("not", "payer_forbids")
    assert alerts({}, {}, {}, "P1", CASES, DAY, found.shares).empty
    for move in (
        Move("resolve", DAY, "paid", outcome="paid", cents=1323),
        Move("determine", DAY, "determine", option="sliding_fee", by="S1"),
    ):
        with pytest.raises(InputError, match="the payer forbids to bill the patient for it"):
            checked(found.cases[NUMBER], move, known, CASES)


def test_the_forecast_says_why() -> None:
    book = rulebook(MONTH)
    people = pd.DataFrame({"patient_id": [PATIENT], "case_number": [NUMBER]})
    lines = for_patients(usual_lines({"99490": 1}, "office", "", book, SETTINGS), people)
    row = patient_shares(lines, payers_in(month_of(BARS), MONTH), Terms.of("office", book, 12)).iloc[0]
    assert (row["owes"], row["reason"], row["share_cents"], row["year_most_cents"]) == (
        "not_billed",
        "not_billed",
        0,
        0,
    )
    assert row["words"] == "Nothing: a payer of the patient forbids to bill the patient for it"


def test_it_counts_where_the_payer_is_first_and_an_answer_that_says_never_is_no_more() -> None:
    told = {KEY: RECORDED | {"answer": "does_not", "patient_owes": "never"}}  # as answers were recorded once
    assert owes(month_of(BARS, recorded=told)) == ["not_billed"]
    assert owes(month_of(B, BARS | {"priority": 2}, recorded=told)) == ["share", "unknown"]
    assert owes(month_of(BARS, B)) == ["unknown", "share"], "who pays first is not known: nothing is settled"
    assert owes(month_of(BARS, payer("qmb", 3), B | {"priority": 2})) == ["never"] * 3


@pytest.mark.parametrize("language", ["en", "es"])
def test_its_letters_say_nothing_is_owed_and_never_speak_of_the_program(language: str) -> None:
    for call in (False, True):
        for kind in ("welcome", "share_explained", "refund", "withdrawal"):
            said = words_of(letter(kind, language, owes="not_billed", refund_cents=None), call).text
            assert not MONEY.search(said)
            assert "QMB" not in said
            assert "Medicare pays" not in said
            assert ("does not let us bill" in said or "no permite que le cobremos" in said) or kind == "withdrawal"
        with pytest.raises(LetterRefusedError, match="the payer forbids to bill this patient"):
            words_of(letter("reminder", language, owes="not_billed"), call)


def test_a_ban_is_that_of_the_month_it_was_said_for() -> None:
    """By what was decided, and by what is on record of the plan since: an answer that speaks of September says so."""
    kept, now = month_of(BARS)["payer_answers"], RECORDED | {"answer": "does_not", "patient_owes": "not_billed"}
    asked = kept.assign(patient_owes="unknown", answer="unknown")
    store = open_store("sqlite://")
    try:
        rest = {name: empty(table) for name, table in outputs().items()}
        for month, answers in ((8, kept), (9, asked), (10, month_of(B)["payer_answers"])):
            basis = Basis(DIGESTS, tables(["medicare_part_b"], []) | {"payer_answers": answers}, "{}", b"rules")
            store.save_cycle("P1", Month(2026, month), basis, rest, rest["copay_cases"], lambda *_: [])
        with store.reading() as connection:
            found = barred_months(connection, "P1")
            given = on_record(connection, "P1", CASES, None, barred={"2026-08": frozenset()})
            read = answered_months(connection, "P1", "not_billed", lambda month: [KEY] if month == "2026-09" else [])
    finally:
        store.close()
    assert found == {"2026-08": {PATIENT}, "2026-09": set(), "2026-10": set()}
    assert given.barred == {"2026-08": set()}, "what was read is not read again"
    assert [month for month, tables in read.items() if tables] == ["2026-08", "2026-09"], "a plan speaks of its months"
    september = {"payer_answers": asked}
    later = now | {"holds_from": date(2026, 10, 1), "valid_until": date(2027, 9, 30)}
    since = now | {"holds_from": date(2026, 9, 1), "valid_until": date(2027, 9, 30)}
    assert _barred(september, date(2026, 9, 30), {KEY: later}) == set()
    assert _barred(september, date(2026, 9, 30), {KEY: since}) == {PATIENT}
    ended = {"payer_answers": kept.assign(place=0)}
    assert _barred(ended, date(2026, 8, 31), {}) == set(), "a coverage that had ended bars nothing"
    assert _barred({"payer_answers": kept}, date(2026, 9, 30), {KEY: since | {"patient_owes": "share"}}) == set()


def test_what_was_paid_all_the_same_is_told_to_compliance() -> None:
    paid = [{"payment_date": "2026-10-05", "amount": 1323, "service_month": "2026-08"}]
    found = stood(tables(["medicare_part_b"], [], payments=paid), str(DAY), barred={"2026-08": frozenset({PATIENT})})
    told = alerts({}, {}, {}, "P1", CASES, DAY, found.shares, {NUMBER: int(found.money["barred_back_cents"].iloc[0])})
    assert told["alert"].tolist() == ["barred_paid"]
    assert "$13.23 was paid for a month of which the payer forbids to bill" in told["words"].iloc[0]
    back = Move("resolve", DAY, "back", outcome="refunded", by="S1", cents=1323)
    assert checked(found.cases[NUMBER], back, found.known[NUMBER], CASES).outcome == "refunded"


def test_who_gets_one_month_back_and_owes_another_is_not_told_that_nothing_is_owed() -> None:
    paid = [{"payment_date": "2026-08-20", "amount": 1323, "service_month": "2026-07"}]
    owed = balances(claim(month="2026-08"), claim("K2", month="2026-09", answered_date="2026-10-05"))
    barred = {"2026-07": frozenset({PATIENT})}
    row = stood(tables(["medicare_part_b"], [], payments=paid), str(DAY), owed=owed, barred=barred).frame.iloc[0]
    assert (row["option"], row["ask_cents"], row["refund_cents"], row["letter"]) == (
        "plan_bars_billing", 2646, 1323, "refund",
    )  # fmt: skip
    assert "nothing is owed" not in row["next_step"]
    assert "what other months leave is asked for after that" in row["next_step"]
    alone = stood(tables(["medicare_part_b"], [], payments=paid), str(DAY), barred=barred).frame.iloc[0]
    assert "nothing is owed" in alone["next_step"]


def paid_for(month: str | None, cents: int = 1323, day: str = "2026-08-20") -> dict[str, Any]:
    return {"payment_date": day, "amount": cents, "service_month": month}


QMB_OF_JULY = [{"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2020-01-01"},
               {"priority": 2, "payer_kind": "qmb", "start_date": "2026-07-01", "end_date": "2026-07-31"}]  # fmt: skip
JULY = claim("K0", month="2026-07")


@pytest.mark.parametrize(
    ("payments", "claims", "asked", "back"),
    [
        ([paid_for("2026-07")], [], 1323, 1323),
        ([paid_for("2026-07"), paid_for("2026-07", -1323, "2026-10-10")], [], 1323, 0),  # as after the refund
        ([paid_for("2026-07"), paid_for("2026-08")], [], 0, 1323),
        ([paid_for("2026-07"), paid_for("2026-09", 500)], [], 823, 1323),  # money of other months pays on
        ([paid_for("2026-07")], [JULY], 1323, 1323),  # it stands on its own month
        ([paid_for("2026-07", 2000)], [JULY], 1323, 2000),  # and the rest of it on none
        ([paid_for("2026-07"), paid_for("2026-09", 500)], [JULY], 823, 1323),
    ],
)
@pytest.mark.parametrize("why", ["barred", "qmb"])
def test_money_that_has_to_go_back_pays_no_other_month(
    payments: list[dict[str, Any]], claims: list[dict[str, Any]], asked: int, back: int, why: str
) -> None:
    """August's share is the same before and after July's refund is on file."""
    barred = {"2026-07": frozenset({PATIENT}) if why == "barred" else frozenset()}
    coverages = ["medicare_part_b"] if why == "barred" else QMB_OF_JULY
    owed = balances(*claims, claim())
    money = stood(tables(coverages, [], payments=payments), str(DAY), owed=owed, barred=barred).money.loc[NUMBER]
    assert (money["asked_cents"], money["refund_cents"]) == (asked, back)


@pytest.mark.parametrize("language", ["en", "es"])
def test_its_refund_says_that_nothing_is_owed_only_where_nothing_is_asked(language: str) -> None:
    for call in (False, True):
        for asked in (None, 1323):
            said = words_of(letter("refund", language, owes="not_billed", balance_cents=asked, payments=()), call).text
            assert ("owe us nothing" in said or "no nos debe nada" in said) == (asked is None)
            assert "$13.23" in said


def test_a_debt_from_before_the_program_has_its_line_and_its_alert() -> None:
    since = [{"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2020-01-01"},
             {"priority": 2, "payer_kind": "qmb", "start_date": "2026-10-01"}]  # fmt: skip
    owed = balances(claim(), claim("K2", month="2026-10", answered_date="2026-10-20"))
    found = stood(tables(since, []), str(DAY), owed=owed)
    assert found.frame.empty, "the patient is asked for nothing"
    assert [(one.month, one.before, one.cents) for one in found.shares] == [
        ("2026-08", True, 1323),
        ("2026-10", False, 1323),
    ]
    people = tables(since, [])["patients"]
    steps = worklist(found.frame, people, found.shares).set_index("month")["next_step"]
    assert "ask the state from which day it counts" in steps["2026-08"]
    assert "send the share to Medicaid" in steps["2026-10"]
    told = alerts({}, {}, {}, "P1", CASES, DAY, found.shares)
    assert told["alert"].tolist() == ["qmb_share_left"]
    assert "months before the program began" in told["words"].iloc[0]
    counted = measures(
        {}, payments=frame(inputs()["patient_payments"], []).assign(case_number=None), until=DAY, shares=found.shares
    )
    rows = counted[["month", "measure", "name", "cases", "cents"]].to_numpy().tolist()
    assert rows == [["2026-09", "qmb_shares", "left", 1, 1323], ["2026-10", "qmb_shares", "left", 1, 1323]]


@pytest.mark.parametrize(("served", "asked"), [("2026-08-20", 0), ("2026-08-31", 1323), (None, 1323)])
def test_a_further_payer_of_part_of_the_month_is_that_of_the_claims_date_of_service(served: Any, asked: int) -> None:
    ended = {"priority": 2, "payer_kind": "medigap", "start_date": "2020-01-01", "end_date": "2026-08-25"}
    part_b = {"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2020-01-01"}
    row = stood(tables([part_b, ended], []), str(DAY), owed=balances(claim(service_date=served))).frame.iloc[0]
    assert (row["ask_cents"], row["option"] == "wait_for_secondary") == (asked, not asked)
