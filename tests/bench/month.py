"""Wall time and peak memory of a month by step, for 10 thousand, 100 thousand and a million time entries.

Run it with `make bench`, or `python -m tests.bench.month 10000 100000`. Everything measured has a process of its own.
Two yardsticks of the same run stand beside it: pandas reading the same time log, and DuckDB doing only the interval
union and the thresholds. It uses every core, and deciding little more than one: both ratios are printed, that of the
wall and that of the processors' seconds.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measure import BARE, KEPT, Measured, whole_command

SIZES = (10_000, 100_000, 1_000_000)
ENTRIES_PER_PATIENT = 20 / 3
AIMS = {
    "decide / DuckDB": 10.0,
    "decide / DuckDB, processor": 10.0,
    "check, s": 5.0,
    "whole month, s": 45.0,
    "whole month, MiB": 3072.0,
}


def main() -> None:
    """Print one table a size and the aims beside what was reached."""
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    print(f"Python {platform.python_version()}, {platform.machine()}, {time.strftime('%Y-%m-%d')}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            report(size, Path(folder))


def report(size: int, folder: Path) -> None:
    """Everything about one size."""
    from config.month import Month
    from config.rulebook import load_rulebook
    from tasks.demo.write import write_demo_data

    source, patients = folder / "source", round(size / ENTRIES_PER_PATIENT)
    write_demo_data(source, patients, 1, 7, Month(2026, 10), entries_per_patient=ENTRIES_PER_PATIENT)
    file = source / "time_entries.csv"
    with file.open("rb") as stream:
        entries = sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b"")) - 1
    yardsticks = {name: in_process("tests.bench.yardstick", name, str(file)) for name in ("pandas", "duckdb")}
    steps = in_process("tests.bench.steps", str(source), str(folder / "steps"))
    bare = steps.pop(BARE)
    month = ("run", "--month", "2026-10", "--source", source, "--out", folder / "out")
    whole = whole_command(month)
    print(f"\n{entries:,} time entries, {patients:,} patients, {file.stat().st_size / 2**20:.0f} MiB of time log\n")
    print(f"{'':34} {'seconds':>9} {'peak MiB':>9} {'x pandas read':>14}")
    base = yardsticks["pandas"]["read the time log"].seconds
    rows = {"yardstick: pandas reads the log": yardsticks["pandas"]["read the time log"]}
    rows["yardstick: DuckDB, union+thresholds"] = yardsticks["duckdb"]["union and thresholds"]
    rows |= steps
    rows["sum of the steps"] = Measured(
        sum(step.seconds for step in steps.values()), max(s.peak_mib for s in steps.values())
    )
    rows["whole `ccm run`, imports and server"] = whole
    for name, row in rows.items():
        print(f"{name:36} {row.seconds:7.2f} {row.peak_mib:9,} {row.seconds / base:14.1f}")
    thresholds = rows["yardstick: DuckDB, union+thresholds"]
    reached = {
        "decide / DuckDB": steps["decide"].seconds / thresholds.seconds,
        "decide / DuckDB, processor": steps["decide"].processor / thresholds.processor,
        "check, s": steps["check"].seconds,
        "whole month, s": whole.seconds,
        "whole month, MiB": float(whole.peak_mib),
    }
    rules = [rule for rule in load_rulebook(Month(2026, 10)).rules.values() if rule.topic not in (*KEPT, "scrub")]
    each = (steps["decide"].seconds - bare.seconds) / len(rules)
    print(f"{'each of the ' + str(len(rules)) + ' rules on a patient-month':36} {each:7.3f}")
    print()
    for name, aim in AIMS.items():
        print(
            f"{name:36} {reached[name]:9.1f}   aim {aim:,.0f}: {'reached' if reached[name] <= aim else 'NOT reached'}"
        )


def in_process(module: str, *arguments: str) -> dict[str, Measured]:
    """What a bench module measured in a fresh process."""
    environment = os.environ | {"PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore"}  # there is none in a bench
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return {name: Measured(*numbers) for name, numbers in json.loads(done.stdout.splitlines()[-1]).items()}


if __name__ == "__main__":
    main()
