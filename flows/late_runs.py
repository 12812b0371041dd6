"""A run that nobody has taken yet, for its pool has as many in hand as it may have: it waits for its turn."""

from __future__ import annotations

from flows.prefect_api import PrefectApi

IN_HAND = ["PENDING", "RUNNING", "CANCELLING"]  # what Prefect counts against a pool's limit


def waits_its_turn(api: PrefectApi, run_id: str) -> bool:
    """Whether a worker is there, and has as many runs in hand as the pool allows: nobody need do anything.

    One of those that does not end is told as stuck, one whose worker is gone as lost.
    """
    pool = api.ask(f"/flow_runs/{run_id}")["work_pool_name"]
    found = api.ask(f"/work_pools/{pool}") if pool else {"concurrency_limit": None}
    if found["concurrency_limit"] is None or found["is_paused"]:
        return False
    if not any(one["status"] == "ONLINE" for one in api.find(f"work_pools/{pool}/workers")):
        return False
    of_pool = {"name": {"any_": [pool]}}
    taken = api.find("flow_runs", work_pools=of_pool, flow_runs={"state": {"type": {"any_": IN_HAND}}}, limit=200)
    return len(taken) >= int(found["concurrency_limit"])
