"""Start workers on one database and let them loose together.

They are forked from one process that has imported what they need: to start Python anew costs seconds each.
"""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from tests.store import worker

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.store.worker"])


@dataclass(frozen=True)
class Worker:
    """Another process, and the line to it."""

    process: ForkServerProcess
    line: Connection

    def said(self, seconds: float = 60) -> str:
        """The next thing that it says."""
        assert self.line.poll(seconds), "the worker says nothing"
        return str(self.line.recv())

    def kill(self) -> None:
        """It is dead, whatever it was at."""
        self.process.kill()
        self.process.join()


def start(job: str, url: str) -> Worker:
    """A worker that has opened the database and waits for `go`."""
    mine, its = FORKS.Pipe()
    process = FORKS.Process(target=worker.work, args=(job, url, its), daemon=True)
    process.start()
    its.close()
    started = Worker(process, mine)
    assert started.said() == "ready"
    return started


def go(started: Worker) -> None:
    """Let the worker begin."""
    started.line.send("go")


def together(job: str, url: str, count: int = 2) -> list[str]:
    """What that many workers, started at once, each said."""
    workers = [start(job, url) for _ in range(count)]
    for one in workers:
        go(one)
    told = [one.said() for one in workers]
    for one in workers:
        one.process.join(60)
    assert [one.process.exitcode for one in workers] == [0] * count
    return told
