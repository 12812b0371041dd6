"""Shares and letters of a stored month, as a user asks for them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.contract import letter_outputs
from config.errors import InputError
from config.letters import VOICEMAIL, LetterRefusedError, letters
from config.month import Month
from flows.cli import app
from flows.letter import write_due_letters, write_letter
from flows.owed import list_shares, show_share, show_usual
from tasks.store.store import open_store
from tests.flows.letter_month import patient, store_month

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning"),  # outside of `ccm`, which says so
]
MONTH = Month(2026, 10)
CASES = [
    patient(said="cannot_pay", language="es"),
    patient("qmb", said="cannot_pay"),
    patient("medicaid", said="surprised"),
    patient(said="asks_to_stop"),
    {"staff": "3:00"},
    patient(said="cannot_pay", died="2026-10-25"),
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database of five patients' October, and the practice's settings for letters."""
    return store_month(tmp_path_factory.mktemp("letters"), CASES, MONTH)


@pytest.fixture
def write(stored: Path) -> Any:
    def one(case: str, kind: str, **more: Any) -> tuple[str, list[Path]]:
        given = more.pop("given", {})
        place = f"sqlite:///{stored / 'ccm.db'}"
        paths = write_letter(place, stored, case, kind, given, settings=stored / "settings.yaml", **more).paths
        return paths[-1].read_text("utf-8"), paths

    return one


def test_a_letter_in_the_patients_language_with_the_months_amounts(write: Any, stored: Path) -> None:
    text, paths = write("C-000001", "share_explained")
    assert [path.name for path in paths] == [f"C-000001-share_explained-es.{form}" for form in ("pdf", "html", "txt")]
    assert paths[0].parent == stored / "P1" / "2026-10" / "letters"
    for words in ("Rosa Ibáñez", "octubre de 2026", "$13.23", "$158.76", "$66.13", "$283.00", "937-555-0100"):
        assert words in text
    assert "20 por ciento" in " ".join(text.split())


def test_a_beneficiary_who_owes_nothing(write: Any) -> None:
    for kind in ("welcome", "share_explained", "refund"):
        text, _ = write("C-000002", kind)
        assert "$" not in text
        assert "QMB" in text
    for kind in ("reminder", "payment_plan", "options"):
        with pytest.raises(LetterRefusedError, match="owes nothing"):
            write("C-000002", kind, given={"balance_cents": 1323}, settled=True)


def test_what_is_not_known_yet_is_said_so_and_not_asked_for(write: Any) -> None:
    text = " ".join(write("C-000003", "welcome")[0].split())
    assert "We do not know your part yet" in text
    assert "not be more than $66.13 for one month" in text
    with pytest.raises(LetterRefusedError, match="not known yet"):
        write("C-000003", "reminder", given={"balance_cents": 1323})


def test_who_stops_gets_the_day_they_said_and_the_months_end(write: Any) -> None:
    text, _ = write("C-000004", "withdrawal")
    assert "On October 9, 2026" in text
    assert "October 31, 2026" in text


def test_somebody_without_a_claim_gets_the_usual_month(write: Any) -> None:
    assert "$13.23" in write("C-000005", "welcome")[0]


@pytest.mark.parametrize("kind", [*(one.name for one in letters().kinds), VOICEMAIL])
def test_nothing_is_written_to_the_dead(write: Any, stored: Path, kind: str) -> None:
    for call in (False, True):
        with pytest.raises(LetterRefusedError, match=r"C-000006: the letter .* the patient died on 2026-10-25 by the"):
            write("C-000006", kind, call=call, settled=True)
    assert not list(stored.rglob("C-000006*"))


def test_script_and_voicemail(write: Any) -> None:
    text, paths = write("C-000001", "welcome", call=True)
    assert paths[0].name == "C-000001-welcome-es-call.pdf"
    assert "$13.23" in text
    text, paths = write("C-000001", "voicemail")
    assert paths[0].name == "C-000001-voicemail-es.pdf"
    assert "$" not in text


@pytest.mark.slow
def test_letters_that_are_due_are_written_and_the_others_named(tmp_path: Path) -> None:
    stored = store_month(tmp_path, CASES, MONTH)
    rows = [
        ("C-000001", "savings_program", None), ("C-000001", "payment_plan", 3969), ("C-000002", "refund", None),
        ("C-000002", "reminder", 1323), ("C-000003", "reminder", 1323), ("C-000004", "hardship_application", None),
        ("C-000099", "refund", None), ("C-000004", "withdrawal", None), ("C-000006", "refund", None),
    ]  # fmt: skip
    due = pd.DataFrame(rows, columns=["case_number", "letter", "ask_cents"])
    due = due.assign(ask_cents=due["ask_cents"].astype("Int64"), due_date=pd.Timestamp("2026-11-20"))
    store = open_store(f"sqlite:///{stored / 'ccm.db'}")
    out = stored / "due"
    try:
        paths, refused = write_due_letters(store, "P1", due, stored / "settings.yaml", out)
        again, refused_again = write_due_letters(store, "P1", due, stored / "settings.yaml", out)
        due.loc[1, "ask_cents"] = 3000
        other, _ = write_due_letters(store, "P1", due, stored / "settings.yaml", out)
    finally:
        store.close()
    assert (again, refused_again) == ([], refused)
    assert [path.name for path in other] == [path.name for path in paths if "payment_plan" in path.name]
    assert [path.name for path in paths if path.suffix == ".pdf"] == [
        "C-000001-savings_program-es.pdf", "C-000001-payment_plan-es.pdf", "C-000002-refund-en.pdf",
        "C-000003-reminder-en.pdf", "C-000004-withdrawal-en.pdf",
    ]  # fmt: skip
    plan = (out / "P1/2026-10/letters/C-000001-payment_plan-es.txt").read_text("utf-8")
    assert plan.count("$10.00") == 3
    assert [sentence[:8] for sentence in refused[:2]] == ["C-000002", "C-000004"]
    assert refused[2].startswith("There is no case C-000099")
    assert refused[3].startswith("C-000006: the letter 'refund' is refused: the patient died on 2026-10-25")
    assert not any("Ibáñez" in sentence for sentence in refused)


def test_the_months_shares_as_a_list(stored: Path) -> None:
    console = Console(width=200, file=StringIO(), record=True)
    list_shares(console, f"sqlite:///{stored / 'ccm.db'}", stored, MONTH, None, stored / "settings.yaml")
    said = console.export_text()
    assert "P1: 1 never (qmb)" in said
    assert "P1: 3 share, $39.69 a month" in said
    assert "P1: 1 unknown (second_payer_unknown)" in said
    found = pd.read_csv(stored / "P1/2026-10/letters/patient_shares.csv")
    assert list(found.columns) == letter_outputs()["patient_shares"].names
    assert list(found["case_number"]) == ["C-000001", "C-000002", "C-000003", "C-000004", "C-000006"]


def test_one_patients_share_on_the_screen_names_nobody(stored: Path) -> None:
    console = Console(width=200, file=StringIO(), record=True)
    show_share(console, f"sqlite:///{stored / 'ccm.db'}", "C-000001", None, None, None)
    said = console.export_text()
    assert "C-000001, 2026-10: About $13.23 a month" in said
    assert "$66.13  at most, if nothing of the yearly deductible is paid yet" in said
    assert "Rosa" not in said


def test_anybodys_share_before_any_bill() -> None:
    console = Console(width=160, file=StringIO(), record=True)
    show_usual(console, MONTH, "office", "", {"99490": 1, "99439": 2}, None)
    said = console.export_text()
    assert "99490, 99439 x 2, office, 2026-10" in said
    part_b = next(line for line in said.splitlines() if "Part B alone" in line)
    assert part_b.count("$33.41") == 1
    assert "$0.00" in next(line for line in said.splitlines() if "QMB" in line)


def test_no_share_is_promised_where_the_practice_does_not_take_assignment(stored: Path, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("defaults: {claims: {accepts_assignment: false}}\n", "utf-8")
    console = Console(width=160, file=StringIO(), record=True)
    show_usual(console, MONTH, "office", "", {"99490": 1}, path)
    show_share(console, f"sqlite:///{stored / 'ccm.db'}", "C-000001", None, None, path)
    said = console.export_text()
    assert "not known" in next(line for line in said.splitlines() if "Part B alone" in line)
    assert "$0.00" in next(line for line in said.splitlines() if "QMB" in line)
    assert "C-000001, 2026-10: Unknown: the practice does not take assignment" in said
    assert "$13.23" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["share"], "Give a case number, or --month 2026-10"),
        (["share", "--month", "2026-10", "--setting", "office"], "Give the codes of a usual month"),
        (["share", "--month", "2026-10", "--setting", "office", "--code", "99439=x"], "no code with units"),
        (["share", "--month", "2026-10", "--setting", "office", "--code", "G0511"], "'G0511' is not billed in 2026-10"),
        (["letter", "C-1", "--kind", "reminder", "--day", "soon"], "--day: 'soon' is not a day"),
        (["letter", "C-1", "--kind", "reminder", "--amount", "12,5x"], "--amount is no amount"),
    ],
)
def test_what_is_typed_wrong_is_one_sentence(arguments: list[str], words: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*arguments, *(["--out", str(tmp_path)] if len(arguments) > 1 else [])])
    assert isinstance(result.exception, InputError)
    assert words in str(result.exception)
