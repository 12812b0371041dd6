"""Many practices in one run: one after another, in two processes and on Dask, with SQLite and PostgreSQL.

`make scale` is 200 practices of 750 patients with a million time entries; `python -m tests.bench.scale --practices 10`
is a part of it. All rows are of one run of this script and the same source. What Prefect and everything else beside
the steps cost a practice is the difference to a run of one practice alone. The bound is what the processors could do:
the seconds they worked, divided by how many there are.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from config.month import Month
from tasks.demo.write import write_demo_data
from tasks.store.schema import step_runs
from tasks.store.store import open_store
from tests.bench.measure import whole_command
from tests.bench.month import ENTRIES_PER_PATIENT
from tests.bench.remittances import own_postgresql

MONTH = Month(2026, 10)
AIM = 2.0  # seconds beside the steps for a practice
READ, KEPT = "pull", "store"
RUNNERS = {
    "sequential": {},
    "2 processes": {"CCM_TASK_RUNNER": "processes", "CCM_TASK_WORKERS": "2"},
    "dask, 2 workers": {"CCM_TASK_RUNNER": "dask", "CCM_TASK_WORKERS": "2"},
}


@dataclass(frozen=True)
class Ran:
    """One `ccm run`: wall and processor seconds and peak memory of it and all it started, seconds of its steps."""

    wall: float
    processor: float
    peak_mib: int
    steps: float
    database: float


def main() -> None:
    """Print one row for each runner and database, and the aim beside what was reached."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--practices", type=int, default=200)
    parser.add_argument("--patients", type=int, default=750, help="of each practice")
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    print(f"Python {platform.python_version()}, {platform.machine()}, {cores} processors, {time.strftime('%Y-%m-%d')}")
    with tempfile.TemporaryDirectory() as folder, own_postgresql() as address:
        source = Path(folder) / "source"
        everybody, made = given.patients * given.practices, {"entries_per_patient": ENTRIES_PER_PATIENT, "dirty": False}
        write_demo_data(source, everybody, 1, 7, MONTH, practices=given.practices, **made)
        size = sum(1 for _ in (source / "time_entries.csv").open("rb")) - 1
        print(f"{given.practices:,} practices of {given.patients:,} patients, {size:,} time entries\n")
        head = ("seconds", "peak MiB", "database s", "processor s", "bound s", "x sequential")
        print(f"{'':30}" + "".join(f"{word:>13}" for word in head))
        for database in ("SQLite", "PostgreSQL"):
            first = None
            for runner, variables in RUNNERS.items():
                out = Path(folder) / f"{database}-{runner[:4]}"
                place = fresh(address, out.name) if database == "PostgreSQL" else f"sqlite:///{out / 'ccm.db'}"
                ran = run(source, out, place, variables)
                first = first or ran
                numbers = (ran.wall, ran.peak_mib, ran.database, ran.processor, ran.processor / cores)
                row = "".join(f"{number:13,.1f}" for number in numbers)
                print(f"{database + ', ' + runner:30}{row}{ran.wall / first.wall:13.2f}", flush=True)
                if runner == "sequential":
                    alone = run(source, out.with_name(f"{out.name}-1"), place_of(address, database, out), {}, "P1")
                    beside = ((ran.wall - ran.steps) - (alone.wall - alone.steps)) / max(1, given.practices - 1)
                    told = "reached" if beside <= AIM else "NOT reached"
                    print(f"{'  beside the steps, a practice':30}{beside:13.2f}   aim {AIM:.0f}: {told}", flush=True)


def place_of(address: str, database: str, out: Path) -> str:
    """The address of another empty database."""
    other = out.with_name(f"{out.name}-1")
    return fresh(address, other.name) if database == "PostgreSQL" else f"sqlite:///{other / 'ccm.db'}"


def fresh(address: str, name: str) -> str:
    """The address of a new database of that server."""
    called = "".join(letter for letter in name.lower() if letter.isalnum())
    engine = sa.create_engine(address.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {called}"))
    engine.dispose()
    return address.replace("/postgres?", f"/{called}?")


def run(source: Path, out: Path, database: str, variables: Mapping[str, str], practice: str = "") -> Ran:
    """The month by the command, as an operator's machine runs it."""
    command = ["run", "--month", MONTH, "--source", source, "--out", out]
    command += ["--practice", practice] if practice else []
    out.mkdir()
    took = whole_command(command, {"CCM_DATABASE_URL": database} | dict(variables))
    steps, kept = steps_of(database)
    return Ran(took.seconds, took.processor, took.peak_mib, steps, kept)


def steps_of(database: str) -> tuple[float, float]:
    """Seconds of all steps on record, and of those what the database took. Reading the source, which stands with every
    practice, is counted once: it is what the shortest pull takes at most."""
    store = open_store(database)
    c = step_runs.c
    seconds = sa.func.sum(c.seconds), sa.func.min(c.seconds), sa.func.count()
    with store.reading() as connection:
        rows = connection.execute(sa.select(c.step, *seconds).group_by(c.step))
        took = {name: total - (least * (count - 1) if name == READ else 0) for name, total, least, count in rows}
    store.close()
    return sum(took.values()), took.get(KEPT, 0.0)


if __name__ == "__main__":
    main()
