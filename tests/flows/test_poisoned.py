"""No cell of any table gets into Prefect or onto the terminal, whatever becomes of the run."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.contract import Table, inputs
from config.errors import FaultError
from config.month import Month
from tasks.demo.write import write_demo_data
from tasks.progress import no_cell_in_errors

MARKER = "Jamie-Doe-1947-03-09"
# By the practice's own identifier its runs, folders and artifacts are called; it names no patient.
CALLED_BY = {("practices", "practice_id")}
# A mistyped code stops the month whatever the settings say, so it is poisoned in a month that stops.
STOPS = {("other_services", "code")}


def poison(source: Path, table: Table, names: list[list[str]]) -> None:
    """The marker in the first row of the first names, in the second row of the second, and so on."""
    path = source / f"{table.table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    rows += [[""] * len(header)] * max(0, len(names) - len(rows))
    for at, columns in enumerate(names):
        rows[at] = [MARKER if name in columns else cell for name, cell in zip(header, rows[at], strict=True)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def columns_of(table: Table) -> list[str]:
    return [column.name for column in table.columns if (table.table, column.name) not in CALLED_BY]


@pytest.mark.slow
def test_no_cell_gets_into_prefect_or_onto_the_terminal(tmp_path: Path) -> None:
    """A month that stops at a poisoned row, for tables of each kind of column; months that set poisoned rows aside.

    Of each table about patients every column is poisoned alone, and all together.
    """
    clean = tmp_path / "clean"
    write_demo_data(clean, 24, 1, 5, Month(2026, 10), dirty=False)
    sources = []

    def spoiled(name: str, policy: str, alone: bool, *tables: str) -> None:
        sources.append(tmp_path / name)
        shutil.copytree(clean, sources[-1])
        (sources[-1] / "settings.yaml").write_text(
            f"defaults: {{unreadable_cells: {policy}, quarantine_limit_percent: 100}}\n"
        )
        for table in tables:
            names = [name for name in columns_of(inputs()[table]) if policy == "stop" or (table, name) not in STOPS]
            poison(sources[-1], inputs()[table], [[column] for column in names] if alone else [names])

    there = [name for name in inputs() if (clean / f"{name}.csv").is_file()]
    for table in ("practices", "patients", "coverages", "other_services", "time_entries"):
        spoiled(f"stop-{table}", "stop", False, table)
    for table in ("practices", "practitioners", "staff"):
        spoiled(f"reject-{table}", "reject", True, table)
    for alone in (True, False):
        spoiled(f"reject-alone-{alone}", "reject", alone, *there[3:])
    home = tmp_path / "home"
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    variables |= {
        "PREFECT_HOME": str(home),
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "ccm",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [sys.executable, "-m", "tests.flows.poisoned", str(tmp_path / "out"), *map(str, sources)]
    result = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=280)
    assert result.returncode == 0, result.stderr[-2000:]
    ends = dict(line.split(": ") for line in result.stdout.splitlines())
    assert list(ends) == [source.name for source in sources]
    assert ends["stop-patients"] == ends["stop-other_services"] == ends["stop-time_entries"] == "refused"
    assert ends["reject-alone-True"] == ends["reject-alone-False"] == "done"
    needle = MARKER.casefold().encode()
    kept = [str(path.relative_to(home)) for path in sorted(home.rglob("*")) if path.is_file()]
    assert any(name.endswith("prefect.db") for name in kept)
    assert [name for name in kept if needle in (home / name).read_bytes().lower()] == []
    terminal = (result.stdout + result.stderr).casefold()
    assert MARKER.casefold() not in terminal, [line for line in terminal.splitlines() if MARKER.casefold() in line][:3]


def test_a_fault_says_where_it_arose_and_nothing_of_the_row() -> None:
    with (
        pytest.raises(FaultError, match=r"KeyError at .*test_poisoned\.py:\d+ in test_a_fault") as caught,
        no_cell_in_errors(),
    ):
        raise KeyError(MARKER)
    assert MARKER not in str(caught.value)
    assert caught.value.__suppress_context__
