"""A run whose process is gone, as where its worker was killed: Prefect leaves it Running until somebody says so."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from config.errors import InputError
from flows.prefect_api import PrefectApi
from tasks.progress import LOG

SIGN = "prefect.flow-run.heartbeat"
BETWEEN = 180  # seconds from one sign of life of a run to the next, unless Prefect's own variable has another number
LOST_AFTER = ("CCM_LOST_SECONDS", 600)


def lost_after() -> int:
    """After how many seconds without a sign of life a run is taken for lost; InputError where one might be late."""
    name, ordinary = LOST_AFTER
    given, between = os.environ.get(name, str(ordinary)), os.environ.get("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "")
    least = 2 * (int(between) if between.isdigit() else BETWEEN)
    if not given.isdigit() or int(given) < least:
        raise InputError(
            f"{name}: '{given}' is no number of seconds from {least} on, which is twice the time between two signs of "
            "life of a run (PREFECT_FLOWS_HEARTBEAT_FREQUENCY); correct the environment variable."
        )
    return int(given)


def crashed_if_lost(api: PrefectApi, run_id: str) -> bool:
    """Whether the run is crashed now, of which operations is told as of any other that is.

    One that ended or waits, or gave a sign of life meanwhile, is left alone: a last sign may come after the end.
    """
    state = api.ask(f"/flow_runs/{run_id}")["state_type"]
    if state not in ("RUNNING", "CANCELLING"):
        return False
    since, now = lost_after(), datetime.now(UTC)
    wanted = {
        "event": {"name": [SIGN]},
        "resource": {"id": [f"prefect.flow-run.{run_id}"]},
        "occurred": {"since": (now - timedelta(seconds=since)).isoformat()},
    }
    if api.ask("/events/filter", {"filter": wanted, "limit": 1})["events"]:
        return False
    said = f"No sign of life for {since:,} seconds: its worker was ended, or its machine."
    ended = "CRASHED" if state == "RUNNING" else "CANCELLED"
    done = api.ask(f"/flow_runs/{run_id}/set_state", {"state": {"type": ended, "message": said}})
    LOG.info("%s: %s", run_id, said)
    return bool(done["status"] == "ACCEPT")
