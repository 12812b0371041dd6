"""Ten practices of which three are bad: seven are done as ever, and a rerun does only what was missing."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from config.errors import UserError
from config.month import Month
from flows.monthly_cycle import monthly_cycle
from tasks.demo.write import write_demo_data
from tasks.store.month_life import DECIDED
from tasks.store.status import statuses
from tasks.store.store import open_store
from tests.flows.refusal import edit
from tests.flows.test_month import content

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow, pytest.mark.timeout(900)]
MONTH = Month(2026, 10)
BAD = ("P2", "P5", "P8")


def kept(out: Path) -> dict[str, tuple[str, int, int]]:
    """Of each practice the month's state, revision and number of messages."""
    store = open_store(f"sqlite:///{out / 'ccm.db'}")
    with store.reading() as connection:
        found = {one.practice_id: one.last for one in statuses(connection, month=MONTH)}
    told = {name: len(store.newest_messages(name)[0]) for name in found}
    store.close()
    return {name: (move.state, move.revision, told[name]) if move else ("open", 0, 0) for name, move in found.items()}


def test_three_bad_practices_stop_no_other_and_a_rerun_does_what_was_missing(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    write_demo_data(source, 120, 1, 5, MONTH, dirty=False, practices=10)
    sound = tmp_path / "sound"
    shutil.copytree(source, sound)
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        practice = {row["patient_id"]: row["practice_id"] for row in csv.DictReader(stream)}
    everybody = sorted(set(practice.values()))
    assert len(everybody) == 10

    def spoil(rows: list[dict[str, str]]) -> None:
        for row in rows:
            if practice[row["patient_id"]] in ("P2", "P8"):
                row["program"] = "nonsense"

    edit(source, "time_entries", spoil)
    line = next(n for n, name in enumerate(practice.values()) if name == "P5")
    edit(source, "patients", lambda rows: rows[line].update(birth_date="in spring"))
    with pytest.raises(UserError, match=r"^P2: .*program_unknown|^P2, .*program_unknown"):
        monthly_cycle(month=str(MONTH), source=str(source), out=str(out))
    good = [name for name in everybody if name not in BAD]
    first = kept(out)
    assert {name for name, (state, *_) in first.items() if state == DECIDED} == set(good)
    assert "patients.csv" in (out / "unreadable.csv").read_text("utf-8")
    files = {name: content(out / name / str(MONTH)) for name in good}
    assert not any((out / name / str(MONTH)).exists() for name in BAD)

    done = monthly_cycle(month=str(MONTH), source=str(sound), out=str(out))
    assert {one["practice_id"] for one in done if one["new"]} == set(BAD)
    again = kept(out)
    assert {name: again[name] for name in good} == {name: first[name] for name in good}, "nothing twice"
    assert {again[name][:2] for name in BAD} == {(DECIDED, 1)}
    assert {name: content(out / name / str(MONTH)) for name in good} == files
