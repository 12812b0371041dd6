"""However a Qualified Medicare Beneficiary is known, nothing asks them for money: case, list, message, letter.

The ways are real: a coverage row, an eligibility answer (271) that is read, a payer's remark code.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.errors import InputError
from config.letters import LetterRefusedError, letters
from config.month import Month
from config.payer_register import register_in
from config.payer_settings import PayerSettings
from flows.letter import write_due_letters
from tasks.cover.eligibility import read
from tasks.cover.step import Covered, cover
from tasks.cover.verify import Known
from tasks.remit.post import post
from tasks.route.balances import told_by_remark
from tasks.route.cases import Standing
from tasks.route.forecast import Terms, patient_shares
from tasks.route.guards import checked
from tasks.route.machine import TAKES_MONEY, Move
from tasks.route.payers_on_file import payers_in, who_never_owe
from tasks.route.safeguards import alerts
from tasks.route.usual_service import for_patients, usual_lines
from tasks.route.worklist import letters_due, worklist
from tasks.send.letter_text import MONEY, words_of
from tasks.send.outreach import compose_outreach
from tasks.store import case_work, open_store
from tasks.store import coverage as stored_coverage
from tests.cover.answers_271 import MEDICARE, Asked
from tests.cover.answers_271 import QMB as QMB_BENEFITS
from tests.cover.answers_271 import answer as shown
from tests.cover.month import RECORDED, B, nobody_asked, october, payer, told
from tests.cover.test_compare import QMB, asked
from tests.days import practice_today
from tests.flows.letter_month import PART_B, patient, store_month
from tests.qualify.cases import rulebook
from tests.remit.answers import answer, paid
from tests.remit.billed import bill
from tests.route.made import CASES, NUMBER, PATIENT, SETTINGS, balances, claim, stood, tables
from tests.send.letter_cases import letter

pytestmark = [
    pytest.mark.slow,  # cases, letters and real answers together
    pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning"),  # outside of `ccm`, which says so
]
DAY = date(2026, 10, 31)
SITUATIONS: tuple[tuple[tuple[str, ...], bool, str], ...] = (
    ((), True, "office"),
    (("asks_to_stop",), True, "office"),
    (("surprised",), True, "hopd_on_campus"),
    (("cannot_pay",), False, "fqhc"),
    (("cannot_pay", "refused", "cannot_pay"), True, "fqhc"),
)  # each way of knowing in each of them; every place and every answer are in tests/scenarios/copay.yaml
ASKING = ("payment_plan", "reminder", "hardship_application", "sliding_fee_application", "savings_program")
FOR_MONEY = ("payment_plan", "reasonable_collection", "bad_debt", "write_off", "hardship_determination", "sliding_fee")
WAYS = ("coverage row", "eligibility answer", "remark code")
PRACTICE = {"practice_name": "Maple Street Family Medicine", "billing_email": "billing@maple.example"}


@cache
def covered(way: str) -> Covered:
    """The patient's month as it was verified, with that one sign of the program."""
    if way == "coverage row":
        return october([B, payer("qmb", 2, state="OH")])
    if way == "eligibility answer":
        return october([B], answers=told(asked(*QMB)))
    return october([B])


def known_by(way: str) -> dict[str, pd.DataFrame]:
    """The tables of that month, with the patient's own number in every row."""
    found = covered(way).tables
    return {name: found[name].assign(patient_id=PATIENT) for name in ("coverages", "payer_answers")}


def stands(way: str, said: tuple[str, ...], owed: bool, setting: str) -> Standing:
    days = [[f"2026-10-{5 + 4 * place:02d}", what] for place, what in enumerate(said)]
    of_october = {"month": "2026-10", "answered_date": "2026-10-25"}
    claims = [claim(qmb_told=way == "remark code", **of_october)] if owed or way == "remark code" else []
    return stood(tables([], days, setting) | known_by(way), str(DAY), owed=balances(*claims))


@pytest.mark.parametrize("way", WAYS)
def test_no_case_list_message_or_letter_asks(way: str) -> None:
    for said, owed, setting in SITUATIONS:
        _holds(stands(way, said, owed, setting), way, owed, said)


def _holds(found: Standing, way: str, owed: bool, said: tuple[str, ...]) -> None:
    frame = found.frame
    assert (frame["ask_cents"] == 0).all()
    assert not frame["letter"].isin(ASKING).any()
    assert not frame["option"].isin(FOR_MONEY).any()
    assert len(frame) == bool(said), "a share that is left opens no case"
    for known in found.known.values():
        assert known.qmb
        assert all(known.answers[name] == "not" for name in FOR_MONEY)
    told = alerts({}, {}, {}, "P1", CASES, DAY, found.shares)
    left = owed or way == "remark code"
    assert told["alert"].tolist() == ["qmb_share_left"] * left
    assert [NUMBER in words for words in told["whose"]] == [True] * left
    people = pd.DataFrame({"patient_id": [PATIENT], "care_manager_id": [None], "last_name": ["Doe"],
                           "first_name": ["Jo"], "phone": ["9375550100"]})  # fmt: skip
    later = frame.assign(due_date=pd.Timestamp(DAY) - pd.Timedelta(1, "D"))
    messages = compose_outreach("P1", PRACTICE, later, told, _staff(), people, DAY)
    for message in messages:
        assert "statement" in message.text or not left, "billing is told to block it"
        assert all("block" in part for part in _sentences(message.text) if MONEY.search(part))
    assert (worklist(frame, people)["ask_cents"].fillna(0) == 0).all()
    due = letters_due(frame, people, ("en", "es"))
    assert (due["ask_cents"].fillna(0) == 0).all()
    assert set(due["letter"]) <= {"share_explained", "refund", "withdrawal"}


def _staff() -> pd.DataFrame:
    return pd.DataFrame({"staff_id": pd.Series(dtype="str"), "email": pd.Series(dtype="str")})


def _sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n")]


@pytest.mark.parametrize("way", WAYS)
def test_the_forecast_for_talk_letter_and_superbill_is_nothing(way: str) -> None:
    book, month = rulebook(Month(2026, 10)), Month(2026, 10)
    people = pd.DataFrame({"patient_id": [PATIENT], "case_number": [NUMBER]})
    remark = told_by_remark(balances(claim(qmb_told=way == "remark code")), pd.Series({PATIENT: NUMBER}))
    payers = who_never_owe(payers_in(known_by(way), month), remark, month)
    for setting in ("office", "hopd_on_campus", "fqhc"):
        lines = for_patients(usual_lines({"99490": 1, "99439": 2}, setting, "", book, SETTINGS), people)
        row = patient_shares(lines, payers, Terms.of(setting, book, 12)).iloc[0]
        assert row["owes"] == "never"
        assert row[["share_cents", "share_most_cents", "year_share_cents", "year_most_cents"]].tolist() == [0] * 4
        assert not MONEY.search(str(row["words"]))


def test_no_letter_that_is_due_has_a_price_whichever_way_it_is_known(tmp_path: Path) -> None:
    month, ways = Month(2026, 10), [*WAYS[:2], "recorded answer", WAYS[2], "not at all"]
    people = [patient(said="surprised"), *(patient(said="surprised") for _ in range(4))]
    people[0] = patient("qmb", said="surprised")
    people[2]["coverages"] = [PART_B | {"payer_id": "15202"}]
    members = ["M1", "M1", "1EG4-TE5-MK73", "M3", "M4", "M5"]
    place = store_month(tmp_path, people, month, members, _verified)
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    try:
        bill(store, ("K4", "99490"), case_number="C-000004")
        post(store, "a.835", answer(paid("K4") + "\nLQ*HE*N782", "47.42"), practice_today())
        with store.reading() as connection:
            born = case_work.last_tables(connection, "P1", practice_today())["patients"]["birth_date"].iloc[1]
        rows = read("a.271", shown(Asked(born=f"{born:%Y%m%d}", benefits=(*MEDICARE, *QMB_BENEFITS))), practice_today())
        with store.writing() as connection:
            file = stored_coverage.StoredFile("a", "a.271", "read", "", 1)
            stored_coverage.keep_file(connection, file, b"", rows, datetime.now(UTC))
        numbers = [f"C-00000{place}" for place in range(1, 6)]
        due = pd.DataFrame({"case_number": numbers, "letter": "share_explained"})
        due = due.assign(ask_cents=pd.array([pd.NA] * 5, dtype="Int64"))
        paths, refused = write_due_letters(store, "P1", due, place / "settings.yaml", place)
    finally:
        store.close()
    assert refused == []
    priced = {path.name[:8]: bool(MONEY.search(path.read_text("utf-8"))) for path in paths if path.suffix == ".txt"}
    assert dict(zip(ways, [priced[number] for number in numbers], strict=True)) == dict.fromkeys(ways[:-1], False) | {
        "not at all": True
    }


def _verified(given: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """What payers answered of the month; who has contractor 15202 is not billed by a recorded answer."""
    said = {"medicare_part_b|15202|": RECORDED | {"patient_owes": "never"}}
    known = Known(register_in(Month(2026, 10)), PayerSettings.model_validate({}), said)
    return given | cover(given, Month(2026, 10), known, nobody_asked()).tables


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_letter_and_call_names_no_money_or_is_refused(language: str) -> None:
    for kind, call in product(letters().kinds, (False, True)):
        asked_for: Any = letter(kind.name, language, owes="never", refund_cents=1323)
        if "never" not in kind.owes:
            with pytest.raises(LetterRefusedError, match="owes nothing"):
                words_of(asked_for, call)
            continue
        said = words_of(asked_for, call).text
        assert MONEY.findall(said) == ([] if kind.name != "refund" else MONEY.findall("$13.23") * said.count("$13.23"))


def test_nothing_that_takes_money_settles_the_case_of_one() -> None:
    for way in WAYS:
        found = stands(way, ("refused",), True, "office")
        for outcome in TAKES_MONEY:
            case = found.cases[NUMBER]
            with pytest.raises(InputError, match=r"Qualified Medicare Beneficiary|must be contacted"):
                checked(case, Move("resolve", DAY, outcome, outcome=outcome, cents=1323), found.known[NUMBER], CASES)
