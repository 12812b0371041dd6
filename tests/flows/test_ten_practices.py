"""Ten practices of which three are bad: seven are done, each fault is told, and a rerun does only what is missing."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.errors import UserError
from config.month import Month
from flows.monthly_cycle import monthly_cycle
from tasks.demo.write import write_demo_data
from tasks.send.board import board_markdown
from tasks.store.store import Store, open_store
from tests.faults.found import TABLES_OF_RUNS, TIMED, Rows
from tests.flows.conftest import Heard
from tests.flows.refusal import MONTH, edit
from tests.flows.test_month import content

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.usefixtures("prefect_server")]
NAMES = [f"P{number}" for number in range(1, 11)]
BAD = ["P3", "P6", "P9"]


def spoil(source: Path, settings: Path) -> Callable[[], None]:
    """Three of ten practices are bad: a cell, rows, settings. What is returned mends all three."""
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        practice = {row["patient_id"]: row["practice_id"] for row in csv.DictReader(stream)}
    assert set(practice.values()) == set(NAMES)
    born = {table: (source / f"{table}.csv").read_bytes() for table in ("patients", "time_entries")}
    line = list(practice.values()).index("P3")
    edit(source, "patients", lambda rows: rows[line].update(birth_date="in spring"))
    edit(source, "time_entries", lambda rows: [row.update(program="nonsense") for row in rows
                                               if practice[row["patient_id"]] == "P6"])  # type: ignore[func-returns-value]  # fmt: skip
    settings.write_text("practices: {P9: {choose_famly: simplest}}\n", "utf-8")

    def mend() -> None:
        for table, text in born.items():
            (source / f"{table}.csv").write_bytes(text)
        settings.write_text("practices: {}\n", "utf-8")

    return mend


def test_three_bad_ones_of_ten_stop_no_other_and_a_rerun_does_the_three(tmp_path: Path, heard: Heard) -> None:
    source, out, settings = tmp_path / "source", tmp_path / "out", tmp_path / "settings.yaml"
    write_demo_data(source, 60, 1, 5, Month(2026, 10), dirty=False, practices=10)
    mend = spoil(source, settings)
    given = {"month": MONTH, "source": str(source), "out": str(out), "settings": str(settings)}

    with pytest.raises(UserError) as caught:
        monthly_cycle(**given)
    told = "\n".join([str(caught.value), *heard.said])
    for words in ("column birth_date", "program_unknown", "choose_famly"):
        assert words in told
    reports = {name: out / name / MONTH / "report.html" for name in NAMES}
    assert [name for name in NAMES if not reports[name].exists()] == BAD
    store = open_store(f"sqlite:///{out / 'ccm.db'}")
    assert stopped_on_the_board(store, out, settings) == {name: name in BAD for name in NAMES}

    mend()
    heard.records.clear()
    done = monthly_cycle(**given, which="missing")
    assert [one["practice_id"] for one in done] == BAD
    left = next(line for line in heard.said if line.startswith("left out"))
    assert [name for name in NAMES if f"{name} (2026-10 is decided)" in left] == [n for n in NAMES if n not in BAD]
    assert all(path.exists() for path in reports.values())
    assert stopped_on_the_board(store, out, settings) == dict.fromkeys(NAMES, False)
    assert [store.latest(name, Month(2026, 10)).revision for name in NAMES] == [1] * 10  # type: ignore[union-attr]
    store.close()


def stopped_on_the_board(store: Store, out: Path, settings: Path) -> dict[str, bool]:
    """Every practice that has a row on the board, and whether it says that the last run stopped."""
    rows = [line.split(" | ") for line in board_markdown(store, Month(2026, 10), out, settings).splitlines()[4:]]
    return {row[0].removeprefix("| "): "last run stopped" in row[1] for row in rows if row[0].startswith("| P")}


def test_bad_rows_of_one_practice_leave_the_others_files_and_revisions_as_they_are(tmp_path: Path) -> None:
    """A patient that cannot be read takes with him rows in which no practice stands; a word is in no list."""
    source, out = tmp_path / "source", tmp_path / "out"
    write_demo_data(source, 24, 1, 5, Month(2026, 10), dirty=False, practices=3)
    born = {path: path.read_bytes() for path in source.glob("*.csv")}
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        theirs = [row["patient_id"] for row in csv.DictReader(stream) if row["practice_id"] == "P3"]

    def spoilt(rows: list[dict[str, str]]) -> None:
        mine = [row for row in rows if row["patient_id"] in theirs]
        mine[0]["program"], mine[-1]["duration_seconds"] = "nonsense", "a while"

    edit(source, "time_entries", spoilt)
    edit(source, "patients", lambda rows: next(row for row in rows if row["patient_id"] == theirs[0]).update(
        birth_date="in spring"))  # fmt: skip
    settings = tmp_path / "settings.yaml"
    settings.write_text("practices: {P1: {unreadable_cells: reject}, P3: {unreadable_cells: reject}}\n", "utf-8")
    given = {"month": MONTH, "source": str(source), "out": str(out), "settings": str(settings)}

    def kept(name: str) -> tuple[dict[str, bytes], Rows]:
        return content(out / name / MONTH), rows_of(f"sqlite:///{out / 'ccm.db'}", name)

    first = monthly_cycle(**given)
    before = {name: kept(name) for name in ("P1", "P2", "P3")}
    assert all(len(rows["cycle_inputs"]) for _, rows in before.values())
    for path, text in born.items():
        path.write_bytes(text)
    second = monthly_cycle(**given)
    assert [one["revision"] for one in first + second] == [1, 1, 1, 1, 1, 2]
    assert kept("P3") != before["P3"]
    for name in ("P1", "P2"):
        files, rows = kept(name)
        assert files == before[name][0]
        assert rows == before[name][1]


def rows_of(url: str, practice: str) -> Rows:
    """The practice's rows in every table, without moments, numbers that the database gives, and the fingerprint of the
    source as a whole."""
    engine, found = sa.create_engine(url), {}
    mine = {
        "practice_id": f"= '{practice}'",
        "cycle_id": f"IN (SELECT id FROM cycles WHERE practice_id = '{practice}')",
    }
    with engine.connect() as connection:
        for table in set(sa.inspect(engine).get_table_names()) - TABLES_OF_RUNS:
            names = [one["name"] for one in sa.inspect(engine).get_columns(table)]
            by = next((name for name in mine if name in names), None)
            wanted = ", ".join(f'"{name}"' for name in names if name not in TIMED | {"id", "input_digest"})
            if by:
                rows = connection.execute(sa.text(f"SELECT {wanted} FROM {table} WHERE {by} {mine[by]}"))
                found[table] = Counter(tuple(map(str, row)) for row in rows)
    engine.dispose()
    return found
