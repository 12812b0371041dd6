"""What a letter says by the record: options, determination, books, a day to come; and that it is on record itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.letters import LetterRefusedError
from config.month import Month
from flows import letter as letters
from flows.cli import app
from flows.letter import write_due_letters
from tasks.remit.post import post
from tasks.route.desk import open_desk
from tasks.route.machine import Move
from tasks.route.work import as_row
from tasks.route.worklist import letters_due
from tasks.store import case_work
from tasks.store.store import open_store
from tests.days import calling_day, practice_today
from tests.flows.letter_month import patient, store_month
from tests.remit.answers import answer, paid
from tests.remit.billed import bill

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning"),  # outside of `ccm`, which says so
]
ON = "2025-10-09"
CANNOT, REFUSES, SURPRISED, VIETNAMESE, BENEFICIARY = (f"C-00000{number}" for number in range(1, 6))
TODAY = practice_today()
DETERMINE = ("determine", "--by", "S1", "--household", "1", "--income", "15000", "--ground", "attested")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five patients' month; a payer's answer left $12.10 of the first."""
    cases = [
        patient(said="cannot_pay", on=ON), patient(said="refused", on=ON), patient("medigap", said="surprised", on=ON),
        patient(said="refused", on=ON, language="vi"), patient("qmb", said="surprised", on=ON),
    ]  # fmt: skip
    folder = store_month(tmp_path_factory.mktemp("record"), cases, Month(2025, 10))
    store = open_store(f"sqlite:///{folder / 'ccm.db'}")
    bill(store, ("K1", "99490"), case_number=CANNOT, month="2025-10", service_date=date(2025, 10, 31))
    post(store, "a.835", answer(paid("K1").replace("20261031", "20251031"), "47.42", day="20251120"), practice_today())
    store.close()
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "place")
    return tmp_path / "place"


@pytest.fixture
def ccm(place: Path) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        settings = ("--settings", str(place / "settings.yaml"))
        return CliRunner().invoke(app, [*words, *settings, "--out", str(place)])

    return run


@pytest.fixture
def write(ccm: Callable[..., Result], place: Path) -> Callable[..., str]:
    """Writes a letter by the command; its words in one line."""

    def one(case: str, kind: str, *more: str, language: str = "en") -> str:
        result = ccm("letter", case, "--kind", kind, *more)
        assert result.exit_code == 0, repr(result.exception)
        path = place / "P1/2025-10/letters" / f"{case}-{kind}-{language}.txt"
        return " ".join(path.read_text("utf-8").split())

    return one


def why(result: Result) -> str:
    assert isinstance(result.exception, LetterRefusedError), result.output + repr(result.exception)
    return str(result.exception)


def test_no_form_of_a_sliding_fee_where_the_practice_has_none(ccm, write, place: Path) -> None:
    assert "this practice has no sliding-fee schedule" in why(
        ccm("letter", CANNOT, "--kind", "sliding_fee_application")
    )
    assert "no sliding-fee schedule" in why(ccm("letter", CANNOT, "--kind", "sliding_fee_application", "--call"))
    settings = place / "settings.yaml"
    settings.write_text(settings.read_text("utf-8") + "    cases: {sliding_fee_policy: true}\n", "utf-8")
    assert "FORM FOR OUR SLIDING FEE" in write(CANNOT, "sliding_fee_application")


def test_every_option_open_to_this_patient_stands_in_the_letter_in_its_order(write) -> None:
    said = write(CANNOT, "options")
    ways = ["You can ask your state for help", "You can ask us to look at your income", "You can pay in small parts"]
    places = [said.find(way) for way in ways]
    assert -1 not in places
    assert places == sorted(places)
    assert "sliding fee" not in said
    said = write(REFUSES, "options")
    assert "look at your income" not in said, "a lower share is never offered unasked"
    assert "ask your state" in said
    assert "small parts" not in said, "nothing is open that could be paid in parts"


def test_an_option_typed_is_among_them_or_refused_by_name(ccm, write) -> None:
    assert "ask your state" not in write(CANNOT, "options", "--option", "payment_plan")
    for option, words in {
        "explain_the_share": "'explain_the_share' is the practice's own work",
        "hardship_determination": "'hardship_determination' is never offered unasked",
        "sliding_fee": "'sliding_fee' is not open to this patient",
        "payment_plan": "'payment_plan' is about a balance, and none is open that may be asked for",
        "Cora Pine": "the option typed as number 1 is none; write one of stop_at_month_end",
    }.items():
        said = why(ccm("letter", REFUSES, "--kind", "options", "--option", option))
        assert words in said
        assert "Cora" not in said


def test_who_has_no_case_has_no_list_of_options(ccm, write) -> None:
    assert ccm("case", REFUSES, "resolve", "--outcome", "covered", "--by", "S1").exit_code == 0
    assert "no open co-pay case" in why(ccm("letter", REFUSES, "--kind", "options"))


def test_a_lower_share_is_told_as_it_was_determined(ccm, write) -> None:
    granted = ("letter", CANNOT, "--kind", "hardship_granted")
    assert "the case has no determination" in why(ccm(*granted))
    assert ccm("case", CANNOT, *DETERMINE, "--percent", "50").exit_code == 0
    assert "by 50 percent" in write(CANNOT, "hardship_granted")
    assert "the determination says 50; leave --percent out" in why(ccm(*granted, "--percent", "100"))
    assert "leave --until out" in why(ccm(*granted, "--until", "2040-01-01"))
    assert "granted it" in why(ccm("letter", CANNOT, "--kind", "hardship_refused"))


def test_a_refusal_says_the_reason_that_is_on_record(ccm, write) -> None:
    assert ccm("case", CANNOT, *DETERMINE[:6], "90000", *DETERMINE[7:]).exit_code == 0
    assert "above the limit in our written rules" in write(CANNOT, "hardship_refused")
    said = why(ccm("letter", CANNOT, "--kind", "hardship_refused", "--reason", "papers"))
    assert "the determination says income; leave --reason out" in said


def test_papers_that_are_missing_need_an_application_that_was_refused(ccm, write, place: Path) -> None:
    refused = ("letter", CANNOT, "--kind", "hardship_refused", "--reason", "papers")
    assert "no determination" in why(ccm(*refused))
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    steps = [Move("hear", TODAY, "said", reason="cannot_pay"), Move("contact", TODAY, "a")]
    steps += [Move("offer", TODAY, "b", option="hardship_determination"), Move("apply", TODAY, "c")]
    with store.writing() as connection:
        rows = [as_row(move) for move in (*steps, Move("refuse", TODAY, "d"))]
        case_work.add_moves(connection, "P1", {CANNOT: rows}, datetime.now(UTC))
    store.close()
    assert "We did not get the papers" in write(CANNOT, "hardship_refused", "--reason", "papers")
    assert "needs --reason" in why(ccm(*refused[:-2]))


def test_sum_and_parts_come_from_the_books_and_the_day_lies_ahead(ccm, write) -> None:
    plan = write(CANNOT, "payment_plan")
    assert "$12.10" in plan
    assert plan.count("$4.03") == 2
    assert "$4.04" in plan
    assert "$12.10 is still open" in write(CANNOT, "reminder", "--amount", "12.10")
    for amount in ("13.23", "5.00"):
        said = why(ccm("letter", CANNOT, "--kind", "reminder", "--amount", amount))
        assert f"the books let $12.10 be asked, not ${amount}" in said
    assert "is over" in why(ccm("letter", CANNOT, "--kind", "reminder", "--day", "2025-11-01"))
    assert "nothing may be asked" in why(ccm("letter", REFUSES, "--kind", "reminder"))
    assert "not known yet" in why(ccm("letter", SURPRISED, "--kind", "reminder"))
    assert "owes nothing" in why(ccm("letter", BENEFICIARY, "--kind", "reminder"))


def test_a_plan_that_was_agreed_on_is_put_down_though_the_case_is_settled_by_it(ccm, write) -> None:
    called = ("--date", str(calling_day()))  # at whatever hour of whatever day this runs
    assert ccm("case", CANNOT, "contacted", "--by", "S1", *called).exit_code == 0
    assert ccm("case", CANNOT, "resolve", "--outcome", "plan_agreed", "--by", "S1").exit_code == 0
    plan = write(CANNOT, "payment_plan")
    assert "$12.10" in plan
    assert plan.count("$4.03") == 2
    said = why(ccm("letter", CANNOT, "--kind", "reminder"))
    assert "the case is settled (plan agreed)" in said
    assert "answer" not in said, "every payer has answered"


def test_of_a_case_that_is_settled_otherwise_no_plan_is_written(ccm) -> None:
    paid = ("resolve", "--outcome", "paid", "--amount", "12.10", "--by", "S1")
    assert ccm("case", CANNOT, *paid).exit_code == 0
    assert "the case is settled (paid)" in why(ccm("letter", CANNOT, "--kind", "payment_plan"))


def test_a_letter_that_the_patient_cannot_read_says_what_to_do(ccm) -> None:
    said = " ".join(ccm("letter", VIETNAMESE, "--kind", "welcome").output.split())
    assert "The patient reads 'vi', for which there are no letters, and this one is in English" in said
    assert "with an interpreter" in said
    assert "reads" not in ccm("letter", REFUSES, "--kind", "welcome").output


def test_letters_stand_in_the_history_of_the_case_once_a_day_and_move_nothing(ccm, write) -> None:
    before = ccm("case", CANNOT).output
    write(CANNOT, "savings_program", "--by", "S1")
    write(CANNOT, "savings_program", "--by", "S1")
    assert ccm("letter", CANNOT, "--kind", "savings_program", "--call").exit_code == 0
    assert ccm("letter", CANNOT, "--kind", "voicemail").exit_code == 0
    write(CANNOT, "reminder")
    after = ccm("case", CANNOT).output
    lines = [line for line in after.splitlines() if " letter " in line]
    assert len(lines) == 2
    assert str(TODAY) in lines[0]
    assert "savings program (English)" in lines[0]
    assert "S1" in lines[0]
    assert "reminder (English)" in lines[1]
    assert before.splitlines()[:4] == after.splitlines()[:4], "where the case stands is as it was"


def due_rows(*letters: tuple[str, str, int | None]) -> pd.DataFrame:
    rows = pd.DataFrame(letters, columns=["case_number", "letter", "ask_cents"])
    return rows.assign(ask_cents=rows["ask_cents"].astype("Int64"), due_date=pd.Timestamp("2025-10-20"))


def test_a_letter_of_an_overdue_case_names_a_day_to_come_and_keeps_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = due_rows((CANNOT, "reminder", 1210), (CANNOT, "payment_plan", 1210))
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    path = place / "P1/2025-10/letters" / f"{CANNOT}-reminder-en.txt"

    def written_on(day: date) -> tuple[int, str]:
        monkeypatch.setattr(letters, "today_of", lambda *_: day)
        paths, refused = write_due_letters(store, "P1", due, place / "settings.yaml", place)
        assert not refused
        return len(paths), " ".join(path.read_text("utf-8").split())

    try:
        count, first = written_on(TODAY)
        by_then = letters.answer_day(TODAY, letters.case_settings("P1"))
        assert count == 6
        assert by_then > TODAY
        assert f"pay by {by_then:%B} {by_then.day}, {by_then.year}" in first
        assert written_on(TODAY + timedelta(days=3)) == (0, first), "the day that was named stays"
        count, later = written_on(by_then + timedelta(days=1))
        assert count == 6
        assert later != first
    finally:
        store.close()


def test_a_letter_that_a_person_wrote_is_not_written_over(place: Path, write) -> None:
    by_hand = write(CANNOT, "reminder", "--day", str(TODAY + timedelta(days=60)), "--by", "S1")
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    paths, _ = write_due_letters(store, "P1", due_rows((CANNOT, "reminder", 1210)), place / "settings.yaml", place)
    store.close()
    assert paths == []
    path = place / "P1/2025-10/letters" / f"{CANNOT}-reminder-en.txt"
    assert " ".join(path.read_text("utf-8").split()) == by_hand


def test_who_stopped_in_a_case_of_another_kind_gets_it_confirmed_once(place: Path, ccm) -> None:
    assert ccm("case", REFUSES, "resolve", "--outcome", "withdrew", "--by", "S1").exit_code == 0
    (row,) = _due(place)
    assert (row["case_number"], row["letter"]) == (REFUSES, "withdrawal")
    paths = _written(place, due_rows((REFUSES, "withdrawal", None)))
    said = " ".join(paths[-1].read_text("utf-8").split())
    assert f"On {TODAY:%B} {TODAY.day}, {TODAY.year}, you asked us to stop" in said
    assert f"It ends on {Month.of(TODAY).last:%B %d, %Y}" in said.replace("ENDS", "ends")
    assert _due(place) == [], "it is on record, and not due again"


def test_a_price_that_a_determination_takes_off_and_what_a_plan_left(place: Path, ccm, write) -> None:
    assert ccm("case", CANNOT, *DETERMINE).exit_code == 0
    assert "You do not have to pay your part until" in write(CANNOT, "share_explained")
    (path,) = [one for one in _written(place, due_rows((SURPRISED, "share_explained", 1210))) if one.suffix == ".txt"]
    said = " ".join(path.read_text("utf-8").split())
    assert "It left $12.10 for you to pay" in said
    assert "do not know your part" not in said


def _due(place: Path) -> list[dict]:
    """The confirmations that are due."""
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    try:
        desk = open_desk(store, "P1", TODAY)
    finally:
        store.close()
    due = letters_due(desk.standing.frame, desk.tables["patients"], ("en", "es"))
    return due[due["letter"] == "withdrawal"].to_dict("records")


def _written(place: Path, due: pd.DataFrame) -> list[Path]:
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    try:
        paths, refused = write_due_letters(store, "P1", due, place / "settings.yaml", place)
    finally:
        store.close()
    assert not refused
    return paths
