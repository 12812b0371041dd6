"""Faults while a month is run, each really done, and what was found once all was well again: `make fault-table`.

`python -m tests.faults.table flow disk` does these two kinds alone, `--patients 24` a smaller month, `--steps store`
one step only. A row says what was hurt at which step, what the product said then, and how the month came out
against one that nothing disturbed: rows of all tables that are missing or there twice, files that differ, mails lost or
sent twice. Exit code 1 where any of that is not nought.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from config.month import Month
from tasks.demo.write import write_demo_data
from tests.faults.databases import postgresql_restarted
from tests.faults.practices import three_of_ten_bad
from tests.faults.served import server_killed, worker_killed
from tests.faults.typed import MONTH, Desk, Row, disk_full, flow_killed
from tests.flows.mail_server import mail_server
from tests.flows.test_approval_server import Installation

KINDS: Mapping[str, Callable[[Desk], Iterator[Row]]] = {
    "flow": flow_killed,
    "worker": worker_killed,
    "server": server_killed,
    "postgresql": postgresql_restarted,
    "disk": disk_full,
    "practices": three_of_ten_bad,
}
NUMBERS = ("Rows", "Lost", "Twice", "Files otherwise", "Mails lost", "Mails twice", "Mails to ask about")
HEAD = ("What", "At step", "What was said then", *NUMBERS, "Finished after, s")


def asked(words: Sequence[str]) -> Namespace:
    """Which kinds, all where none is named; how many patients, and at which steps, all where none is."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[], metavar="|".join(KINDS))
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--steps", type=lambda given: given.split(","), default=(), metavar="STEP,STEP")
    given = parser.parse_args(words)
    given.kinds = given.kinds or list(KINDS)
    return given


def main() -> int:
    """Print one row for each fault, as Markdown; the number of rows in which something is lost or there twice."""
    given = asked(sys.argv[1:])
    print(machine())
    print(f"{given.patients} patients, {MONTH}\n\n{as_row(HEAD)}\n{as_row(['---'] * len(HEAD))}", flush=True)
    bad = 0
    for kind in given.kinds:
        if kind == "disk" and os.geteuid():
            print(as_row(["disk full", "", "not done: only root may mount a small disk", *[""] * 8]), flush=True)
            continue
        with tempfile.TemporaryDirectory() as name, mail_server() as (received, smtp):
            folder = Path(name)
            write_demo_data(folder / "source", given.patients, 1, 7, Month.parse(MONTH))
            server = Installation(folder)
            server.serve()
            try:
                for row in KINDS[kind](
                    Desk(folder, folder / "source", server.environment | smtp, received, given.steps)
                ):
                    print(line(row), flush=True)
                    bad += not row.found.clean
            finally:
                server.kill()
    print(f"\n{bad or 'None'} of them lost anything or did anything twice.")
    return int(bool(bad))


def machine() -> str:
    """On what it is run."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} processors, {memory:.0f} GiB"
    )


def line(row: Row) -> str:
    """It as Markdown."""
    found, said = row.found, row.said.replace("|", "/")
    numbers = (found.rows, found.lost, found.twice, found.files, found.mail_lost, found.mail_twice, found.mail_asked)
    return as_row([row.fault, row.step, said, *(f"{one:,}" for one in numbers), f"{row.seconds:.0f}"])


def as_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
