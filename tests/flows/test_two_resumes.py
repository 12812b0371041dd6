"""Two operators answer the same question at the same moment, at a real server: one answer stands, the other is told."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from flows.approval_form import MonthApproval
from flows.prefect_api import PrefectApi
from tests.flows.test_approval_server import Installation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
NAMES, TIMES = ("S. Igner", "A. Pprover"), 5


def suspended(api: PrefectApi, deployment: str) -> str:
    """A run that waits for the answer to the form, as `suspend_flow_run` leaves it."""
    run = str(api.ask(f"/deployments/{deployment}/create_flow_run", {"state": {"type": "PENDING"}})["id"])
    keys = {part: f"suspended-1-{part}" for part in ("schema", "response", "description")}
    schema = json.dumps(MonthApproval.model_json_schema())
    api.ask(f"/flow_runs/{run}/input", {"key": keys["schema"], "value": schema})
    details = {"pause_reschedule": True, "pause_key": "approval-1", "run_input_keyset": keys}
    for state in ({"type": "RUNNING"}, {"type": "PAUSED", "name": "Suspended", "state_details": details}):
        api.ask(f"/flow_runs/{run}/set_state", {"state": state, "force": True})
    assert api.ask(f"/flow_runs/{run}")["state_name"] == "Suspended"
    return run


def resumed(url: str, run: str, name: str, both: Barrier) -> tuple[int, dict[str, Any]]:
    """What the UI is told that posts this answer once, at the same moment as the other."""
    body = json.dumps({"run_input": {"decision": "sign off", "reviewer": name}}).encode()
    request = urllib.request.Request(f"{url}/flow_runs/{run}/resume", body, {"Content-Type": "application/json"})
    both.wait(60)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, {}


def test_one_of_two_answers_at_the_same_moment_stands_and_the_other_is_refused(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    try:
        place.serve()
        api = PrefectApi(place.api)
        flow = api.ask("/flows/", {"name": "month"})["id"]
        deployment = str(api.ask("/deployments/", {"name": "month", "flow_id": flow})["id"])
        for _ in range(TIMES):
            run, both = suspended(api, deployment), Barrier(2)
            with ThreadPoolExecutor(2) as two:
                told = dict(zip(NAMES, two.map(lambda name: resumed(place.api, run, name, both), NAMES), strict=True))  # noqa: B023
            taken = [name for name, (_, said) in told.items() if said.get("status") == "ACCEPT"]
            assert len(taken) == 1, told
            kept = api.ask(f"/flow_runs/{run}/input/suspended-1-response")
            assert kept["reviewer"] == taken[0], "the answer that was accepted is the one the run goes on with"
            (status, said) = next(said for name, said in told.items() if name not in taken)
            assert status >= 500 or said["details"]["reason"] == "Cannot resume a flow run that is not paused.", told
            # Asked again, as the UI's own Resume does once more, the late one is told.
            again = api.ask(f"/flow_runs/{run}/resume", {"run_input": {"decision": "hold", "reviewer": "L. Ate"}})
            assert (again["status"], again["details"]["reason"]) == (
                "ABORT",
                "Cannot resume a flow run that is not paused.",
            )
            assert api.ask(f"/flow_runs/{run}/input/suspended-1-response") == kept
    finally:
        print(place.log.read_text()[-5000:])
        place.kill()
