"""The month as a user runs it: the `ccm` command in a process of its own, Prefect's embedded server included."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.contract import outputs

pytestmark = pytest.mark.slow  # processes and a server of its own; test_outreach looks at a month quickly
CCM = Path(sys.executable).with_name("ccm")
MONTH = "2026-10"


def ccm(*arguments: object, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(CCM), *map(str, arguments)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    variables |= {"PREFECT_HOME": str(home), "COLUMNS": "200"} | environment
    return subprocess.run(command, capture_output=True, text=True, env=variables, timeout=200)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    folder = tmp_path_factory.mktemp("month") / "source"
    assert ccm("demo-data", "--patients", 60, "--out", folder, home=home).returncode == 0
    return folder


@pytest.fixture(scope="module")
def out(source: Path, home: Path) -> Path:
    folder, log = source.parent / "out", {"CCM_LOG_JSON": str(source.parent / "logs" / "ccm.jsonl")}
    result = ccm("run", "--month", MONTH, "--source", source, "--out", folder, home=home, **log)
    assert result.returncode == 0, result.stderr
    assert "revision 1" in result.stdout
    assert f"Open {folder}/P1/{MONTH}/report.html" in result.stdout
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def every_file_is_there(folder: Path) -> None:
    """Each with the columns of the contract."""
    for table in outputs().values():
        with (folder / table.file).open(encoding="utf-8", newline="") as stream:
            assert next(csv.reader(stream)) == table.names
    assert {"report.html", "stakeholder.html", "codes.html", "data_quality.html", "messages"} <= {
        path.name for path in folder.iterdir()
    }


def test_every_file_is_there_with_the_columns_of_the_contract(out: Path, home: Path) -> None:
    every_file_is_there(out / "P1" / MONTH)
    documented = ccm("contract", "--outputs", home=home).stdout
    assert all(f"## {table.file}" in documented for table in outputs().values())


def test_one_case_is_explained_on_one_screen(out: Path, home: Path) -> None:
    with (out / "P1" / MONTH / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        held = next(row for row in csv.DictReader(stream) if row["outcome"] == "hold")
    result = ccm("explain", held["case_number"], "--out", out, home=home)
    assert result.returncode == 0, result.stderr
    assert held["case_number"] in result.stdout
    assert held["reason"].replace("_", " ") in result.stdout
    assert held["patient_id"] not in result.stdout
    unknown = ccm("explain", "C-999999", "--out", out, home=home)
    assert unknown.returncode == 2
    assert "C-999999" in unknown.stderr


def test_a_case_tells_which_of_its_rows_were_set_aside(out: Path, home: Path) -> None:
    with (out / "P1" / MONTH / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (out / "P1" / MONTH / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        cases = {row["patient_id"]: row["case_number"] for row in csv.DictReader(stream)}
    assert [row["case_number"] for row in rows] == [cases.get(row["patient_id"], "") for row in rows]
    row = next(row for row in rows if row["case_number"] and row["table"] == "time_entries")
    said = " ".join(ccm("explain", row["case_number"], "--out", out, home=home).stdout.split())
    assert f"Also set aside: time entry in {row['source_file']} line {row['source_line']}" in said
    assert row["reason"] in said
    assert row["fix"].rstrip(".") in said
    assert row["patient_id"] not in said


def test_nothing_in_prefects_database_names_a_patient(out: Path, source: Path, home: Path) -> None:
    """Parameters, run names, artifacts, logs and events of the runs above, searched as bytes."""
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        patients = list(csv.DictReader(stream))
    prefect = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"month-p1-2026-10" in prefect, "the summary artifact is in there"
    assert b"codes-office-2026-10" in prefect, "and so is that of the setting's codes"
    for patient in patients:
        for name in ("patient_id", "mrn", "phone", "address"):
            if patient[name] and len(patient[name]) > 4:
                assert patient[name].encode() not in prefect


def test_the_log_as_json_lines_names_the_cycle_and_nobody(out: Path, source: Path) -> None:
    text = (source.parent / "logs" / "ccm.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"at", "level", "message"} <= set.intersection(*map(set, lines))
    of_cycle = [line for line in lines if "cycle" in line]
    assert len({line["run"] for line in of_cycle}) == 1, "one correlation for the cycle"
    assert {(line["practice"], line["month"], line["cycle"]) for line in of_cycle} == {("P1", MONTH, f"P1/{MONTH}")}
    ended = {line["step"]: line for line in of_cycle if line.get("state") == "done"}
    assert {"check", "qualify", "store"} <= set(ended)
    assert all(line["seconds"] >= 0 and line["rows"] >= 0 for line in ended.values())
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        for patient in csv.DictReader(stream):
            for name in ("patient_id", "mrn", "last_name", "phone", "address", "birth_date", "medicare_id"):
                if len(patient.get(name) or "") > 4:
                    assert not re.search(rf"\b{re.escape(patient[name])}\b", text), name


def test_messages_name_nobody(out: Path, source: Path) -> None:
    folder = out / "P1" / MONTH
    pages = [*(folder / "messages").iterdir(), *folder.glob("*.html")]
    text = "\n".join(path.read_text("utf-8") for path in pages).replace("=\n", "")
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        for patient in csv.DictReader(stream):
            for name in ("patient_id", "mrn", "phone", "address", "birth_date"):
                if patient[name]:
                    assert patient[name] not in text, name
            whole = re.compile(rf"\b{re.escape(patient['last_name'])}\b.{{0,3}}\b{re.escape(patient['first_name'])}\b")
            assert not whole.search(text)


def test_rules_and_contract_print(home: Path) -> None:
    rules = ccm("rules", "--month", "2020-05", home=home)
    assert rules.returncode == 0
    assert "G2058 per 20 min" in rules.stdout
    assert "time_entries" in ccm("contract", home=home).stdout
