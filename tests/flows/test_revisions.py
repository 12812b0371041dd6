"""An unchanged month changes nothing; a corrected one is a new revision that says what is decided otherwise."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import pytest

from config.month import Month
from flows.monthly_cycle import monthly_cycle
from tasks.demo.write import write_demo_data
from tests.flows.test_month import content

pytestmark = pytest.mark.usefixtures("prefect_server")
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
    names = ("check", "claim", "pull", "qualify", "route", "send", "store", "write")
    assert sorted(steps) == [(name, "P1", MONTH, 5, 5) for name in names]
    assert decided == [(len(rows(folder / "decisions.csv")), 1)]
    assert states == {1: "superseded", 2: "superseded", 3: "pending"}
