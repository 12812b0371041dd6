"""Practices one after another or, where CCM_TASK_RUNNER says so, side by side: on Dask, or in processes here.

Each practice is one task with its own share of what was read, so it is decided as it would be alone.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ProcessPoolTaskRunner
from sqlalchemy.engine import URL

from config.environment import from_environment
from config.errors import InputError, PlaceError
from config.month import Month
from config.rulebook import load_rulebook
from flows.checked_month import day_there
from flows.practice_month import practice_month
from flows.prefect_api import server_of_this_run
from tasks.progress import Taken
from tasks.pull.step import Source
from tasks.store.engine import database_of, parse
from tasks.store.step import Place, month_alone, open_place

DASK, PROCESSES, SEQUENTIAL = "dask", "processes", "sequential"
ADDRESSED = ("tcp://", "tls://")
ANSWERS_WITHIN = 20.0  # seconds for a scheduler to be reached
HERE = ("127.0.0.1", "localhost", "::1")

Run = Callable[[str], dict[str, Any]]


class Where(NamedTuple):
    """From what another process opens the same place; the database's address may be empty, as in the flow, and then it
    is that of the process's own environment, which has to be the same one."""

    out: str
    database: str
    settings: str
    by: str
    known_by: str  # the digest of the address that the flow opened; Prefect keeps parameters, so not the address

    def opened(self) -> Place:
        """The place; PlaceError, before anything is made or written, where it would be another database."""
        if digest_of(parse(from_environment(self.database or database_of(Path(self.out))))) != self.known_by:
            raise PlaceError(
                "A Dask worker has another database than the run that asks it; give every worker the very "
                "CCM_DATABASE_URL of the run."
            )
        return open_place(self.out, self.database, self.settings, self.by)


def digest_of(url: URL) -> str:
    """By what a database is told from others, without user and password; a file by where it lies."""
    file = url.drivername == "sqlite" and url.database and url.database != ":memory:"
    database = os.path.realpath(str(url.database)) if file else url.database
    parts = (url.drivername, url.host, url.port, database, url.query.get("host"), url.query.get("port"))
    return sha256(repr(parts).encode()).hexdigest()


def run_alone(pulled: Source, practice_id: str, month: Month, place: Place, reading: Sequence[Taken]) -> dict[str, Any]:
    """The practice's month, which is this run's alone meanwhile."""
    with month_alone(place, practice_id, month, day_there(pulled, practice_id), reading) as mine:
        return practice_month(pulled, practice_id, month, load_rulebook(month), mine)


@task(name="a practice's month", task_run_name="the month of {practice_id}", cache_policy=NO_CACHE)
def month_elsewhere(share: Source, practice_id: str, month: str, where: Where, reading: list[Taken]) -> dict[str, Any]:
    """The same in a process that has only the practice's share of the source."""
    place = where.opened()
    try:
        return run_alone(share, practice_id, Month.parse(month), place, reading)
    finally:
        place.store.close()


@contextmanager
def side_by_side(
    pulled: Source, months: Mapping[str, Month], place: Place, database: str, reading: list[Taken]
) -> Iterator[Run]:
    """What runs the month of one of these practices and gives its summary: here and now, or, where they were begun
    side by side, once that one is done.

    InputError or PlaceError when CCM_TASK_RUNNER names nothing that can be used; nothing was begun then.
    """
    chosen = chosen_runner()
    if chosen == SEQUENTIAL or len(months) < 2:
        yield lambda practice_id: run_alone(pulled, practice_id, months[practice_id], place, reading)
        return
    if chosen.startswith(ADDRESSED):
        _one_machine_only(chosen, place)
    settings = str(place.settings.absolute()) if place.settings else ""
    where = Where(str(place.out.absolute()), database, settings, place.by, digest_of(place.store.engine.url))
    with _begun(chosen) as runner:
        futures = {}
        for practice_id, month in months.items():
            given = {"share": pulled.of(practice_id), "practice_id": practice_id, "month": str(month)}
            futures[practice_id] = runner.submit(month_elsewhere, given | {"where": where, "reading": reading})
        yield lambda practice_id: _of(futures[practice_id])


def _of(future: Any) -> dict[str, Any]:
    """What the practice's task gave; PlaceError where its process is no more, which takes those of others with it."""
    try:
        return cast("dict[str, Any]", future.result())
    except BrokenProcessPool:
        raise PlaceError(
            "A process in which practices were run was ended from outside, as where memory runs out; what was not done "
            "is done by the next run (ccm run --only-missing), with fewer at a time if need be (CCM_TASK_WORKERS)."
        ) from None


def chosen_runner() -> str:
    """CCM_TASK_RUNNER: `sequential` where it is empty, `processes`, `dask`, or a scheduler's address."""
    given = os.environ.get("CCM_TASK_RUNNER", "").strip() or SEQUENTIAL
    if given not in (DASK, PROCESSES, SEQUENTIAL) and not given.startswith(ADDRESSED):
        raise InputError(
            f"CCM_TASK_RUNNER is '{given}'; it is dask, the address of a Dask scheduler such as tcp://10.0.0.5:8786, "
            "processes, or sequential."
        )
    return given


def workers() -> int:
    """CCM_TASK_WORKERS: how many practices at a time on this machine; without it, one a processor."""
    given = os.environ.get("CCM_TASK_WORKERS", "").strip() or str(os.cpu_count() or 1)
    if not given.isdecimal() or not 1 <= int(given) <= 256:
        raise InputError(f"CCM_TASK_WORKERS is '{given}'; give a number of processes from 1 to 256.")
    return int(given)


def _one_machine_only(address: str, place: Place) -> None:
    host = address.split("://", 1)[1].rsplit(":", 1)[0].strip("[]")
    if host in HERE:
        return
    if place.store.engine.dialect.name == "sqlite":
        raise PlaceError(
            f"The database is a SQLite file, which machines cannot share, and CCM_TASK_RUNNER names another one "
            f"({address}); give the address of a PostgreSQL database (CCM_DATABASE_URL), or set CCM_TASK_RUNNER=dask."
        )
    if urlsplit(server := server_of_this_run().url).hostname in HERE:
        raise PlaceError(
            f"The workers that CCM_TASK_RUNNER names ({address}) report to Prefect's server, which is at {server} and "
            "so reached on this machine alone; set PREFECT_API_URL to a server that every machine reaches, or set "
            "CCM_TASK_RUNNER=dask."
        )


@contextmanager
def _begun(chosen: str) -> Iterator[Any]:
    """The runner, ready for work; PlaceError where it cannot be had."""
    if chosen == PROCESSES:
        with ProcessPoolTaskRunner(max_workers=workers()) as processes:
            yield processes
        return
    try:
        from prefect_dask import DaskTaskRunner
    except ImportError:
        raise PlaceError(
            "CCM_TASK_RUNNER asks for Dask, and prefect-dask is not installed; install what the lock file names "
            "(make install), or unset it."
        ) from None
    logging.getLogger("distributed").setLevel(logging.WARNING)  # says each connection otherwise
    if chosen == DASK:
        # A thread a process: the practices share no memory, and none waits for another's lock on the interpreter.
        local = {"n_workers": workers(), "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
        runner = DaskTaskRunner(cluster_kwargs=local)
    else:
        _reached(chosen)
        runner = DaskTaskRunner(address=chosen, client_kwargs={"timeout": ANSWERS_WITHIN})
    with runner:
        try:
            _ = runner.client  # connects
            if chosen != DASK:  # one of this machine has its workers once it is begun
                runner.client.wait_for_workers(1, timeout=ANSWERS_WITHIN)
        except (OSError, TimeoutError):
            raise _silent(chosen) from None
        yield runner


def _reached(address: str) -> None:
    host, _, port = address.split("://", 1)[1].rpartition(":")
    if not host or not port.isdecimal():
        raise InputError(f"CCM_TASK_RUNNER is '{address}'; give host and port, as tcp://10.0.0.5:8786.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWERS_WITHIN).close()
    except (OSError, OverflowError):
        raise _silent(address) from None


def _silent(address: str) -> PlaceError:
    return PlaceError(
        f"No Dask scheduler answers at {address}, which CCM_TASK_RUNNER names, or it has no worker; start it (dask "
        "scheduler) and its workers, or unset CCM_TASK_RUNNER to run the practices one after another."
    )
