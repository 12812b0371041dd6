"""When the temporary server that `ccm run` begins early does not come up, Prefect's own start takes its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.month import Month
from tasks.demo.write import write_demo_data

pytestmark = pytest.mark.slow  # servers of their own

DEAD = """
import os, sys
import flows.prefect_server as servers
from flows import cli

begin, begun = servers.begin_server, []

def begin_one_that_dies():
    begun.append(begin())
    begun[0]._process.kill()  # as a server ends that cannot come up
    return begun[0]

servers.begin_server = begin_one_that_dies
try:
    cli.main()
finally:
    from prefect.server.api.server import SubprocessASGIServer
    own = [server.api_url for server in SubprocessASGIServer._instances.values()]
    print("own:", len(own), "temporary:", begun[0].port, "named:", os.environ.get("PREFECT_API_URL"))
"""
SILENT = """
import os, signal, time
from flows.prefect_server import begin_server

server = begin_server()
os.kill(server._process.pid, signal.SIGSTOP)  # it is there and never answers
start = time.monotonic()
server.use()
waited = time.monotonic() - start
print("ended:", server._process.returncode, "waited:", waited < 200, os.environ.get("PREFECT_API_URL"))
"""


def run(script: str, tmp_path: Path, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, with nothing of Prefect's said beforehand."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    clean |= {"PREFECT_HOME": str(tmp_path / "prefect"), "COLUMNS": "200", **variables}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=clean, timeout=400)


def test_the_month_is_decided_on_prefects_own_server(tmp_path: Path) -> None:
    write_demo_data(tmp_path / "source", 24, 1, 5, Month(2026, 10), dirty=False)
    out = tmp_path / "out"
    done = run(DEAD, tmp_path, "run", "--month", "2026-10", "--source", tmp_path / "source", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "own: 1 " in done.stdout
    assert done.stdout.strip().endswith("named: None")
    assert (out / "P1" / "2026-10" / "decisions.csv").is_file()
    assert "does not answer" not in done.stderr


def test_a_server_that_never_answers_is_given_up_and_ended(tmp_path: Path) -> None:
    done = run(SILENT, tmp_path, PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "ended: -9 waited: True None"
