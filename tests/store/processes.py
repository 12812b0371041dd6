"""Start workers on one database and let them loose together."""

from __future__ import annotations

import subprocess
import sys


def start(job: str, url: str) -> subprocess.Popen[str]:
    """A worker that has opened the database and waits for `go`."""
    command = [sys.executable, "-m", "tests.store.worker", job, url]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def go(worker: subprocess.Popen[str]) -> None:
    """Let the worker begin."""
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()


def together(job: str, url: str, count: int = 2) -> list[str]:
    """What that many workers, started at once, each printed."""
    workers = [start(job, url) for _ in range(count)]
    for worker in workers:
        go(worker)
    printed = [worker.communicate(timeout=60)[0].strip() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * count
    return printed
