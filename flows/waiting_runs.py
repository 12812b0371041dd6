"""Runs that wait in Prefect for an approval: one for a revision, and none for a month that is settled."""

from __future__ import annotations

from typing import Any

from config.errors import PlaceError
from config.month import Month
from flows.prefect_api import PrefectApi
from tasks.progress import LOG
from tasks.store import approvals, month_life
from tasks.store.approvals import Request
from tasks.store.store import Store

SETTLED = (month_life.SIGNED_OFF, month_life.RELEASED, month_life.CLOSED)
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def settled(store: Store, asked: Request) -> str | None:
    """In words why nobody need answer any more; None where the month still waits."""
    with store.reading() as connection:
        last = month_life.last_move(connection, asked.practice_id, asked.month)
    if last is None:
        return None
    if last.revision != asked.revision:
        return f"revision {last.revision} was decided in the meantime"
    if last.state in SETTLED:
        return f"{month_life.WORDS[last.state]} by {last.moved_by}"
    if last.state != month_life.DECIDED:
        return f"returned to the care team by {last.moved_by}" if last.state == month_life.OPEN else last.state
    return None


def asked_alone(store: Store, api: PrefectApi, first: Request) -> str:
    """The question is on record; or, where another run waits for the same answer already, the name of that one.

    Runs that ask at the same moment take turns: what was looked at is what stands when the question is written. Where
    the server cannot say whether the other one waits still, the question is asked all the same.
    """
    while True:
        with store.reading() as connection:
            others = _others(approvals.of_month(connection, first.practice_id, first.month), first.flow_run_id)
        same = [one.flow_run_id for one in others if one.revision == first.revision]
        if waiting := _waiting(api, same):
            return waiting
        with store.writing() as connection:
            month_life.only_one_at_a_time(connection, first.practice_id)
            now = approvals.of_month(connection, first.practice_id, first.month)
            if _others(now, first.flow_run_id) == others:
                approvals.ask(connection, first)
                return ""


def let_go(store: Store, api: PrefectApi, practice_id: str, month: Month | str, but: str = "") -> list[str]:
    """The names of the runs that waited for an answer that nobody need give any more: they go on now, to their end."""
    with store.reading() as connection:
        asked = _others(approvals.of_month(connection, practice_id, str(month)), but)
    over = [one.flow_run_id for one in asked if settled(store, one)]
    waiting = [run for run in _known(api, over) if run["state_type"] == "PAUSED"]
    gone = [str(run["name"]) for run in waiting if _resumed(api, run)]
    if gone:
        LOG.info("%s, %s: settled, so what waited for it ends: %s", practice_id, month, ", ".join(gone))
    return gone


def let_go_by_the_way(store: Store, api: PrefectApi, practice_id: str, month: Month | str, but: str = "") -> None:
    """The same where something else is to be done: a server that does not answer is said in the log, and ends nothing.

    What waits then ends by itself once it is resumed.
    """
    try:
        let_go(store, api, practice_id, month, but)
    except PlaceError as error:
        LOG.warning("%s, %s: runs that wait for what is settled were not let go: %s", practice_id, month, error)


def _waiting(api: PrefectApi, runs: list[str]) -> str:
    """The name of the first of these runs that has not ended; empty where none is known."""
    try:
        return next((str(run["name"]) for run in _known(api, runs) if run["state_type"] not in ENDED), "")
    except PlaceError as error:
        LOG.warning("asked without knowing whether another run waits already: %s", error)
        return ""


def _resumed(api: PrefectApi, run: dict[str, Any]) -> bool:
    return bool(api.ask(f"/flow_runs/{run['id']}/resume", {})["status"] == "ACCEPT")


def _others(asked: list[Request], run: str) -> list[Request]:
    return [one for one in asked if one.flow_run_id != run]


def _known(api: PrefectApi, runs: list[str]) -> list[dict[str, Any]]:
    """Those of the runs that the server knows."""
    return api.find("flow_runs", flow_runs={"id": {"any_": runs}}, limit=200) if runs else []
