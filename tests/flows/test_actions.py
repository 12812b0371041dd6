"""What months teach, the whole way: made, carried over, answered by list and command, opened again; killed anywhere."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from config.month import Month
from flows.monthly_cycle import monthly_cycle
from flows.outreach import outreach
from tasks.action.desk import all_items
from tasks.action.machine import Item
from tasks.demo.write import write_demo_data
from tasks.store import open_store
from tests.days import practice_today
from tests.flows.test_month import content
from tests.flows.test_queries import filled
from tests.flows.typed import typed

pytestmark = pytest.mark.slow  # months from their files on
SEPTEMBER, OCTOBER = "2026-09", "2026-10"
SETTINGS = "defaults:\n  actions: {kinds: {consent_backlog: {at_least: 2}, hold_recurs: {at_least: 1}}}\n"


def run(place: Path, month: str) -> None:
    settings = str(place.parent / "settings.yaml")
    monthly_cycle(month=month, source=str(place.parent / "source"), out=str(place), settings=settings)


def without_consent(source: Path, patients: int) -> None:
    """No consent is on file of so many patients of one care manager."""
    people = pd.read_csv(source / "patients.csv", dtype=str)
    mine = people.loc[people["care_manager_id"] == people["care_manager_id"].mode()[0], "patient_id"][:patients]
    consents = pd.read_csv(source / "consents.csv", dtype=str, keep_default_na=False)
    consents[~consents["patient_id"].isin(mine)].to_csv(source / "consents.csv", index=False)


@pytest.fixture(scope="module")
def taught(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two decided months in which a few patients' consents were missing; all of them are on file beside."""
    folder = tmp_path_factory.mktemp("taught")
    write_demo_data(folder / "source", 24, 2, 5, Month(2026, 10), dirty=False)
    shutil.copy(folder / "source" / "consents.csv", folder / "all_consents.csv")
    without_consent(folder / "source", 6)
    (folder / "settings.yaml").write_text(SETTINGS, "utf-8")
    for month in (SEPTEMBER, OCTOBER):
        run(folder / "out", month)
    return folder


@pytest.fixture
def place(taught: Path, tmp_path: Path) -> Path:
    shutil.copytree(taught, tmp_path / "place")
    return tmp_path / "place" / "out"


def items(place: Path) -> dict[str, Item]:
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    with store.reading() as connection:
        found = {one.kind: one for one in all_items(connection, "P1")}
    store.close()
    return found


def moves(place: Path) -> list[tuple]:
    columns = "number, step, what, day, month, by, words, count, cents, cases, hit"
    with sqlite3.connect(place / "ccm.db") as connection:
        return connection.execute(f"SELECT {columns} FROM action_moves ORDER BY number, step").fetchall()


def listed(place: Path) -> list[dict[str, str]]:
    with (place / "P1" / "worklists" / "actions.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_carried_over_shown_and_unchanged_by_the_same_run_again(place: Path) -> None:
    backlog = items(place)["consent_backlog"]
    assert (backlog.state, backlog.months_seen, backlog.first_seen) == ("open", 2, SEPTEMBER)
    (row,) = [one for one in listed(place) if one["kind"] == "consent_backlog"]
    assert (row["first_month"], row["months_seen"], row["person"]) == (SEPTEMBER, "2", backlog.person)
    assert row["cases"].count("C-") == int(row["evidence"].split()[0])
    report = (place / "P1" / OCTOBER / "report.html").read_text("utf-8")
    assert "No consent that counts is on file" in report
    mail = next((place / "P1" / OCTOBER / "messages").glob(f"care_manager-worklist-{backlog.person}.eml"))
    assert "ACTION ITEM" in mail.read_text("utf-8")
    people = pd.read_csv(place.parent / "source" / "patients.csv", dtype=str)
    text = (place / "P1" / "worklists" / "actions.csv").read_text("utf-8")
    assert not [name for name in set(people["last_name"]) if name in text]

    before, kept = content(place / "P1"), moves(place)
    run(place, OCTOBER)
    assert content(place / "P1") == before
    run(place, SEPTEMBER)
    assert moves(place) == kept, "an older month again says nothing new either"
    assert typed("replay", "--month", OCTOBER, "--out", place).returncode == 0


def test_the_cause_gone_closes_it_and_back_again_opens_it(place: Path) -> None:
    shutil.copy(place.parent / "all_consents.csv", place.parent / "source" / "consents.csv")
    settings = place.parent / "settings.yaml"
    settings.write_text(SETTINGS.replace("actions: {", "actions: {gone_months: [{since: '2015-01', months: 1}], "))
    run(place, OCTOBER)
    closed = items(place)["consent_backlog"]
    assert (closed.state, closed.closed_by) == ("closed", "run")
    assert "Closed since the month before: A-" in (place / "P1" / OCTOBER / "report.html").read_text("utf-8")
    without_consent(place.parent / "source", 6)
    run(place, OCTOBER)
    back = items(place)["consent_backlog"]
    assert (back.state, back.number) == ("open", closed.number)
    assert [move[2] for move in moves(place) if move[0] == back.number][-4:] == ["seen", "close", "seen", "reopen"]


def test_closed_given_and_moved_by_command_and_by_list(place: Path, tmp_path: Path) -> None:
    def ccm(*words: str) -> str:
        done = typed("actions", *words, "--out", place)
        return done.stdout + done.stderr

    number = listed(place)[0]["action_number"]
    assert number in ccm()
    assert number in ccm("--for", listed(place)[0]["audience"])
    assert "no action item" in ccm("--for", "compliance")
    assert "'board' gets no action items" in ccm("--for", "board")
    saturday = practice_today() + timedelta(days=35 + (5 - practice_today().weekday()) % 7)
    soon = str(saturday + timedelta(days=2))
    assert f"due {soon}" in ccm("due", number, "--on", str(saturday), "--by", "B1"), "nobody works on a weekend"
    own = tmp_path / "closed.yaml"
    own.write_text(f"defaults: {{deadlines: {{closed_days: [{soon}]}}}}")
    moved = ccm("due", number, "--on", str(saturday), "--by", "B1", "--settings", str(own))
    assert f"due {saturday + timedelta(days=3)}" in moved, "nor on a day on which the practice is closed"
    assert f"due {soon}" in ccm("due", number, "--on", soon, "--by", "B1")
    assert "is open: operations, due" in ccm("assign", number, "--to", "Operations", "--by", "B1")
    (row,) = [one for one in listed(place) if one["action_number"] == number]
    assert (row["audience"], row["due_date"]) == ("operations", soon), "the list says so at once"
    assert "neither an audience" in ccm("assign", number, "--to", "Cora Pine", "--by", "B1")
    assert "not one that is over" in ccm("due", number, "--on", "2026-01-01", "--by", "B1")
    assert "there is no action item A-000999" in ccm("close", "A-999", "--why", "done", "--by", "B1")
    patient = pd.read_csv(place.parent / "source" / "patients.csv", dtype=str).iloc[0]
    refused = ccm("close", number, "--why", f"{patient['first_name']} {patient['last_name']} came", "--by", "B1")
    assert "--why" in refused
    assert str(patient["last_name"]) not in refused

    outreach(out=str(place), settings=str(place.parent / "settings.yaml"))
    book = place / "P1" / "worklists" / "actions.xlsx"
    assert load_workbook(book).worksheets[1].title == "How to answer"
    answers = {number: {"Answer": "close", "Answered by": "B1", "Why": "All consents are taken"}}
    filled(book, book, answers, "Action number")
    outreach(out=str(place), settings=str(place.parent / "settings.yaml"))
    saved = filled(book, tmp_path / "actions.xlsx", {}, "Action number")
    assert "1 answer taken, 0 were there already, 0 refused" in ccm("import", str(saved)), "what was typed was kept"
    assert "0 answers taken, 1 were there already, 0 refused" in ccm("import", str(saved))
    assert number not in ccm()
    assert [one["state"] for one in listed(place) if one["action_number"] == number] == ["closed"]
    states = {row[0]: row for row in load_workbook(book).active.iter_rows(values_only=True)}
    assert "closed" in states[number]
    assert "All consents are taken" in ccm("show", number)
    assert number in ccm("--all")
    stale = saved.with_suffix(".csv")
    stale.write_text("action_number,step,answer,answered_by,why\n" + "\n".join(
        f"{one['action_number']},{step},close,B1,done" for one, step in zip(listed(place)[1:2], ["1"], strict=False)
    ))  # fmt: skip
    if len(listed(place)) > 1:
        assert "the list is stale" in ccm("import", str(stale))


DIES = """
import os, sys
from flows import cli
from tasks.store import cycles, store

where = sys.argv.pop(1)
if where == "in it":
    save = cycles.save
    cycles.save = lambda *given: save(*given) and os._exit(9)
else:
    whole = store.Store.save_cycle
    store.Store.save_cycle = lambda *given: whole(*given) and os._exit(9)
cli.main()
"""


@pytest.mark.parametrize("where", ["in it", "after it"])
def test_killed_in_the_saving_of_a_month_or_after_it_nothing_is_lost(place: Path, tmp_path: Path, where: str) -> None:
    """What the run finds of queries and action items is there with the month or not at all; the next run has it all."""
    case = listed_holds(place)
    assert typed("query", "ask", case, "--about", "consent_date", "--by", "B1", "--out", place).returncode == 0
    shutil.copy(place.parent / "all_consents.csv", place.parent / "source" / "consents.csv")
    shutil.copytree(place.parent, tmp_path / "undisturbed")
    undisturbed = tmp_path / "undisturbed" / "out"
    run(undisturbed, OCTOBER)
    told = recorded(undisturbed)
    assert told != recorded(place)
    assert {"withdraw", "report"} <= {row[1] for row in told["query_moves"]}
    words = ["run", "--month", OCTOBER, "--source", place.parent / "source", "--out", place]
    words += ["--settings", place.parent / "settings.yaml"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    command = [sys.executable, "-c", DIES, where, *map(str, words)]
    clean |= {"PREFECT_HOME": str(tmp_path / "prefect")}
    quiet = subprocess.DEVNULL  # no pipe, for its server lives on until it is ended below
    process = subprocess.Popen(command, env=clean, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        assert process.wait(timeout=180) == 9
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if where == "after it":
        assert recorded(place) == told
    run(place, OCTOBER)
    assert recorded(place) == told


def listed_holds(place: Path) -> str:
    rows = pd.read_csv(place / "P1" / "worklists" / "holds.csv", dtype=str)
    return str(rows.loc[rows["rule"] == "consent_missing", "case_number"].iloc[0])


def recorded(place: Path) -> dict[str, list[tuple]]:
    with sqlite3.connect(place / "ccm.db") as connection:
        query = "SELECT number, what, day, source, words FROM query_moves ORDER BY number, id"
        return {"query_moves": connection.execute(query).fetchall(), "action_moves": moves(place)}
