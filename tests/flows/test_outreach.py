"""From a decided month to worked cases: worklist out, answers in, an 835 that leaves a share, the day's messages."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from rich.console import Console

from config.errors import InputError
from config.message_settings import MessageSettings
from config.settings import Delivery
from flows.case_answers import take_in_file
from flows.monthly_cycle import monthly_cycle
from flows.outreach import outreach
from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.send.mailbox import mailbox_page
from tasks.send.run_told import RunTold, compose_run
from tasks.store import case_work, open_store
from tasks.store.outbox import put_daily
from tests.days import calling_day, practice_today
from tests.flows.test_month import content, every_file_is_there
from tests.html import complaints, wrong
from tests.remit.answers import answer, paid
from tests.remit.billed import bill
from tests.send.conftest import Server, running, server

__all__ = ["running", "server"]

pytestmark = pytest.mark.slow

MONTH = "2026-10"
SETTINGS = "defaults:\n  cases: {balance_age_days: 0}\n"
DAY = practice_today()
TODAY = str(calling_day())


def rewritten(source: Path) -> list[str]:
    """The source with these answers: four patients on Medicare alone, one of them a QMB; their identifiers."""
    with (source / "coverages.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    ids = list(dict.fromkeys(row["patient_id"] for row in rows))[:4]
    kept = [row for row in rows if row["patient_id"] not in ids]
    for place, patient in enumerate(ids):
        own = dict.fromkeys(rows[0], "") | {"patient_id": patient, "start_date": "2020-01-01"}
        kept.append(own | {"coverage_id": f"X{place}", "priority": "1", "payer_kind": "medicare_part_b"})
        if place == 3:
            kept.append(own | {"coverage_id": "XQ", "priority": "2", "payer_kind": "qmb"})
    write(source / "coverages.csv", kept)
    said = ["cannot_pay", "refused", "asks_to_stop", "surprised"]
    answers = [
        {"response_id": f"R{n}", "patient_id": one, "response_date": "2026-10-09", "response": what, "recorded_by": ""}
        for n, (one, what) in enumerate(zip(ids, said, strict=True))
    ]
    write(source / "copay_responses.csv", answers)
    taken = {"payment_id": "Y1", "patient_id": ids[3], "payment_date": "2026-10-12", "amount": "13.23"}
    write(source / "patient_payments.csv", [taken | {"service_month": "2026-09", "method": "card"}])
    return ids


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


@pytest.fixture(scope="module")
def decided(prefect_server: None, clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice's source, settings, and the results of its decided month with four cases."""
    folder = tmp_path_factory.mktemp("outreach")
    shutil.copytree(clean, folder / "source")
    rewritten(folder / "source")
    (folder / "settings.yaml").write_text(SETTINGS, "utf-8")
    monthly_cycle(month=MONTH, source=str(folder / "source"), out=str(folder / "out"))
    return folder


@pytest.fixture
def place(decided: Path, tmp_path: Path) -> Path:
    """The results, to be changed."""
    shutil.copytree(decided, tmp_path / "place")
    return tmp_path / "place" / "out"


def sheet(out: Path) -> pd.DataFrame:
    return pd.read_excel(out / "P1" / "worklists" / "copay_cases.xlsx", dtype=str).set_index("Response", drop=False)


def answered(out: Path, name: str, **told: tuple[str, str, str]) -> Path:
    """The worklist as a person saved it: by response of the case its answer, day and note."""
    book = load_workbook(out / "P1" / "worklists" / "copay_cases.xlsx")
    page = book.active
    head = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        answer_, day, note = told.get(page.cell(row, head["Response"]).value, ("", "", ""))
        if answer_:
            cells = {"Answer": answer_, "Answer date": day, "Answered by": "S0001", "Note code": note}
            for heading, value in cells.items():
                page.cell(row, head[heading]).value = value
    path = out.parent / name
    book.save(path)
    return path


def taken_in(out: Path, path: Path) -> str:
    console = Console(record=True, width=300)
    take_in_file(console, f"sqlite:///{out / 'ccm.db'}", path, None, out, None)
    return console.export_text()


def cases(out: Path) -> pd.DataFrame:
    store = open_store(f"sqlite:///{out / 'ccm.db'}")
    with store.reading() as connection:
        found = case_work.known(connection, "P1")
    store.close()
    return found.set_index("case_number")


def test_a_month_leaves_every_file(decided: Path) -> None:
    every_file_is_there(decided / "out" / "P1" / MONTH)


def test_every_page_and_message_of_a_month_is_valid_html(decided: Path) -> None:
    store = open_store(f"sqlite:///{decided / 'out' / 'ccm.db'}")
    page = mailbox_page(*store.newest_messages())
    store.close()
    assert complaints(page) == []
    month = decided / "out" / "P1" / MONTH
    assert {path.name for path in month.glob("*.html")} == {
        "report.html", "stakeholder.html", "stakeholder_quality.html", "data_quality.html", "codes.html",
    }  # fmt: skip
    assert wrong(decided / "out") == {}


def test_every_workbook_of_a_month_has_a_frozen_header_and_a_filter(decided: Path) -> None:
    books = sorted((decided / "out").rglob("*.xlsx"))
    assert {"copay_cases.xlsx", "coverage_tasks.xlsx", "holds.xlsx"} <= {path.name for path in books}
    for path in books:
        sheet = load_workbook(path).worksheets[0]
        assert sheet.freeze_panes == "B2", path.name
        assert sheet.auto_filter.ref == sheet.dimensions, f"{path.name}: the filter is over the whole table"


def test_a_worklist_goes_out_is_filled_in_and_read_back(place: Path) -> None:
    first = sheet(place)
    assert set(first.index) == {"cannot_pay", "refused", "asks_to_stop", "surprised"}
    assert first.loc["surprised", "Option"] == "qmb_never_billed"
    assert first.loc["surprised", "Letter"] == "refund"
    of_month = pd.read_csv(place / "P1" / MONTH / "copay_cases.csv", dtype=str)
    assert "Escalated to" in first, "of today, and so on the worklist alone"
    assert "escalated_to" not in of_month
    assert first.loc["surprised", "Ask ($)"] == "0"
    assert first[["Last name", "First name", "Next step", "Due date"]].notna().all(axis=None)
    number = first["Case number"]

    path = answered(
        place,
        "answers.xlsx",
        cannot_pay=("applied", TODAY, "by_phone"),
        refused=("Waived", TODAY, ""),
        asks_to_stop=("withdrew", "10/12/2026", "in person"),
        surprised=("agreed", TODAY, ""),
    )
    said = taken_in(place, path)
    assert "2 answers taken, 0 were there already, 2 refused." in said
    assert f"{number['refused']}: A case that is open cannot be resolved as waived" in said
    assert f"{number['surprised']}: the patient is a Qualified Medicare Beneficiary and owes nothing" in said
    again = taken_in(place, path)
    assert "0 answers taken, 2 were there already, 2 refused." in again
    now = cases(place)
    assert now.loc[number["cannot_pay"], "stage"] == "application_pending"
    assert now.loc[number["asks_to_stop"], "outcome"] == "withdrew"

    stale = answered(place, "stale.xlsx", cannot_pay=("paid", TODAY, ""), refused=("reached", TODAY, ""))
    said = taken_in(place, stale)
    assert f"{number['cannot_pay']}: the list is stale: the case was at 1 when it was written and is at 4 now" in said
    assert "1 answer taken" in said

    outreach(out=str(place))
    assert set(sheet(place).index) == {"cannot_pay", "refused", "surprised"}
    before = content(place / "P1" / "worklists")
    (told,) = outreach(out=str(place))
    assert content(place / "P1" / "worklists") == before
    assert told["open"] == 3


@pytest.mark.slow
def test_an_835_that_left_a_share_opens_a_case_whose_amount_ties(place: Path) -> None:
    database = f"sqlite:///{place / 'ccm.db'}"
    store = open_store(database)
    number = sheet(place).loc["refused", "Case number"]
    bill(store, ("K1", "99490"), ("K2", "99490"))
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE claims SET case_number = ?", (number,))
    # The second was forwarded to a payer that has not answered: of that claim nothing is asked, of the first all.
    body = paid("K1") + "\n" + paid("K2", status="19", icn="ICN2")
    payee = pd.read_csv(place.parent / "source" / "practices.csv", dtype=str)["billing_npi"].iloc[0]
    posted = post(store, "a.835", answer(body, "94.84", payee=payee), DAY)
    assert posted.state == "posted"
    left = answers_of(store, "P1")["claim_balances"]
    store.close()
    outreach(out=str(place), settings=str(place.parent / "settings.yaml"))
    case = cases(place).loc[number]
    assert case["owed_cents"] == left.loc[~left["waiting"], "patient_cents"].sum() == 1210
    assert (case["option"], case["ask_cents"]) == ("explain_the_share", 1210)


@pytest.mark.slow
def test_the_day_is_told_once_and_names_nobody(place: Path) -> None:
    outreach(out=str(place))
    outreach(out=str(place))
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    told = [one for one in store.pending_messages("P1") if one.kind.startswith("outreach")]
    store.close()
    assert len({(one.audience, one.kind) for one in told}) == len(told) > 0
    people = pd.read_csv(place.parent / "source" / "patients.csv", dtype=str)
    words = "".join(map(str, told))
    for name in set(people["last_name"]) | set(people["phone"].dropna()):
        assert f" {name} " not in words
    alerts = pd.read_csv(place / "P1" / "worklists" / "compliance_alerts.csv")
    assert alerts["alert"].tolist() == ["qmb_paid"]


@pytest.mark.slow
def test_a_withdrawal_recorded_in_a_case_ends_counting_with_that_month(place: Path) -> None:
    first = sheet(place)
    answers = {"refused": ("withdrew", "2026-10-20", "by_phone"), "cannot_pay": ("applied", TODAY, "by_phone")}
    assert "2 answers taken" in taken_in(place, answered(place, "stop.xlsx", **answers))
    patient = cases(place).loc[first.loc["refused", "Case number"], "patient_id"]
    decided = pd.read_csv(place / "P1" / MONTH / "findings.csv", dtype=str)
    assert "asked_to_stop" not in set(decided.loc[decided["patient_id"] == patient, "rule"])
    source = place.parent / "source"
    (again,) = monthly_cycle(month=MONTH, source=str(source), out=str(place))
    assert again["changes"] == 0, "the month of the wish stands"
    of_month = pd.read_csv(place / "P1" / MONTH / "copay_cases.csv").set_index("case_number")
    worked = of_month.loc[first.loc["cannot_pay", "Case number"]]
    assert worked["stage"] == "application_pending", "a month that is run again tells what was done since"
    with (source / "time_entries.csv").open(encoding="utf-8", newline="") as stream:
        october = [row for row in csv.DictReader(stream) if MONTH in row["started_at"]]
    november = [{name: value.replace(MONTH, "2026-11") for name, value in row.items()} for row in october]
    november = [row | {"entry_id": f"{row['entry_id']}n"} for row in november if row["started_at"] < "2026-11-21"]
    assert patient in {row["patient_id"] for row in november}
    write(source / "time_entries.csv", [*october, *november])
    monthly_cycle(month="2026-11", source=str(source), out=str(place))
    later = pd.read_csv(place / "P1" / "2026-11" / "findings.csv", dtype=str)
    assert "asked_to_stop" in set(later.loc[later["patient_id"] == patient, "rule"])


def test_outreach_before_any_month_says_so(prefect_server: None, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no practice 'P9' in this database"):
        outreach(practice="P9", out=str(tmp_path / "out"))
    assert outreach(out=str(tmp_path / "out")) == []


def test_what_is_told_of_a_run_of_no_practice_leaves_with_the_day(
    prefect_server: None, tmp_path: Path, server: Server, running: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = RunTold("8dc8be29", "outreach", "outreach", "", "", "", "the disk is full", "http://127.0.0.1/runs/1")
    told = compose_run("failed", failed, {"": MessageSettings(operations="ops@maple.example")}, DAY)
    store = open_store(f"sqlite:///{tmp_path / 'ccm.db'}")
    with store.writing() as connection:
        put_daily(connection, told)
    store.close()
    for name, value in {"HOST": running.host, "PORT": str(running.port), "SECURITY": "none"}.items():
        monkeypatch.setenv(f"CCM_SMTP_{name}", value)
    outreach(out=str(tmp_path))
    assert server.recipients == ["ops@maple.example"]
