"""A stored month is decided again from what was kept of it; what if; one case explained and packed for an auditor."""

from __future__ import annotations

import csv
import re
import sqlite3
import stat
import subprocess
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from config.errors import InputError
from config.month import Month
from config.rulebook import RULES, load_rulebook
from config.rulebook_archive import archived, restored
from flows.replay import decide_again, replay_month, stored_frames, stored_months, suppose
from tasks.qualify.compare import differences, effect
from tasks.qualify.suppose import with_minutes
from tests.flows.test_month import ccm

MONTH = Month(2026, 10)
pytestmark = [
    pytest.mark.slow,  # whole months, decided and stored
    pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning"),  # outside of `ccm`, which says so
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    folder = tmp_path_factory.mktemp("replay")
    assert ccm("demo-data", "--patients", 300, "--out", folder / "source", home=home).returncode == 0
    settings = folder / "settings.yaml"
    settings.write_text("defaults: {choose_family: simplest}\n", "utf-8")
    ran = ccm(
        "run", "--month", MONTH, "--source", folder / "source", "--out", folder, "--settings", settings, home=home
    )
    assert ran.returncode == 0, ran.stderr
    return folder


@pytest.fixture(scope="module")
def database(out: Path) -> str:
    return f"sqlite:///{out / 'ccm.db'}"


def said(act, *arguments: object, **more: object) -> tuple[str, object]:
    console = Console(width=200, file=StringIO(), record=True)
    result = act(console, *arguments, **more)
    return console.export_text(), result


def nobody_named(text: str, out: Path) -> None:
    with (out / "source" / "patients.csv").open(encoding="utf-8", newline="") as stream:
        for patient in csv.DictReader(stream):
            for name in ("patient_id", "last_name", "mrn", "phone", "address"):
                if len(patient[name]) > 4:
                    assert not re.search(rf"\b{re.escape(patient[name])}\b", text), name


@pytest.mark.parametrize("month", ["2015-01", "2019-06", "2023-05", "2025-07", "2026-10"])
def test_a_rulebook_comes_back_as_it_was(month: str) -> None:
    book = load_rulebook(Month.parse(month))
    again = restored(archived(book))
    assert again == book
    assert again.digest == book.digest
    assert again.chronic == book.chronic
    assert again.reference.fingerprint == book.reference.fingerprint


def test_a_month_decided_by_another_policy_replays_the_same(out: Path, home: Path) -> None:
    before = (out / "ccm.db").stat().st_size
    result = ccm("replay", "--month", MONTH, "--out", out, home=home)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("\n") == 1
    assert "the same to the last byte" in result.stdout
    assert "rows of the time ledger; rulebook" in result.stdout
    assert result.stderr == ""
    assert (out / "ccm.db").stat().st_size == before
    nobody_named(result.stdout, out)


def test_its_own_rulebook_decides_after_the_rules_have_changed(database: str, out: Path, monkeypatch) -> None:
    import flows.replay as module

    other = load_rulebook(MONTH)
    numbers = dict(other.numbers) | {"coinsurance_percent": 25}
    monkeypatch.setattr(
        module, "load_rulebook", lambda month: restored(archived(replaced(other, numbers=numbers, digest="changed")))
    )
    text, same = said(replay_month, database, MONTH, "P1")
    assert same
    assert "the same to the last byte" in text
    text, same = said(replay_month, database, MONTH, "P1", "current")
    assert same, "what is asked to differ is no fault"
    assert re.search(r"patients' shares.*\+\$", text)
    assert re.search(r"C-\d{6}.*→", text)
    nobody_named(text, out)


def test_a_draft_of_the_practice_says_what_it_would_change(out: Path, home: Path, tmp_path: Path) -> None:
    text = (RULES / "families" / "staff.yaml").read_text("utf-8")
    (tmp_path / "families").mkdir()
    draft = tmp_path / "families" / "staff.yaml"
    draft.write_text(text.replace("first_minutes: 20", "first_minutes: 39"), "utf-8")
    result = ccm("replay", "--month", MONTH, "--out", out, "--rulebook", tmp_path, home=home)
    assert result.returncode == 0, result.stderr
    assert re.search(r"C-\d{6}.*→", result.stdout)
    assert f"of {tmp_path}" in " ".join(result.stdout.split())
    nobody_named(result.stdout, out)
    draft.write_text(text.replace("first_minutes", "first_minute"), "utf-8")
    result = ccm("replay", "--month", MONTH, "--out", out, "--rulebook", tmp_path, home=home)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "staff.yaml" in result.stderr
    assert "first_minute" in result.stderr


def replaced(book, **values):
    from dataclasses import replace

    return replace(book, **values)


def test_a_stored_decision_that_was_altered_is_found(out: Path, home: Path, tmp_path: Path) -> None:
    altered = tmp_path / "altered.db"
    with sqlite3.connect(out / "ccm.db") as old, sqlite3.connect(altered) as new:
        old.backup(new)
        new.execute("UPDATE decisions SET outcome = 'bill', reason = '' WHERE outcome = 'hold'")
    result = ccm("replay", "--month", MONTH, "--database", f"sqlite:///{altered}", home=home)
    assert result.returncode == 5
    assert "came out otherwise than stored" in result.stdout
    assert re.search(r"decisions .*C-\d{6} ccm .*outcome .*bill .*hold", result.stdout)
    nobody_named(result.stdout, out)


def test_a_name_that_differs_is_not_shown(database: str) -> None:
    for store, cycle, _ in stored_months(database, MONTH, "P1"):
        stored = stored_frames(store, cycle)
        again = stored | {"claim_lines": stored["claim_lines"].assign(last_name="Altered")}
        found = differences(stored, again)
        assert set(found["column"]) == {"last_name"}
        assert set(found["again"]) == {"(not shown)"}
        turned = stored | {"findings": stored["findings"].iloc[::-1]}
        assert differences(stored, turned)["column"].tolist() == ["(order)"]
        fewer = differences(stored, stored | {"candidates": stored["candidates"].iloc[1:]})
        assert fewer[["column", "stored", "again"]].to_numpy().tolist() == [["(row)", "there", "missing"]]


def test_another_policy_shows_codes_and_shares(database: str, out: Path) -> None:
    text, _ = said(replay_month, database, MONTH, None, policy="highest_allowed")
    assert re.search(r"99487 +│ +0 │ +[1-9]", text)
    assert re.search(r"expected .*\+\$", text)
    nobody_named(text, out)
    with pytest.raises(InputError, match="'dearest' is not a policy; write one of highest_allowed, simplest"):
        said(replay_month, database, MONTH, None, policy="dearest")


def test_more_minutes_never_bill_less(database: str) -> None:
    for store, cycle, basis in stored_months(database, MONTH, "P1"):
        stored, book = stored_frames(store, cycle), restored(basis.rulebook)
        from config.settings import stored_settings

        settings, expected = stored_settings(basis.settings), []
        for minutes in (1, 3, 10, 20):
            tables = with_minutes(dict(basis.tables), stored["decisions"], minutes, MONTH, book)
            found = effect(stored, decide_again(store, cycle, tables, book, settings))
            added = len(tables["time_entries"]) - len(basis.tables["time_entries"])
            assert added == stored["decisions"]["minutes_missing"].notna().sum()
            expected.append((found.outcomes["after"]["bill"], found.amounts["after"]["expected"]))
            assert found.outcomes["before"].sum() == found.outcomes["after"].sum()
            assert found.outcomes["before"]["short"] >= found.outcomes["after"]["short"]
        assert expected == sorted(expected)
        assert expected[-1] > (found.outcomes["before"]["bill"], found.amounts["before"]["expected"])


def test_what_if_writes_nothing_and_names_nobody(database: str, out: Path) -> None:
    before = (out / "ccm.db").read_bytes()
    text, _ = said(suppose, database, MONTH, None, to="apcm")
    assert re.search(r"G0557 +│ +0 │ +[1-9]", text)
    assert re.search(r"99490 +│ +[1-9]\d* │ +0", text)
    assert "Patients whose share rises" in text
    nobody_named(text, out)
    assert (out / "ccm.db").read_bytes() == before
    for arguments, wrong in (
        ({}, "Say what to suppose"),
        ({"to": "xyz"}, "'xyz' is no program of 2026-10"),
        ({"to": "rpm"}, "stands in the place of no other"),
    ):
        with pytest.raises(InputError, match=wrong):
            said(suppose, database, MONTH, None, **arguments)
    with pytest.raises(InputError, match="There is no decided 2026-09 in this database"):
        said(suppose, database, MONTH.previous, None, to="apcm")


def held_case(out: Path) -> str:
    with (out / "P1" / str(MONTH) / "findings.csv").open(encoding="utf-8", newline="") as stream:
        return next(row["case_number"] for row in csv.DictReader(stream) if row["outcome"] == "hold")


def test_explain_tells_each_part(out: Path, home: Path) -> None:
    folder, case = out / "P1" / str(MONTH), held_case(out)
    text = ccm("explain", case, "--out", out, home=home).stdout
    findings, decisions = (pd.read_csv(folder / f"{name}.csv", dtype="str") for name in ("findings", "decisions"))
    for row in findings[findings["case_number"] == case].fillna("").to_dict("records"):
        for part in ("words", "numbers", "source", "fix"):
            assert row[part] in text
    for row in decisions[decisions["case_number"] == case].fillna("").to_dict("records"):
        assert all(row[part] in text for part in ("codes", "service_date", "rulebook_digest"))
    nobody_named(text, out)
    page = out / "case.html"
    assert ccm("explain", case, "--out", out, "--html", page, home=home).returncode == 0
    nobody_named(page.read_text("utf-8"), out)


def test_the_packet_holds_everything_and_only_its_owner_reads_it(out: Path, home: Path) -> None:
    case, page = held_case(out), out / "packet.html"
    result = ccm("audit-packet", case, "--month", MONTH, "--results", out, "--out", page, home=home)
    assert result.returncode == 0, result.stderr
    nobody_named(result.stdout + result.stderr, out)
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text("utf-8")
    assert "This page holds patient data." in text
    assert not re.search(r"(src|href)=\"(?!#)", text), "it needs nothing from elsewhere"
    ledger = pd.read_csv(out / "P1" / str(MONTH) / "time_ledger.csv", dtype="str")
    decisions = pd.read_csv(out / "P1" / str(MONTH) / "decisions.csv", dtype="str")
    patient = decisions.loc[decisions["case_number"] == case, "patient_id"].iloc[0]
    mine = ledger[ledger["patient_id"] == patient]
    assert len(mine)
    assert all(entry in text for entry in mine["entry_id"])
    staff = pd.read_csv(out / "source" / "staff.csv", dtype="str").set_index("staff_id")
    for performer in set(mine["performer_id"]) & set(staff.index):
        assert f"{staff['name'][performer]}, {staff['credential'][performer]}" in text
    for heading in ("Consents", "Care plans", "Visits", "Coverages", "Stays", "The rules that were asked", "Rulebook"):
        assert heading in text
    assert load_rulebook(MONTH).digest in text
    for rule in load_rulebook(MONTH).topic("eligibility"):
        if not rule.programs or "ccm" in rule.programs:
            assert rule.words.split("'")[0] in text
    assert re.search(r"decided the month as revision \d+ did", text), "whose fingerprints they are"


@pytest.mark.parametrize("command", [("explain",), ("audit-packet", "--out", "never.html")])
def test_an_unknown_case_is_said_in_one_sentence(command: tuple[str, ...], database: str, home: Path) -> None:
    result: subprocess.CompletedProcess[str] = ccm(*command, "C-999999", "--database", database, home=home)
    assert result.returncode == 2
    assert "There is no case C-999999" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not Path("never.html").exists()
