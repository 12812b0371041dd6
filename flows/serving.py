"""`ccm up`: a Prefect server with its UI, the deployments and a worker, on this machine alone, until it is stopped."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO, Any, TypeVar
from zoneinfo import ZoneInfo

from config.errors import PlaceError
from flows.children import Child, adopt_orphans, descendants, end_all
from flows.deployments import NOTICES, POOL, QUIET, Places, deploy, planned
from flows.prefect_api import PrefectApi

HOST = "127.0.0.1"
FIRST_START = 180.0  # seconds: a new database is made
SCHEDULER = 30.0  # seconds in which the server plans the next runs
MOST_ENDS, IN_SECONDS = 3, 600.0
# Runs that nobody carries out any more when the only worker starts: they are begun again, every write may be repeated.
IN_HAND = ["RUNNING", "PENDING"]
# What Prefect says of a run whose process was told to end; one that ran out of memory is none of them.
ENDED_BY_SIGNAL = ("termination signal", "interrupt signal", "sigterm", "cancelled by the runtime")
NOTED = "interrupted"  # the file with the runs that were in hand when `ccm up` stopped
Say = Callable[[str], None]
T = TypeVar("T")


class _StopError(Exception):
    """Somebody asks for an orderly end."""


def serve(places: Places, port: int, say: Say) -> None:
    """Server, deployments and worker run until Ctrl-C or SIGTERM; then all of them have ended.

    PlaceError when the port is taken, `ccm up` runs for this folder already, or the server or the worker cannot stay.
    """
    places.home.mkdir(parents=True, exist_ok=True)
    api = PrefectApi(f"http://{HOST}:{port}/api")
    with _alone(places, port), _until_stopped(say):
        _end_left_over(places)
        _free(port)
        adopt_orphans()
        started: list[Child] = []
        try:
            _serve(places, port, api, started, say)
        finally:
            # A full disk, a server half gone: what was started ends all the same.
            with suppress(OSError, ValueError, PlaceError):
                _note(places, in_hand(api, POOL, NOTICES))
            for child in reversed(started):
                child.end()
            end_all(descendants(os.getpid()))
            (places.home / "children").unlink(missing_ok=True)


def _serve(places: Places, port: int, api: PrefectApi, started: list[Child], say: Say) -> None:
    environment = _environment(places, port)

    def begin(name: str, *arguments: str) -> Child:
        child = Child(name, ["-m", "prefect", *arguments], environment, _logs(places))
        started.append(child)
        (places.home / "children").write_text("\n".join(str(one.process.pid) for one in started), "utf-8")
        return child

    say("Starting the Prefect server; the first time takes a while ...")
    server = begin("server", "server", "start", "--host", HOST, "--port", str(port))
    _wait_for(server, api)
    zone, note = deploy(api, places)
    if note:
        say(note)
    for name in begun_again(api, _noted(places), POOL, NOTICES):
        say(f"Begun again, for it was interrupted: {name}")
    (places.home / NOTED).unlink(missing_ok=True)
    workers = {pool: begin(*_work(pool)) for pool in (POOL, NOTICES)}
    say(f"Open http://{HOST}:{port} to see, start and approve runs. Stop with Ctrl-C.")
    say(f"Results: {places.out}   Logs: {_logs(places)}")
    for line in _next_runs(api, zone):
        say(line)
    ends: list[float] = []
    while True:
        time.sleep(0.5)
        if server.ended:
            raise PlaceError(
                f"The Prefect server ended ({server.last_words()}); see {server.log}, then start it again."
            )
        for pool, worker in workers.items():
            if worker.ended:
                ends = [one for one in ends if time.monotonic() - one < IN_SECONDS] + [time.monotonic()]
                if len(ends) >= MOST_ENDS:
                    raise PlaceError(
                        f"The worker ended {MOST_ENDS} times in a row ({worker.last_words()}); see {worker.log}, mend "
                        "the cause, then start again."
                    )
                say(f"The worker ended (exit {worker.process.returncode}); it is started again: see {worker.log}")
                started.remove(worker)
                interrupted = answered(server, partial(in_hand, api, pool))
                _end_orphans(started)
                answered(server, partial(begun_again, api, interrupted, pool))
                workers[pool] = begin(*_work(pool))


def _work(pool: str) -> tuple[str, ...]:
    """The worker of a pool: its name, and how it is started."""
    name = f"{pool}-{socket.gethostname()}"
    return (
        "worker" if pool == POOL else "notices",
        "worker",
        "start",
        "--pool",
        pool,
        "--type",
        "process",
        "--name",
        name,
    )


def _end_orphans(alive: list[Child]) -> None:
    """What a worker left behind that died has ended; what belongs to the others goes on."""
    kept = {pid for child in alive for pid in (child.process.pid, *child.below())}
    end_all([pid for pid in descendants(os.getpid()) if pid not in kept])


def _environment(places: Places, port: int) -> dict[str, str]:
    """What server and worker are told: nothing goes to other hosts, and the UI works on any port."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PREFECT_API_URL", "PREFECT_PROFILE")}
    return (
        kept
        | QUIET
        | {
            "PREFECT_HOME": str(places.home),
            "PREFECT_API_URL": f"http://{HOST}:{port}/api",
            "PREFECT_UI_API_URL": "/api",
            "PREFECT_SERVER_UI_V2_ENABLED": "false",  # not shown first: it asks an outside host for its configuration
            "PREFECT_LOGGING_LEVEL": "INFO",
            "PREFECT_LOGGING_EXTRA_LOGGERS": "ccm",
            "PREFECT_WORKER_QUERY_SECONDS": "5",
        }
    )


def _logs(places: Places) -> Path:
    folder = places.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(places: Places, port: int) -> Iterator[None]:
    """No other `ccm up` works in this folder meanwhile."""
    with (places.home / "up.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlaceError(f"`ccm up` runs for {places.out} already ({_said(lock)}); use it, or stop it.") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, http://{HOST}:{port}")
        lock.flush()
        yield


def _said(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip()


@contextmanager
def _until_stopped(say: Say) -> Iterator[None]:
    """Ctrl-C and SIGTERM end what is within; a second one does not disturb the end."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        say("Stopping ...")
        raise _StopError

    before: dict[int, Any] = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except _StopError:
        say("Stopped. `ccm up` goes on where it was.")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_left_over(places: Places) -> None:
    """What a `ccm up` that was killed left running has ended."""
    file = places.home / "children"
    numbers = file.read_text("utf-8").split() if file.exists() else []
    for pid in map(int, numbers):
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)  # noqa: S603, S607
        if "prefect" in shown.stdout:
            end_all([*descendants(pid), pid])


def _free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            who = "A Prefect server" if PrefectApi(f"http://{HOST}:{port}/api").healthy() else "Another program"
            raise PlaceError(f"{who} uses port {port} already; stop it, or give another: ccm up --port 4300.") from None


def _wait_for(server: Child, api: PrefectApi) -> None:
    end = time.monotonic() + FIRST_START
    while not api.healthy():
        if server.ended or time.monotonic() > end:
            raise PlaceError(f"The Prefect server did not start ({server.last_words()}); see {server.log}.")
        time.sleep(0.3)


def answered(server: Child, ask: Callable[[], T]) -> T:
    """What the server says, which is there but may be too busy to answer at once; PlaceError once it has ended, or
    says nothing for as long as its first start may take."""
    end = time.monotonic() + FIRST_START
    while True:
        try:
            return ask()
        except PlaceError:
            if server.ended or time.monotonic() > end:
                raise
            time.sleep(1)


def in_hand(api: PrefectApi, *pools: str) -> set[str]:
    """The ids of the runs that workers of these pools carry out now."""
    return {run["id"] for run in _runs(api, pools, IN_HAND)}


def begun_again(api: PrefectApi, interrupted: set[str], *pools: str) -> list[str]:
    """The names of interrupted runs, which now are scheduled anew; to be asked while the pools have no worker.

    Those are what is said to be in hand, what did not end well of the `interrupted`, and what a signal ended.
    """
    ended = [run for run in _runs(api, pools, ["CRASHED", "FAILED"]) if run["id"] in interrupted or _by_signal(run)]
    again = []
    for run in [*_runs(api, pools, IN_HAND), *ended]:
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Interrupted; begun again."}
        api.ask(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
        again.append(run["name"])
    return again


def _runs(api: PrefectApi, pools: Sequence[str], states: list[str]) -> list[dict[str, Any]]:
    """The newest runs of these pools' deployments in these states."""
    deployments = {one["id"] for one in api.find("deployments", limit=200) if one["work_pool_name"] in pools}
    wanted = {"state": {"type": {"any_": states}}}
    found = api.find("flow_runs", flow_runs=wanted, sort="EXPECTED_START_TIME_DESC", limit=200)
    return [run for run in found if run["deployment_id"] in deployments]


def _by_signal(run: dict[str, Any]) -> bool:
    message = str((run.get("state") or {}).get("message") or "").lower()
    return run["state_type"] == "CRASHED" and any(words in message for words in ENDED_BY_SIGNAL)


def _note(places: Places, runs: set[str]) -> None:
    """The runs are known to the next start as interrupted, whatever Prefect makes of their end."""
    if runs:
        (places.home / NOTED).write_text("\n".join(sorted(runs)), "utf-8")


def _noted(places: Places) -> set[str]:
    file = places.home / NOTED
    return set(file.read_text("utf-8").split()) if file.exists() else set()


def _next_runs(api: PrefectApi, zone: str) -> list[str]:
    """When each deployment runs next, on the practices' clock; the server is given a moment to plan it."""
    wanted = sum(any(plan["active"] for plan in one["schedules"]) for one in api.find("deployments", limit=200))
    end = time.monotonic() + SCHEDULER
    while len(found := planned(api)) < wanted and time.monotonic() < end:
        time.sleep(0.5)
    clock = ZoneInfo(zone)
    lines = [f"  {name:<16} {datetime.fromisoformat(when).astimezone(clock):%a %d %b %H:%M %Z}" for name, when in found]
    return ["Next:", *lines] if lines else ["Nothing is scheduled; look at Deployments in the UI."]
