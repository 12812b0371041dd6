"""A run whose process is gone, as where its worker was killed: Prefect leaves it Running until somebody says so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
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
    given, least = os.environ.get(name, str(ordinary)), 2 * _between()
    if not given.isdigit() or int(given) < least:
        raise InputError(
            f"{name}: '{given}' is no number of seconds from {least} on, which is twice the time between two signs of "
            "life of a run (PREFECT_FLOWS_HEARTBEAT_FREQUENCY); correct the environment variable."
        )
    return int(given)


def crashed_if_lost(api: PrefectApi, run_id: str, wait: Callable[[float], None] = time.sleep) -> bool:
    """Whether the run is crashed now, of which operations is told as of any other that is.

    One that ended or waits, or gave a sign of life meanwhile, is left alone: a last sign may come after the end. It is
    looked at twice, as far apart as two signs of life are: a server that was down itself heard of none.
    """
    if not _lost(api, run_id):
        return False
    wait(_between() + 20)  # the server writes down what it hears every few seconds
    state = _lost(api, run_id)
    if not state:
        return False
    said = f"No sign of life for {lost_after():,} seconds: its worker was ended, or its machine."
    ended = "CRASHED" if state == "RUNNING" else "CANCELLED"
    done = api.ask(f"/flow_runs/{run_id}/set_state", {"state": {"type": ended, "message": said}})
    LOG.info("%s: %s", run_id, said)
    return bool(done["status"] == "ACCEPT")


def _lost(api: PrefectApi, run_id: str) -> str:
    """The state in which the run is without a sign of life; empty where it is in another, or too short a time in it."""
    found = api.ask(f"/flow_runs/{run_id}")
    state, since, now = found["state_type"], lost_after(), datetime.now(UTC)
    if state not in ("RUNNING", "CANCELLING"):
        return ""
    begun = datetime.fromisoformat(found["state"]["timestamp"])
    if state == "RUNNING" and now - begun < timedelta(seconds=since):
        return ""  # begun again since, or just now
    wanted = {
        "event": {"name": [SIGN]},
        "resource": {"id": [f"prefect.flow-run.{run_id}"]},
        "occurred": {"since": (now - timedelta(seconds=since)).isoformat()},
    }
    heard = api.ask("/events/filter", {"filter": wanted, "limit": 1})["events"]
    return "" if heard else str(state)


def _between() -> int:
    """Seconds from one sign of life to the next."""
    given = os.environ.get("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "")
    return int(given) if given.isdigit() else BETWEEN
