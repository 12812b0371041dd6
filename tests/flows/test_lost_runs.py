"""A run without a sign of life is crashed, and no other is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.errors import InputError
from flows.automations import triggers
from flows.lost_runs import crashed_if_lost, lost_after
from flows.prefect_api import PrefectApi

RUN = "8dc8be29-a3c1-4399-961e-d52dd9b234d7"


class Server(PrefectApi):
    """One that knows that run, and what it heard of it."""

    def __init__(self, state: str, heard: bool, seconds: int = 3600) -> None:
        super().__init__("")
        begun = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
        vars(self).update(state=state, heard=heard, begun=begun, set=[])

    def ask(self, path: str, body: Any = None, method: str = "") -> Any:
        mine = vars(self)
        if path == f"/flow_runs/{RUN}":
            return {"state_type": mine["state"], "state": {"timestamp": mine["begun"]}}
        if path == "/events/filter":
            assert body["filter"]["resource"] == {"id": [f"prefect.flow-run.{RUN}"]}
            return {"events": [{}] * mine["heard"]}
        assert path == f"/flow_runs/{RUN}/set_state"
        mine["set"].append(body["state"]["type"])
        return {"status": "ACCEPT"}


@pytest.mark.parametrize(
    ("state", "heard", "becomes"),
    [
        ("RUNNING", False, ["CRASHED"]),
        ("CANCELLING", False, ["CANCELLED"]),
        ("RUNNING", True, []),
        ("PAUSED", False, []),  # it waits for an approval, with its last sign of life long ago
        ("SCHEDULED", False, []),  # begun again
        ("COMPLETED", False, []),
    ],
)
def test_only_what_should_live_and_does_not_is_ended(state: str, heard: bool, becomes: list[str]) -> None:
    server = Server(state, heard)
    waited: list[float] = []
    assert crashed_if_lost(server, RUN, waited.append) == bool(becomes)
    assert vars(server)["set"] == becomes
    assert waited == [200] * len(becomes), "it is looked at a second time, after another sign of life was due"


def test_a_run_that_has_just_begun_again_is_not_lost() -> None:
    server = Server("RUNNING", heard=False, seconds=5)
    assert not crashed_if_lost(server, RUN, lambda _: None)
    assert vars(server)["set"] == []


def test_a_sign_of_life_that_comes_late_counts() -> None:
    server = Server("RUNNING", heard=False)
    assert not crashed_if_lost(server, RUN, lambda _: vars(server).update(heard=True))
    assert vars(server)["set"] == []


def test_a_run_that_waits_or_ended_is_not_asked_about() -> None:
    lost = triggers()["lost"]
    assert lost["after"] == ["prefect.flow-run.Running", "prefect.flow-run.heartbeat"], (
        "killed before its first sign too"
    )
    assert {"heartbeat", "Suspended", "Completed", "Failed", "Crashed", "Cancelled"} <= {
        name.removeprefix("prefect.flow-run.") for name in lost["expect"]
    }
    assert "prefect.flow-run.Cancelling" not in lost["expect"], "nobody is there to cancel it"


def test_the_patience_is_longer_than_from_one_sign_of_life_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import get_current_settings

    monkeypatch.delenv("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", raising=False)
    assert lost_after() >= 3 * (get_current_settings().flows.heartbeat_frequency or 180)
    monkeypatch.setenv("CCM_LOST_SECONDS", "300")
    with pytest.raises(InputError, match="CCM_LOST_SECONDS: '300' is no number of seconds from 360 on"):
        lost_after()
    monkeypatch.setenv("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "60")
    assert lost_after() == 300
