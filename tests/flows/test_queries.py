"""A question of billing the whole way: hold, question, care manager's list, answer, next run, billing told, closed."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from config.deadlines import working_days_after
from flows.answer_query import answer_query
from flows.cli import app
from flows.monthly_cycle import monthly_cycle
from flows.outreach import outreach
from tasks.query.desk import all_queries
from tasks.query.machine import Query
from tasks.store import open_store
from tasks.store import queries as stored
from tests.days import practice_today
from tests.flows.test_outreach import write

pytestmark = pytest.mark.slow

MONTH = "2026-10"
TODAY = practice_today()


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def decided(prefect_server: None, clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decided month: all time of two patients waits for approval, and of a third no consent is on file."""
    folder = tmp_path_factory.mktemp("queries")
    shutil.copytree(clean, folder / "source")
    out = folder / "out"
    monthly_cycle(month=MONTH, source=str(folder / "source"), out=str(out))
    ready = [row for row in read(out / "P1" / MONTH / "decisions.csv") if row["outcome"] == "bill"]
    ready = [row["patient_id"] for row in ready if row["program"] == "ccm"][:3]
    shutil.rmtree(out)
    entries = read(folder / "source" / "time_entries.csv")
    for row in entries:
        row |= {"source": "offline", "approved": ""} if row["patient_id"] in ready[:2] else {}
    write(folder / "source" / "time_entries.csv", entries)
    consents = read(folder / "source" / "consents.csv")
    (folder / "taken.txt").write_text(next(row["consent_date"] for row in consents if row["patient_id"] == ready[2]))
    write(folder / "source" / "consents.csv", [row for row in consents if row["patient_id"] != ready[2]])
    write(folder / "all_consents.csv", consents)
    monthly_cycle(month=MONTH, source=str(folder / "source"), out=str(out))
    return folder


@pytest.fixture
def place(decided: Path, tmp_path: Path) -> Path:
    """The results, to be changed."""
    shutil.copytree(decided, tmp_path / "place")
    return tmp_path / "place" / "out"


@pytest.fixture
def ccm(place: Path) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, ["query", *words, "--out", str(place)], env={"COLUMNS": "220"})
        assert result.exit_code in (0, 2) or isinstance(result.exception, Exception), result.output
        return result

    return run


def holds(place: Path, rule: str) -> pd.DataFrame:
    rows = pd.read_csv(place / "P1" / "worklists" / "holds.csv", dtype=str, keep_default_na=False)
    return rows[rows["rule"] == rule].reset_index(drop=True)


def queries(place: Path) -> dict[int, Query]:
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    with store.reading() as connection:
        found = {one.number: one for one in all_queries(connection, "P1")}
    store.close()
    return found


def outcome(place: Path, case: str) -> str:
    rows = pd.read_csv(place / "P1" / MONTH / "decisions.csv", dtype=str)
    return str(rows.loc[(rows["case_number"] == case) & (rows["program"] == "ccm"), "outcome"].iloc[0])


def run_again(place: Path) -> dict:
    (done,) = monthly_cycle(month=MONTH, source=str(place.parent / "source"), out=str(place))
    return done


def messages(place: Path, kind: str) -> list[str]:
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    found = [f"{one.subject}\n{one.text}" for one in store.pending_messages("P1") if one.kind.startswith(kind)]
    store.close()
    return found


def filled(path: Path, to: Path, lines: dict[str, dict[str, str]], key: str) -> Path:
    """The list as a person saved it, these cells filled in by case or query."""
    book = load_workbook(path)
    page = book.worksheets[0]
    head = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        for heading, value in lines.get(page.cell(row, head[key]).value, {}).items():
            page.cell(row, head[heading]).value = value
    book.save(to)
    return to


@pytest.mark.slow
def test_from_the_list_of_holds_to_the_lifted_hold_and_the_one_that_stands(place: Path, ccm, tmp_path: Path) -> None:
    held = holds(place, "time_unapproved")
    first, second = held["case_number"]
    assert outcome(place, first) == outcome(place, second) == "hold"
    asks = {"Ask": "note_approved", "Asked by": "B1"}
    listed = place / "P1" / "worklists" / "holds.xlsx"
    assert load_workbook(listed).worksheets[1].title == "How to ask"
    book = filled(listed, tmp_path / "asked.xlsx", {first: asks, second: asks}, "Case number")
    assert "2 questions asked, 0 answers taken, 0 were there already, 0 refused" in ccm("import", str(book)).output
    assert "0 questions asked, 0 answers taken, 2 were there already" in ccm("import", str(book)).output
    assert {one.state for one in queries(place).values()} == {"asked"}

    outreach(out=str(place))
    assert {one.state for one in queries(place).values()} == {"told"}
    assert sum(text.count("to answer") for text in messages(place, "queries-")) >= 1
    assert "Q-000001" in "".join(messages(place, "queries-"))
    mine = queries(place)[1].asked_to
    own = place / "P1" / "worklists" / f"queries_{mine}.xlsx"
    assert load_workbook(own).worksheets[1].title == "How to answer"
    people = pd.read_csv(place.parent / "source" / "patients.csv", dtype=str)
    for name in set(people["last_name"]) | set(people["phone"].dropna()):
        assert f" {name} " not in "".join(messages(place, "queries"))

    said = {"Answer date": str(TODAY), "Answered by": mine}
    answers = {"Q-000001": said | {"Answer": "yes"}, "Q-000002": said | {"Answer": "No"}}
    files = sorted((place / "P1" / "worklists").glob("queries_*.xlsx"))
    books = [filled(path, tmp_path / path.name, answers, "Query number") for path in files]
    told = "".join(ccm("import", str(book)).output for book in books)
    assert told.count("answers taken") == len(books)
    assert [one.answer for one in queries(place).values()] == ["yes", "no"]
    assert all("0 answers taken" in ccm("import", str(book)).output for book in books), "twice is no harm"

    run_again(place)
    assert outcome(place, first) == "bill"
    assert outcome(place, second) != "bill"
    one, two = queries(place)[1], queries(place)[2]
    assert (one.state, one.result) == ("closed", "the hold is lifted")
    assert two.state == "closed"
    (billing,) = (text for text in messages(place, "month") if "QUESTIONS TO THE CARE TEAM" in text)
    assert "the hold is lifted" in billing
    assert not list((place / "P1" / "worklists").glob("queries_*.xlsx")), "nothing is left to answer"
    history = ccm("show", "Q-000001").output
    assert [word for word in ("ask", "tell", "answer", "accept", "close") if f"  {word} " not in history] == []
    assert history.count("  tell ") == 1, "by whichever messages"

    replayed = CliRunner().invoke(app, ["replay", "--month", MONTH, "--out", str(place)])
    assert replayed.exit_code == 0, replayed.output
    run_again(place)
    assert outcome(place, first) == "bill", "the answer goes on counting"
    assert len(queries(place)) == 2


@pytest.mark.slow
def test_what_belongs_in_the_source_is_closed_once_a_run_finds_it_there(place: Path, ccm) -> None:
    case = holds(place, "consent_missing")["case_number"].iloc[0]
    day = (place.parent / "taken.txt").read_text()
    assert "Q-000001" in ccm("ask", case, "--about", "consent_date", "--by", "B1").output
    assert "is open already" in ccm("ask", case, "--about", "consent_date", "--by", "B1").output
    by = queries(place)[1].asked_to
    assert ccm("answer", "Q-1", "--answer", "yes", "--detail", day, "--by", by).exit_code == 0
    run_again(place)
    assert queries(place)[1].state == "answered", "the list of consents does not have it yet"
    assert outcome(place, case) == "hold"
    shutil.copy(place.parent / "all_consents.csv", place.parent / "source" / "consents.csv")
    run_again(place)
    assert outcome(place, case) == "bill"
    assert queries(place)[1].result == "confirmed in the source; the hold is lifted"


@pytest.mark.slow
def test_unanswered_is_escalated_and_billing_asks_again(place: Path, ccm) -> None:
    case = holds(place, "time_unapproved")["case_number"].iloc[0]
    ccm("ask", case, "--about", "note_approved", "--by", "B1")
    long_ago = TODAY - timedelta(days=10)
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE query_moves SET day = ?", (str(long_ago),))
    store.close()
    (done,) = outreach(out=str(place))
    assert (done["queries"], done["queries_overdue"]) == (1, 1)
    assert queries(place)[1].state == "escalated"
    assert any("nobody answered, operations looks after it" in text for text in messages(place, "queries"))
    (passed,) = (text for text in messages(place, "queries") if "1 question that nobody answered" in text)
    assert "Q-000001: was due" in passed
    assert f"asked {queries(place)[1].asked_to}" in passed
    assert case not in passed, "operations get no case numbers"
    outreach(out=str(place))
    assert [text for text in messages(place, "queries") if "that nobody answered" in text] == [passed]
    assert ccm("show", "Q-000001").output.count("  pass_on ") == 1
    by = queries(place)[1].asked_to
    assert ccm("answer", "Q-1", "--answer", "not_known", "--by", by).exit_code == 0
    assert "is asked" in ccm("again", "Q-1", "--question", "Who supervised that day?", "--by", "B1").output
    assert (queries(place)[1].round, queries(place)[1].answer) == (2, "")
    assert working_days_after(date(2026, 11, 27), 3) == date(2026, 12, 2)


@pytest.mark.slow
def test_answered_in_the_ui_without_a_text_and_without_a_patient(place: Path, ccm) -> None:
    case = holds(place, "time_unapproved")["case_number"].iloc[0]
    ccm("ask", case, "--about", "note_approved", "--by", "B1")
    shown = answer_query.parameters.properties
    assert shown["answered"]["enum"] == ["yes", "no", "not_known"]
    assert not set(shown) & {"note", "question", "patient_id", "case"}
    by = queries(place)[1].asked_to
    assert answer_query(query="Q-000001", answered="yes", answered_by=by, out=str(place)) == "Q-000001: answered"
    assert answer_query(query="Q-000001", answered="yes", answered_by=by, out=str(place)) == "Q-000001: answered"


@pytest.mark.slow
def test_what_cannot_be_taken_is_refused_by_line_and_the_rest_goes_in(place: Path, ccm, tmp_path: Path) -> None:
    first, second = holds(place, "time_unapproved")["case_number"]
    for case in (first, second):
        ccm("ask", case, "--about", "note_approved", "--by", "B1")
    by = queries(place)[1].asked_to
    head = "query_number,round,case_number,month,answer,detail,answer_date,answered_by,note"
    lines = [
        f"Q-000009,1,{first},{MONTH},yes,,{TODAY},{by},",
        f"Cora Pine,1,{first},{MONTH},yes,,{TODAY},{by},",
        f"Q-000001,7,{first},{MONTH},yes,,{TODAY},{by},",
        f"Q-000001,1,{first},{MONTH},Cora Pine,,{TODAY},{by},",
        f"Q-000001,1,{first},{MONTH},yes,,{TODAY + timedelta(days=1)},{by},",
        f"Q-000002,1,{second},{MONTH},yes,,{TODAY},Cora Pine,",
    ]
    file = tmp_path / "answers.csv"

    def told(*some: str) -> str:
        file.write_text("\n".join([head, *some]) + "\n", "utf-8")
        return ccm("import", str(file)).output

    good = f"Q-000001,1,{first},{MONTH},Y,,{TODAY:%m/%d/%Y},{by.lower()},"
    assert "line 2: there is no query Q-000009; see queries.csv." in told(lines[0])
    assert "line 2: that is no query; write it as Q-000012" in told(lines[1])
    assert "line 2: the list is stale: it was asked again since" in told(lines[2])
    assert "line 2: answer: write one of yes, no, not_known" in told(lines[3])
    assert "is yet to come" in told(lines[4])
    said = told(lines[5], lines[0], good)
    assert "line 2: answered_by: that identifier is in neither the staff nor the practitioners" in said
    assert "1 answer taken, 0 were there already, 2 refused" in said
    assert "Cora" not in told(*lines)
    every = told(f"Q-000002,1,{second},{MONTH},perhaps,,soon,nobody,")
    assert "answer: write one of yes" in every
    assert "; known are " in every
    assert "; answer_date: say when it was answered, as 2026-10-20." in every
    assert "1 were there already" in told(good)
    assert "it was answered yes on" in told(good.replace(",Y,", ",N,"))
    both = told(f"Q-000002,1,{second},{MONTH},yes,,{TODAY},{by},", f"Q-000002,1,{second},{MONTH},no,,{TODAY},{by},")
    assert both.count("two lines of the list answer it, and not alike; leave one.") == 2
    assert queries(place)[2].state == "asked"


def test_a_question_whose_kind_is_not_written_is_told(place: Path, ccm, tmp_path: Path) -> None:
    first = holds(place, "time_unapproved")["case_number"].iloc[0]
    listed = place / "P1" / "worklists" / "holds.xlsx"
    book = filled(listed, tmp_path / "asked.xlsx", {first: {"Question": "Was it?", "Asked by": "B1"}}, "Case number")
    said = ccm("import", str(book)).output
    assert "passed over: question, asked_by filled in, and ask is empty; write it." in said
    assert "0 questions asked" in said


def test_a_question_that_cannot_be_asked_is_refused(place: Path, ccm) -> None:
    case = holds(place, "time_unapproved")["case_number"].iloc[0]

    def why(*words: str) -> str:
        return str(ccm("ask", *words, "--by", "B1").exception)

    assert "--about: that is no kind of question" in why(case, "--about", "Cora Pine")
    refused = why(case, "--about", "consent_missing")
    assert "'consent_missing' is a rule; the kind of question that clears it up is consent_date." in refused
    assert "There is no case C-000999" in why("C-999", "--about", "note_approved")
    assert "needs its own words" in why(case, "--about", "other")
    assert "nothing in that month waits for an answer of the kind 'consent_date'" in why(
        case, "--about", "consent_date"
    )
    assert "no time entry of the case" in why(case, "--about", "activity_clinical", "--entry", "E-none")
    assert "name the time entry" in why(case, "--about", "activity_clinical")
    assert "longer than" in why(case, "--about", "other", "--question", "x" * 400)
    assert "no query" in str(ccm("answer", "Q-9", "--answer", "yes", "--by", "S1").exception)
    assert queries(place) == {}
    assert stored.query_number(" q-000012 ") == 12
