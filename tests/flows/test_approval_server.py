"""A month approved in the Prefect UI, with a real server and a process worker that are both killed in between."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from config.month import Month
from flows.prefect_api import PrefectApi
from flows.sign_off import sign_off_month
from tasks.demo.write import write_demo_data
from tasks.store import month_life
from tasks.store.store import open_store
from tests.flows.test_query_server import until
from tests.flows.test_server import PREFECT, ask

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
MONTH, ROOT = Month(2026, 10), Path(__file__).parents[2]
DEPLOY = """
import sys
from prefect import flow
given = dict(zip(("source", "out"), sys.argv[2:]))
loaded = flow.from_source(source=sys.argv[1], entrypoint="flows/monthly_cycle.py:monthly_cycle")
loaded.deploy("month", work_pool_name="ccm", parameters={"month": "2026-10", **given}, print_next_steps=False)
"""


class Installation:
    """A server and a worker on one machine, as an installation has them; they can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.api, self.log, self.running = f"http://127.0.0.1:{self.port}/api", folder / "said", []
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
        self.environment = clean | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
        }

    def begin(self, *command: str) -> None:
        with self.log.open("a") as said:
            self.running.append(
                subprocess.Popen(
                    [PREFECT, *command],
                    env=self.environment,
                    cwd=ROOT,
                    stdout=said,
                    stderr=said,
                    start_new_session=True,
                )
            )

    def serve(self) -> None:
        self.begin("server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        until("the server", 180, lambda: urllib.request.urlopen(f"{self.api}/health", timeout=2).status == 200)

    def work(self) -> None:
        self.begin("worker", "start", "--pool", "ccm", "--type", "process")

    def call(self, *command: str) -> None:
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr

    def kill(self) -> None:
        for process in self.running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running = []

    def state(self, run: str) -> tuple[str, dict[str, Any]]:
        found: dict[str, Any] = PrefectApi(self.api).ask(f"/flow_runs/{run}")
        assert found["state_type"] not in ("FAILED", "CRASHED"), found["state"]
        return found["state_name"], found

    def begun(self, deployment: dict[str, Any], body: dict[str, Any]) -> str:
        return str(PrefectApi(self.api).ask(f"/deployments/{deployment['id']}/create_flow_run", body)["id"])

    def waits(self, run: str, question: int) -> None:
        """The run is suspended, and this is its question of that number."""

        def there() -> bool:
            name, found = self.state(run)
            return name == "Suspended" and f"approval-{question}" in found["state"]["state_details"]["pause_key"]

        until(f"question {question} of {run}", 240, there)

    def answer(self, run: str, **given: str) -> None:
        def accepted() -> bool:
            found = PrefectApi(self.api).ask(f"/flow_runs/{run}/resume", {"run_input": given} if given else {})
            return bool(found["status"] == "ACCEPT" or self.state(run)[0] != "Suspended")

        until(f"the answer to {run}", 60, accepted)

    def completed(self, run: str) -> None:
        until(f"the end of {run}", 240, lambda: self.state(run)[0] == "Completed")


def last(database: str, practice: str) -> tuple[str, str]:
    store = open_store(database)
    with store.reading() as connection:
        found = month_life.last_move(connection, practice, MONTH)
    store.close()
    return (found.state, found.moved_by) if found else ("open", "")


def test_a_month_is_approved_after_server_and_worker_were_killed(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    write_demo_data(source, 48, 1, 5, MONTH, dirty=False, practices=2)
    database = f"sqlite:///{out / 'ccm.db'}"
    place = Installation(tmp_path)
    try:
        place.serve()
        place.call(PREFECT, "work-pool", "create", "ccm", "--type", "process")
        place.call(sys.executable, "-c", DEPLOY, str(ROOT), str(source), str(out))
        place.work()
        (one,) = ask(place.api, "/deployments/filter")
        body = {"parameters": one["parameters"], "state": {"type": "SCHEDULED"}}
        parent = place.begun(one, body)
        place.completed(parent)
        runs = {run["parameters"].get("practice"): str(run["id"]) for run in ask(place.api, "/flow_runs/filter")}
        first, second = runs["P1"], runs["P2"]
        for run in (first, second):
            place.waits(run, 1)
        assert [last(database, name)[0] for name in ("P1", "P2")] == ["decided", "decided"]

        body = {"parameters": {**one["parameters"], "practice": "P1"}, "state": {"type": "SCHEDULED"}}
        place.completed(place.begun(one, body))
        place.waits(first, 1)

        place.kill()
        place.serve()
        place.work()
        place.answer(first)
        place.waits(first, 2)
        assert last(database, "P1")[0] == "decided", "an empty answer holds"
        place.answer(first, decision="sign off", reviewer="S. Igner")
        place.completed(first)
        assert last(database, "P1") == ("signed_off", "S. Igner")

        sign_off_month(Console(quiet=True), database, MONTH, "P2", "C. Ommand", None, PrefectApi(place.api))
        place.completed(second)
        assert last(database, "P2") == ("signed_off", "C. Ommand"), "signed off by command, its run ends"

        names = {line.split(",")[2] for line in (source / "patients.csv").read_text("utf-8").splitlines()[1:]}
        shown = [str(one["data"]) for one in ask(place.api, "/artifacts/filter")]
        assert any("what is to be approved" in str(one["description"]) for one in ask(place.api, "/artifacts/filter"))
        assert not [name for name in names if len(name) > 3 and any(name in text for text in shown)]
    finally:
        print(place.log.read_text()[-5000:])
        place.kill()
