"""The command about one case and the way back of a worklist, on a real database of one small practice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.contract import inputs, outputs
from config.errors import InputError
from config.frames import empty
from config.month import Month
from flows.cli import app
from tasks.store import open_store
from tasks.store.records import Basis
from tests.route.made import frame, tables
from tests.store.months import DIGESTS

pytestmark = pytest.mark.slow

NUMBER = "C-000001"
DETERMINE = ("determine", "--by", "S1", "--date", "2025-10-12", "--household", "1", "--income", "15000",
             "--ground", "attested")  # fmt: skip


@pytest.fixture
def practice(tmp_path: Path) -> Callable[..., Callable[..., Result]]:
    """Makes a database of one patient who said something, and gives back `ccm` upon it."""

    def of(said: str = "cannot_pay", coverages: tuple[str, ...] = ("medicare_part_b",), **changes: object):
        made = tables(list(coverages), [["2025-10-06", said]], **changes)
        made["staff"] = frame(inputs()["staff"], [{"staff_id": one, "practice_id": "P1"} for one in ("S1", "S2")])
        made["practitioners"] = frame(inputs()["practitioners"], [{"practitioner_id": "D1", "practice_id": "P1"}])
        url = f"sqlite:///{tmp_path / 'ccm.db'}"
        store = open_store(url)
        store.case_numbers("P1", pd.Series(["100"]))
        rest = {name: empty(table) for name, table in outputs().items()}
        basis = Basis(DIGESTS, made, "{}", b"rules")
        store.save_cycle("P1", Month(2025, 10), basis, rest, rest["copay_cases"], lambda *_: [])
        store.close()

        def ccm(*words: str) -> Result:
            return CliRunner().invoke(app, [*words, "--database", url, "--out", str(tmp_path)])

        return ccm

    return of


@pytest.fixture
def case(practice) -> Callable[..., Result]:
    ccm = practice()
    return lambda *words: ccm("case", NUMBER, *words)


def why(result: Result) -> str:
    assert isinstance(result.exception, InputError), result.output + repr(result.exception)
    return str(result.exception)


@pytest.mark.parametrize(
    "said", ["refused", *(pytest.param(one, marks=pytest.mark.slow) for one in ("disputes", "surprised"))]
)
def test_hardship_is_not_determined_of_whoever_never_said_that_they_cannot_pay(practice, said: str) -> None:
    ccm = practice(said)
    assert "a hardship determination is not open to this patient" in why(ccm("case", NUMBER, *DETERMINE))
    assert "percent off" not in ccm("case", NUMBER).output
    assert "the practice has no sliding-fee schedule" in why(ccm("case", NUMBER, *DETERMINE, "--kind", "sliding_fee"))


@pytest.mark.slow
def test_a_determination_is_a_move_of_the_history(case) -> None:
    assert case(*DETERMINE).exit_code == 0
    shown = case().output
    assert "2 moves" in shown
    assert "determine" in shown
    assert "hardship determination" in shown
    assert "granted, 100 percent off" in shown


@pytest.mark.slow
def test_a_determination_says_what_follows_and_keeps_what_it_rests_on(case) -> None:
    said = case(*DETERMINE)
    assert said.exit_code == 0, said.output
    assert "Hardship granted: 100 percent off" in said.output
    assert "$15,000.00 a year for 1 person is 96 percent of the HHS poverty guidelines 2025" in said.output
    words = " ".join(said.output.split())
    assert "It holds until 2026-10-12; resolve the case by it (reduced or waived), once it is on record that" in words
    assert "the patient was reached, the option was offered and it was applied for, and write the patient" in words
    assert "Still to be documented: the patient's own words, whether collection was tried" in said.output
    more = ("--words", "I live on my pension", "--collection", "tried", "--proof", "tax return of 2024",
            "--proof-date", "2025-04-15", "--seen-by", "S2")  # fmt: skip
    whole = case(*DETERMINE[:-1], "proof_seen", *more)
    assert "Still to be documented" not in whole.output
    shown = case().output
    assert shown.count("granted, 100 percent off") == 2, "nothing is overwritten"
    assert "asked on 2025-10-06; in the patient's words: I live on my pension; collection tried" in shown
    assert "shown: tax return of 2024 of 2025-04-15, seen by S2" in shown
    assert "not documented: the patient's own words" in shown
    assert "later than the determination" in why(case(*DETERMINE, "--requested", "2025-10-13"))
    assert "say whether collection was tried" in why(case(*DETERMINE, "--collection", "maybe"))
    assert "--seen-by: that identifier is in neither" in why(case(*DETERMINE, "--seen-by", "Cora"))


@pytest.mark.slow
def test_the_way_that_a_determination_names_leads_to_the_waiver(case) -> None:
    done = ("--by", "S1", "--date", "2025-10-12")
    assert case(*DETERMINE).exit_code == 0
    waived = ("resolve", "--outcome", "waived", *done)
    assert "put on record first that the patient was reached, the option was offered" in why(case(*waived))
    for step in (("contacted", "--note", "in_person"), ("offer", "--option", "hardship_determination"), ("apply",)):
        assert case(*step, *done).exit_code == 0
    assert "resolve the case by it (reduced or waived) and write" in " ".join(case(*DETERMINE).output.split())
    assert case(*waived).exit_code == 0


@pytest.mark.slow
def test_a_health_center_determines_by_its_schedule_whatever_was_said(practice) -> None:
    ccm = practice("refused", setting="fqhc")
    assert ccm("case", NUMBER, *DETERMINE, "--kind", "sliding_fee").exit_code == 0


def test_paid_needs_money_known_staff_and_every_payers_answer(practice, case, tmp_path: Path) -> None:
    paid = ("resolve", "--outcome", "paid", "--date", "2025-10-20")
    assert "--by: that identifier is in neither the staff" in why(case(*paid, "--by", "Cora", "--amount", "13.23"))
    assert "say how much was paid" in why(case(*paid, "--by", "S1"))
    assert case(*paid, "--by", "D1", "--amount", "13.23").exit_code == 0
    assert "$13.23" in case().output


@pytest.mark.slow
def test_a_payment_on_file_is_money_too(practice) -> None:
    ccm = practice(payments=[{"payment_date": "2025-10-15", "amount": 1323}])
    paid = ("case", NUMBER, "resolve", "--outcome", "paid", "--by", "S1", "--date", "2025-10-20")
    assert ccm(*paid).exit_code == 0


def test_nothing_is_paid_while_another_payer_has_not_answered(practice) -> None:
    ccm = practice("refused", ("medicare_part_b", "medigap"))
    paid = ("case", NUMBER, "resolve", "--outcome", "paid", "--by", "S1", "--date", "2025-10-20", "--amount", "13.23")
    assert "another payer on file has not answered" in why(ccm(*paid))


def test_the_second_who_decides_is_known_too(case) -> None:
    assert why(case(*DETERMINE, "--second", "Cora P")).startswith("--second: ")


def test_a_note_has_no_patient_in_it(practice) -> None:
    ccm = practice(patient={"first_name": "Cora", "last_name": "Pine", "phone": "937-555-0142"})
    told = ("case", NUMBER, "contacted", "--by", "S1", "--date", "2025-10-13", "--note")
    assert why(ccm(*told, "spoke with Mrs. Pine")).startswith("--note: a patient's name stands in the text")
    assert why(ccm(*told, "called (937) 555 0142")).startswith("--note: a patient's telephone number stands")
    assert "contact" not in ccm("case", NUMBER).output
    assert ccm(*told, "by_phone").exit_code == 0


@pytest.mark.slow
def test_a_line_of_the_list_is_refused_by_its_column_and_never_quoted(practice, tmp_path: Path) -> None:
    ccm, file = practice(), tmp_path / "list.csv"
    head = "case_number,revision,option,answer,answer_date,answered_by,note_code,answer_amount"

    def told(line: str) -> str:
        file.write_text(f"{head}\n{NUMBER},1,,{line}\n", "utf-8")
        result = ccm("cases", "import", str(file))
        assert "Cora" not in result.output
        assert "cora" not in result.output
        return result.output

    assert "line 2, C-000001: answered_by: that identifier" in told("paid,2025-10-20,Cora P,,13.23")
    assert "line 2, C-000001: note_code: that is none of" in told("reached,2025-10-20,S1,Cora angry,")
    assert "line 2, C-000001: answer: that word is none of" in told("Cora paid,2025-10-20,S1,,")
    assert "answer_date is no day" in told("reached,Cora's day,S1,,")
    assert "answer_amount is no amount" in told("paid,2025-10-20,S1,,Cora 5")
    assert "answer_amount is below nought" in told("paid,2025-10-20,S1,,-13.23")
    assert "answer_amount has parts of a cent" in told("paid,2025-10-20,S1,,13.235")
    assert "say how much was paid" in told("paid,2025-10-20,S1,,")
    assert "1 answer taken" in told("paid,2025-10-20,S1,by_phone,$13.23")


def test_a_determination_comes_back_in_the_list(practice, tmp_path: Path) -> None:
    ccm, file = practice(), tmp_path / "list.csv"
    head = "case_number,revision,option,answer,answer_date,answered_by,note_code"
    head += ",household,income,percent_off,requested_date,collection"

    def told(line: str) -> str:
        file.write_text(f"{head}\n{NUMBER},1,hardship_determination,determined,2025-10-13,S1,{line}\n", "utf-8")
        return ccm("cases", "import", str(file)).output

    assert "a determination needs household and income" in told("attested,,15000,,,")
    assert "say in note_code what the determination rests on" in told("by_phone,1,15000,,,")
    assert "household is no whole number" in told("attested,Cora,15000,,,")
    assert "collection: write tried or not_tried" in told("attested,1,15000,,,a little")
    assert "requested_date is no day" in told("attested,1,15000,,soon,")
    assert "1 answer taken" in told("attested,1,15000,50,2025-10-07,not_tried")
    shown = ccm("case", NUMBER).output
    assert "granted, 50 percent off" in shown
    assert "asked on 2025-10-07" in shown
    assert "1 were there already" in told("attested,1,15000,50,2025-10-07,not_tried")
    assert "the list is stale" in told("attested,2,15000,50,2025-10-07,not_tried")


@pytest.mark.slow
def test_a_refused_outcome_in_the_list_names_its_columns_and_no_option_of_a_command(practice, tmp_path: Path) -> None:
    ccm, file = practice(), tmp_path / "list.csv"
    head = "case_number,revision,option,answer,answer_date,answered_by,note_code,answer_amount"

    def told(revision: int, answer: str) -> str:
        file.write_text(f"{head}\n{NUMBER},{revision},,{answer},2025-10-20,S1,,\n", "utf-8")
        said = ccm("cases", "import", str(file)).output
        assert "--" not in said
        assert "ccm case " not in said
        return said

    by = ("--by", "S1", "--date", "2025-10-13")
    for words in (("contacted",), ("offer", "--option", "hardship_determination"), ("apply",)):
        assert ccm("case", NUMBER, *words, *by).exit_code == 0
    for answer in ("waived", "reduced"):
        assert "record it first (the answer 'determined', with household, income and note_code)" in told(4, answer)
    assert "how much was paid: answer_amount." in told(4, "paid")
    assert "how much was given back: answer_amount." in told(4, "refunded")
    assert ccm("case", NUMBER, *DETERMINE, "--percent", "50").exit_code == 0
    assert "resolve it as reduced" in told(5, "waived")


def test_what_is_typed_without_an_answer_is_told_and_so_are_a_stale_list_and_an_unknown_practice(
    practice, tmp_path: Path
) -> None:
    ccm, file = practice(), tmp_path / "list.csv"
    head = "case_number,revision,option,answer,answer_date,answered_by,note_code"
    file.write_text(f"{head}\n{NUMBER},1,,,2025-10-20,S1,\n", "utf-8")
    result = ccm("cases", "import", str(file))
    assert "list.csv, line 2: passed over: answer_date, answered_by filled in, and answer is empty" in result.output
    assert (result.exit_code, "0 answers taken, 0 were there already, 0 refused." in result.output) == (0, True)
    assert why(ccm("cases", "import", str(file), "--practice", "P7")).endswith("known are P1.")
    file.write_text(f"{head}\n{NUMBER},7,,reached,2025-10-20,S1,\n", "utf-8")
    said = " ".join(ccm("cases", "import", str(file)).output.split())
    assert "answer again on a new list, which ccm outreach writes." in said
    assert why(ccm("case", NUMBER, "dance", "--by", "S1")).count("determine") == 1


def test_neither_a_case_number_nor_an_option_that_is_none_is_quoted(practice, tmp_path: Path) -> None:
    ccm, file = practice(), tmp_path / "list.csv"
    lines = ["Cora Pine,1,,reached", f"{NUMBER},1,Cora Pine,offered", "C-99,1,,reached", "1,1,,reached"]
    head = "case_number,revision,option,answer,answer_date,answered_by,note_code"
    file.write_text("\n".join([head, *(f"{line},2025-10-20,S1," for line in lines)]) + "\n", "utf-8")
    said = ccm("cases", "import", str(file)).output
    assert "Cora" not in said
    assert "line 2, case_number: That is not a case number; write it as C-000123." in said
    assert f"line 3, {NUMBER}: that is no option; write one of stop_at_month_end" in said
    assert "line 4, C-000099: There is no case C-000099" in said
    assert "1 answer taken, 0 were there already, 3 refused." in said
    for words in (
        ("case", "Cora Pine"),
        ("case", NUMBER, "Cora Pine", "--by", "S1"),
        ("case", NUMBER, "offer", "--by", "S1", "--option", "Cora Pine"),
        ("case", NUMBER, "resolve", "--by", "S1", "--outcome", "Cora Pine"),
        ("case", NUMBER, "resolve", "--by", "S1", "--outcome", "paid", "--amount", "Cora Pine"),
        ("case", NUMBER, *DETERMINE, "--kind", "Cora Pine"),
        ("case", NUMBER, *DETERMINE, "--income", "-1"),
    ):
        assert "Cora" not in why(ccm(*words)), words


@pytest.mark.slow
def test_after_a_move_there_is_verdict_step_and_day_and_no_more(case) -> None:
    moved = case("contacted", "--by", "S1", "--date", "2025-10-08").output
    assert "1 attempt; 2 moves" in moved
    assert "Next by" in moved
    assert "History" not in moved
    shown = case().output
    assert "not available" in shown
    assert "413.89" not in shown
    assert "413.89" in case("--sources").output


def test_the_share_of_anybody_needs_no_month() -> None:
    result = CliRunner().invoke(app, ["share", "--setting", "office", "--code", "99490"])
    assert result.exit_code == 0 or "not loaded" in str(result.exception), result.output
    assert "Give a case number" not in str(result.exception)


@pytest.mark.slow
def test_every_verb_of_the_command_walks_the_case(case) -> None:
    by = ("--by", "S1", "--date", "2025-10-13")
    assert case("contacted", *by).exit_code == 0
    assert case("offer", *by, "--option", "hardship_determination").exit_code == 0
    assert case("apply", *by).exit_code == 0
    assert case(*DETERMINE).exit_code == 0
    assert "resolved" in case("resolve", *by, "--outcome", "waived").output
    assert case("reopen", *by).exit_code == 0
    assert "open" in case().output
    assert case("resolve", *by, "--outcome", "nothing_owed").exit_code == 0
    assert case("close", *by).exit_code == 0
    assert "closed" in case().output
    assert "possible is reopen" in why(case("contacted", *by))
