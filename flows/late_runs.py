"""A run that nobody has taken yet, for its pool has as many in hand as it may have: it waits for its turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flows.prefect_api import PrefectApi

PENDING_AT_MOST = timedelta(minutes=15)  # of one that stays pending longer no event tells
IN_HAND = ["PENDING", "RUNNING", "CANCELLING"]  # what Prefect counts against a pool's limit


def waits_its_turn(api: PrefectApi, run_id: str) -> bool:
    """Whether a worker is there, and has as many runs in hand as the pool allows: nobody need do anything.

    One of those that does not end is told as stuck, one whose worker is gone as lost. True too of a run that was taken
    meanwhile, or is over. It is asked once: a worker or pool that is stopped afterwards is for ccm doctor to say.
    """
    run = api.ask(f"/flow_runs/{run_id}")
    pool = run["work_pool_name"]
    if pool and run["state_type"] != "SCHEDULED":
        return True  # it was taken since, or is over
    found = api.ask(f"/work_pools/{pool}") if pool else {"concurrency_limit": None}
    if found["concurrency_limit"] is None or found["is_paused"]:
        return False
    if not any(one["status"] == "ONLINE" for one in api.find(f"work_pools/{pool}/workers")):
        return False
    of_pool = {"name": {"any_": [pool]}}
    taken = api.find("flow_runs", work_pools=of_pool, flow_runs={"state": {"type": {"any_": IN_HAND}}}, limit=200)
    since = datetime.now(UTC) - PENDING_AT_MOST
    alive = any(_lives(one, since) for one in taken)
    return alive and len(taken) >= int(found["concurrency_limit"])


def _lives(run: dict[str, Any], since: datetime) -> bool:
    return run["state_type"] != "PENDING" or datetime.fromisoformat(run["state"]["timestamp"]) > since
