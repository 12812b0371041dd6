"""Of two hundred practices' runs all but a few wait for their turn; that is nobody's fault, and told to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows import late_runs
from flows.late_runs import waits_its_turn
from flows.prefect_api import PrefectApi

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


def test_a_run_whose_pool_has_its_hands_full_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real server, with a worker that says that it is there."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL
    from prefect.states import Completed, Late, Pending, Running

    api = PrefectApi(PREFECT_API_URL.value() or "")

    @flow(name="a month")
    def a_month() -> None:
        """Never carried out."""

    with get_client(sync_client=True) as client:
        api.ask("/work_pools/", {"name": "few", "type": "process", "concurrency_limit": 1})
        deployment = client.create_deployment(client.create_flow(a_month), "a month", work_pool_name="few")
        first, second = (client.create_flow_run_from_deployment(deployment, state=Late()) for _ in range(2))
        late = str(second.id)
        assert not waits_its_turn(api, late), "there is no worker"
        api.ask("/work_pools/few/workers/heartbeat", {"name": "one"})
        assert not waits_its_turn(api, late), "a worker is there, and takes nothing"
        client.set_flow_run_state(first.id, Running(), force=True)
        assert waits_its_turn(api, late)
        api.ask("/work_pools/few", {"is_paused": True}, "PATCH")
        assert not waits_its_turn(api, late), "somebody paused the pool"
        api.ask("/work_pools/few", {"is_paused": False}, "PATCH")
        client.set_flow_run_state(first.id, Completed(), force=True)
        assert not waits_its_turn(api, late), "it has its turn, and nobody takes it"
        client.set_flow_run_state(second.id, Completed(), force=True)
        assert waits_its_turn(api, late), "it is over: there is nothing to tell"
        third = str(client.create_flow_run_from_deployment(deployment, state=Late()).id)
        client.set_flow_run_state(first.id, Pending(), force=True)
        assert waits_its_turn(api, third)
        monkeypatch.setattr(late_runs, "PENDING_AT_MOST", timedelta(0))
        assert not waits_its_turn(api, third), "what has the turn never began"
        client.set_flow_run_state(first.id, Completed(), force=True)
        api.ask("/work_pools/few", {"concurrency_limit": 0}, "PATCH")
        assert not waits_its_turn(api, third), "none may ever have its turn"
        without = client.create_flow_run(a_month)
        assert not waits_its_turn(api, str(without.id)), "no pool is to take it"
