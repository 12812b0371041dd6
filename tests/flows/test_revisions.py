"""An unchanged month changes nothing; a corrected one is a new revision that says what is decided otherwise."""

from __future__ import annotations

import csv
import sqlite3
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from config.month import Month
from flows.monthly_cycle import monthly_cycle
from flows.replay import replay_month
from tasks.demo.write import write_demo_data
from tests.flows.test_month import content

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow]
MONTH = "2026-10"


def revision(source: Path, out: Path) -> tuple[int, bool]:
    (summary,) = monthly_cycle(month=MONTH, source=str(source), out=str(out))
    return summary["revision"], summary["new"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_correction_and_its_taking_back_are_two_more_revisions(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    write_demo_data(source, 40, 1, 5, Month(2026, 10), dirty=False)
    folder = out / "P1" / MONTH
    assert revision(source, out) == (1, True)
    first = content(folder)
    assert revision(source, out) == (1, False)
    assert content(folder) == first

    patient = next(row["patient_id"] for row in rows(folder / "decisions.csv") if row["outcome"] == "bill")
    plans = source / "care_plans.csv"
    before = plans.read_text("utf-8")
    kept = [line for line in before.splitlines(keepends=True) if f",{patient}," not in line]
    plans.write_text("".join(kept), "utf-8")
    assert revision(source, out) == (2, True)
    changes = {(row["patient_id"], row["field"]): (row["before"], row["after"]) for row in rows(folder / "changes.csv")}
    assert changes[patient, "outcome"] == ("bill", "hold")
    assert {patient_id for patient_id, _ in changes} == {patient}
    assert revision(source, out) == (2, False)
    assert rows(folder / "changes.csv"), "the changes of the revision stay when nothing else changes"

    plans.write_text(before, "utf-8")
    assert revision(source, out) == (3, True)
    back = {(row["patient_id"], row["field"]): (row["before"], row["after"]) for row in rows(folder / "changes.csv")}
    assert back == {key: (after, old) for key, (old, after) in changes.items()}
    with sqlite3.connect(out / "ccm.db") as database:
        assert database.execute("SELECT revision FROM cycles ORDER BY id").fetchall() == [(1,), (2,), (3,)]
        states = dict(database.execute("SELECT revision, state FROM messages GROUP BY revision").fetchall())
        steps = database.execute(
            "SELECT step, practice_id, month, count(*), count(DISTINCT run_id) FROM step_runs GROUP BY 1, 2, 3"
        ).fetchall()
        decided = database.execute("SELECT DISTINCT rows, seconds > 0 FROM step_runs WHERE step = 'qualify'").fetchall()
    names = ("cases", "check", "claim", "cover", "pull", "qualify", "route", "send", "store", "write")
    assert sorted(steps) == [(name, "P1", MONTH, 5, 5) for name in names]
    assert decided == [(len(rows(folder / "decisions.csv")), 1)]
    assert states == {1: "superseded", 2: "superseded", 3: "pending"}


@pytest.mark.slow  # the month five times over, and a replay
@pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning")  # the replay stands outside of a flow, which says so
def test_a_claim_offered_under_one_practitioner_is_not_offered_under_another_too(tmp_path: Path) -> None:
    """Whose claim went out nobody here knows: the month waits, run after run, until the list says it was taken back."""
    source, out = tmp_path / "source", tmp_path / "out"
    write_demo_data(source, 40, 1, 5, Month(2026, 10), dirty=False)
    folder = out / "P1" / MONTH
    assert revision(source, out) == (1, True)
    patient = next(row["patient_id"] for row in rows(folder / "superbill.csv") if row["program"] == "ccm")
    offered = [row for row in rows(folder / "superbill.csv") if row["patient_id"] == patient]

    doctors = [row["practitioner_id"] for row in rows(source / "practitioners.csv")]
    (own,) = {row["practitioner_id"] for row in rows(source / "patients.csv") if row["patient_id"] == patient}
    other = next(doctor for doctor in doctors if doctor != own)
    change(source / "patients.csv", patient, practitioner_id=other)
    for table in ("consents", "visits", "medical_decisions"):  # all in order for the new one
        change(source / f"{table}.csv", patient, practitioner_id=other)
    assert revision(source, out) == (2, True)
    assert decision(folder, patient) == ("hold", "offered_under_another_practitioner", other)
    assert not [row for row in rows(folder / "superbill.csv") if row["patient_id"] == patient]
    assert revision(source, out) == (2, False), "an unchanged month changes nothing"
    assert decision(folder, patient)[0] == "hold"
    assert replayed(out), "what was seen of earlier runs is kept with the month"

    services = source / "other_services.csv"
    lines = [{**row, "withdrawn": ""} for row in rows(services)]
    names = [*services.read_text("utf-8").splitlines()[0].split(","), "withdrawn"]
    nothing = dict.fromkeys(names, "") | {"billed_by": "same_practice", "withdrawn": "true", "patient_id": patient}
    for number, line in enumerate(offered):
        of_line = {"code": line["code"], "npi": line["rendering_npi"], "service_date": line["service_date"]}
        lines += [nothing | of_line | {"service_id": f"O-{number}"}]
    write(services, lines)
    assert revision(source, out) == (3, True)
    assert decision(folder, patient) == ("bill", "", other)
    assert revision(source, out) == (3, False)


def change(path: Path, patient: str, **cells: str) -> None:
    write(path, [row | cells if row["patient_id"] == patient else row for row in rows(path)])


def write(path: Path, lines: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def decision(folder: Path, patient: str) -> tuple[str, str, str]:
    (row,) = [one for one in rows(folder / "decisions.csv") if (one["patient_id"], one["program"]) == (patient, "ccm")]
    return row["outcome"], row["reason"], row["practitioner_id"]


def replayed(out: Path) -> bool:
    console = Console(width=200, file=StringIO())
    return replay_month(console, f"sqlite:///{out / 'ccm.db'}", Month.parse(MONTH), "P1")
