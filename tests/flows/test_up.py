"""`ccm up` for real: a server, a worker and schedules that come, work, go, and come again where they were."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from config.errors import PlaceError
from flows.prefect_api import PrefectApi

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CCM = str(Path(sys.executable).with_name("ccm"))
MOST_ASKED = 10
SCHEDULED = {"monthly-cycle", "minutes-watch", "remittance", "outreach"}


class Patient(PrefectApi):
    """A server that is there, and that a machine under load may keep from answering for minutes."""

    def ask(self, path: str, body: Any = None, method: str = "") -> Any:
        changes = bool(method) or not (body is None or path.endswith("/filter"))
        for _ in range(0 if changes else MOST_ASKED):
            try:
                return super().ask(path, body, method)
            except PlaceError as error:
                if "TimeoutError" not in str(error):
                    raise
        return super().ask(path, body, method)


class Up:
    """One `ccm up` of a test."""

    def __init__(self, source: Path, out: Path) -> None:
        self.source, self.out = source, out
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.api = Patient(f"http://127.0.0.1:{self.port}/api")

    def command(self) -> list[str]:
        return [CCM, "up", "--source", str(self.source), "--out", str(self.out), "--port", str(self.port)]

    def start(self, **given: str) -> None:
        self.said = self.out.parent / "said"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                self.command(), stdout=said, stderr=subprocess.STDOUT, env=environment(**given), start_new_session=True
            )
        wait_until(lambda: "Next:" in self.words() or self.process.poll() is not None, 400)
        wait_until(lambda: "  monthly-cycle" in self.words() or self.process.poll() is not None, 60)

    def words(self) -> str:
        return self.said.read_text("utf-8")

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(90)

    def deployment(self, name: str) -> dict[str, Any]:
        (found,) = [one for one in self.api.find("deployments") if one["name"] == name]
        return found

    def run(self, name: str, **parameters: str) -> str:
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        run = self.api.ask(path, {"parameters": parameters, "state": {"type": "SCHEDULED"}})
        return str(run["id"])

    def state(self, run: str) -> str:
        return str(self.api.ask(f"/flow_runs/{run}")["state_type"])

    def reaches(self, run: str, state: str) -> None:
        """The run is seen in that state; otherwise what the server and the processes said is told."""
        wait_until(lambda: self.state(run) in (state, "FAILED", "CRASHED", "COMPLETED"), 400)
        found = self.api.ask(f"/flow_runs/{run}")["state"]
        assert found["type"] == state, f"{found['type']}: {found['message']}\n{self.told()}"

    def told(self) -> str:
        """The last lines of `ccm up`, of its server and of its workers."""
        logs = sorted((self.out / "prefect" / "logs").glob("*.log"))
        return "\n".join(f"{one.name}\n{one.read_text('utf-8', 'replace')[-3000:]}" for one in [self.said, *logs])

    def begins_again(self, run: str) -> None:
        """The run was interrupted, and waits for a worker, has one, or is done."""
        with suppress(AssertionError):
            wait_until(lambda: "AwaitingRetry" in self.states(run), 400)
        assert "AwaitingRetry" in self.states(run), self.told()
        assert self.state(run) in ("SCHEDULED", "PENDING", "RUNNING", "COMPLETED"), self.told()

    def states(self, run: str) -> list[str]:
        return [str(one["name"]) for one in self.api.ask(f"/flow_run_states/?flow_run_id={run}")]

    def processes(self) -> list[str]:
        """Command lines that belong to it: those of its port or its folder, and what runs flows for it."""
        return [line for line in running() if set_for(line, str(self.out)) or str(self.port) in line.split()]

    def processes_of(self, run: str) -> list[int]:
        """The numbers of the processes that carry out the run."""
        return [int(line.split()[0]) for line in running() if set_for(line, f"PREFECT__FLOW_RUN_ID={run}")]


def environment(**given: str) -> dict[str, str]:
    """The variables of this process without settings of ours and Prefect's, and with those given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    return clean | given


def running() -> list[str]:
    """Number and command line of every process."""
    done = subprocess.run(["ps", "-A", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def set_for(line: str, words: str) -> bool:
    """Whether the environment of that process has the words."""
    try:
        return words.encode() in (Path("/proc") / line.split()[0] / "environ").read_bytes()
    except OSError:
        return False


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.3)


@pytest.fixture
def up(clean: Path, tmp_path: Path) -> Iterator[Up]:
    one = Up(clean, tmp_path / "out")
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()


def test_it_comes_works_goes_and_comes_again(up: Up) -> None:
    assert f"Open http://127.0.0.1:{up.port}" in up.words()
    assert set(SCHEDULED) <= {line.split()[0] for line in up.words().splitlines() if line.startswith("  ")}
    page = urllib.request.urlopen(f"http://127.0.0.1:{up.port}/", timeout=20)
    assert b"<html" in page.read()
    assert up.api.ask("/admin/settings")["server"]["analytics_enabled"] is False

    # A second one for the folder, and another for the port, say so in a sentence.
    second = subprocess.run(up.command(), capture_output=True, text=True)
    assert (second.returncode, second.stderr.count("\n")) == (4, 1)
    assert f"runs for {up.out} already (process {up.process.pid}" in second.stderr
    elsewhere = Up(up.source, up.out.parent / "other")
    elsewhere.port = up.port
    taken = subprocess.run(elsewhere.command(), capture_output=True, text=True)
    assert taken.returncode == 4
    assert taken.stderr == (
        f"ccm: A Prefect server uses port {up.port} already; stop it, or give another: ccm up --port 4300.\n"
    )

    # The form refuses nonsense before anything runs; what fits runs to its end.
    with pytest.raises(PlaceError):
        up.run("monthly-cycle", month="2026-13")
    up.reaches(up.run("outreach"), "COMPLETED")

    # A worker that is killed comes back, and what it left behind is done by nobody twice and by somebody once.
    month = up.run("monthly-cycle", month="2026-10", approval="no")
    up.reaches(month, "RUNNING")
    (worker,) = [int(line.split()[0]) for line in up.processes() if "worker start --pool ccm " in line]
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: "The worker ended (exit -9); it is started again" in up.words(), 60)
    up.begins_again(month)

    # Stopped in the middle of that month, it goes on where it was: same runs, same schedules, a pause still a pause.
    paused = up.deployment("outreach")
    up.api.ask(f"/deployments/{paused['id']}/schedules/{paused['schedules'][0]['id']}", {"active": False}, "PATCH")
    before = {one["id"] for one in up.api.find("deployments")}
    assert up.stop() == 0
    assert up.words().endswith("Stopping ...\nStopped. `ccm up` goes on where it was.\n")
    assert up.processes() == []
    up.start()
    assert {one["id"] for one in up.api.find("deployments")} == before
    assert [plan["active"] for plan in up.deployment("outreach")["schedules"]] == [False]
    up.reaches(month, "COMPLETED")
    assert (up.out / "P1" / "2026-10" / "report.html").is_file()
    assert up.stop(signal.SIGINT) == 0
    assert up.processes() == []


def test_a_port_that_another_program_uses(clean: Path, tmp_path: Path) -> None:
    one = Up(clean, tmp_path / "out")
    with socket.socket() as other:
        other.bind(("127.0.0.1", one.port))
        other.listen()
        done = subprocess.run(one.command(), capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr == (
        f"ccm: Another program uses port {one.port} already; stop it, or give another: ccm up --port 4300.\n"
    )
