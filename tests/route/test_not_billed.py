"""A payer that forbids to bill its member: nothing is asked, for its own reason, and nobody is taken for a QMB."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from config.errors import InputError
from config.letters import LetterRefusedError
from config.month import Month
from tasks.route.balances import qmb_days
from tasks.route.forecast import Terms, patient_shares
from tasks.route.guards import checked
from tasks.route.machine import Move
from tasks.route.payers_on_file import payers_in
from tasks.route.safeguards import alerts
from tasks.route.usual_service import for_patients, usual_lines
from tasks.send.letter_text import MONEY, words_of
from tests.cover.month import RECORDED, B, october, payer
from tests.qualify.cases import rulebook
from tests.route.made import CASES, NUMBER, PATIENT, SETTINGS, balances, claim, stood, tables
from tests.send.letter_cases import letter

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
    assert row["words"] == "Nothing: the first payer does not pay it apart and forbids to bill the patient for it"


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
