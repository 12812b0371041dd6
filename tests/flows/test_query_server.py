"""`ccm query serve` with a real Prefect server: a query answered as its UI does it, from another folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from config.errors import PlaceError
from flows.prefect_api import PrefectApi
from tests.flows.test_month import CCM
from tests.flows.test_queries import decided, holds, place, queries
from tests.flows.test_server import ask, server
from tests.flows.typed import typed

__all__ = ["decided", "place", "server"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def until(what: str, seconds: float, look):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError, PlaceError):  # a server that starts or is busy
            if found := look():
                return found
        time.sleep(1)
    raise AssertionError(f"{what}: not within {seconds} seconds")


def test_without_a_server_it_says_what_is_missing(tmp_path: Path) -> None:
    done = typed("query", "serve", "--out", tmp_path)
    assert done.returncode == 2
    assert "PREFECT_API_URL" in done.stderr


def test_an_answer_given_in_the_ui_counts(place: Path, server: str, tmp_path: Path) -> None:
    case = holds(place, "time_unapproved")["case_number"].iloc[0]
    assert typed("query", "ask", case, "--about", "note_approved", "--by", "B1", "--out", place).returncode == 0
    by = queries(place)[1].asked_to
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    clean |= {"PREFECT_HOME": str(tmp_path / "home"), "PREFECT_API_URL": server}
    command = [str(CCM), "query", "serve", "--out", str(place)]
    (tmp_path / "elsewhere").mkdir()
    with (tmp_path / "said").open("w") as said:
        serving = subprocess.Popen(
            command, env=clean, cwd=tmp_path / "elsewhere", stdout=said, stderr=said, start_new_session=True
        )
    try:
        (one,) = until("the deployment", 90, lambda: ask(server, "/deployments/filter"))
        shown = one["parameter_openapi_schema"]["properties"]  # type: ignore[index]
        assert set(shown) >= {"query", "answered", "answered_by"}
        given = {"query": "Q-000001", "answered": "yes", "answered_by": by}
        body = {"parameters": one["parameters"] | given, "state": {"type": "SCHEDULED"}}  # type: ignore[operator]
        PrefectApi(server).ask(f"/deployments/{one['id']}/create_flow_run", body)
        (run,) = until("the end of the run", 120, lambda: [
            one for one in ask(server, "/flow_runs/filter") if one["state_type"] in ("COMPLETED", "FAILED", "CRASHED")
        ])  # fmt: skip
        assert run["state_type"] == "COMPLETED", run["state"]
        assert queries(place)[1].state == "answered"
        assert "database" not in json.dumps([run["parameters"] for run in ask(server, "/flow_runs/filter")])
    finally:
        print((tmp_path / "said").read_text())
        with suppress(ProcessLookupError):
            os.killpg(serving.pid, signal.SIGKILL)
    shutil.rmtree(tmp_path / "home", ignore_errors=True)
