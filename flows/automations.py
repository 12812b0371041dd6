"""Automations as code: what Prefect watches in every scheduled run, and whom it calls."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from config.errors import InputError
from config.month import EASTERN, Month, time_zone
from flows.lost_runs import lost_after
from flows.prefect_api import PrefectApi
from tasks.send.run_told import HAPPENED, RunTold

TELLS = "tell-operations"
TAG = "ccm"
# Said in full: Prefect makes JSON of a bare template, and an id cannot be that.
RUN_ID = {"__prefect_kind": "jinja", "template": "{{ flow_run.id }}"}
FAILED = ["Failed", "Crashed", "TimedOut"]
OVER = ["Completed", "Failed", "Crashed", "Cancelled", "TimedOut"]
ENDED = [*OVER, "Cancelling"]
# Seconds that are waited before somebody is told, and the variable of the environment that sets others.
PATIENCE = {
    "late": (900, "CCM_LATE_SECONDS"),
    "stuck": (7200, "CCM_STUCK_SECONDS"),
    "unapproved": (86400, "CCM_UNAPPROVED_SECONDS"),
}
DESCRIBED = {"lost": "Run gave no sign of life, its process is gone: it is marked as crashed, and told as failed."}
NAMED = re.compile(r"(?:Error:?\s+|^)([A-Za-z0-9_.-]+)[:,] ")


def triggers() -> dict[str, dict[str, Any]]:
    """What is told, and by which events of a run; InputError when a patience is no number of seconds."""
    waited = {what: _seconds(*patience) for what, patience in PATIENCE.items()}
    return {
        "failed": {"posture": "Reactive", "expect": _events(*FAILED), "threshold": 1, "within": 0},
        "late": _without(["Late"], ["Pending", "Running", *ENDED], waited["late"]),
        "stuck": _without(["Running"], ["Suspended", "Paused", "AwaitingRetry", *ENDED], waited["stuck"]),
        "lost": _without(
            ["Running", "heartbeat"], ["heartbeat", "Suspended", "Paused", "AwaitingRetry", *OVER], lost_after()
        ),
        "unapproved": _without(["Suspended"], ["Resuming", "Running", "Pending", *ENDED], waited["unapproved"]),
    }


def _without(after: list[str], expected: list[str], seconds: int) -> dict[str, Any]:
    """That one of these happened, and none of the others within the time."""
    events = {"after": _events(*after), "expect": _events(*expected)}
    return {"posture": "Proactive", **events, "threshold": 1, "within": seconds}


def _events(*states: str) -> list[str]:
    return [f"prefect.flow-run.{state}" for state in states]


def _seconds(ordinary: int, name: str) -> int:
    given = os.environ.get(name, str(ordinary))
    if not given.isdigit() or int(given) < 10:
        raise InputError(f"{name}: '{given}' is no number of seconds from 10 on; correct the environment variable.")
    return int(given)


def automate(api: PrefectApi) -> None:
    """The server has one automation for each thing to tell, as declared here; one that was switched off stays off."""
    (tells,) = [one for one in api.find("deployments", limit=200) if one["name"] == TELLS]
    there = {one["name"]: one for one in api.find("automations")}
    for what, trigger in triggers().items():
        body = {
            "name": f"ccm: {what}",
            "description": DESCRIBED.get(what) or f"{HAPPENED[what][0].capitalize()}: operations is told by mail.",
            "enabled": there.get(f"ccm: {what}", {}).get("enabled", True),
            "trigger": {
                "type": "event",
                "match": {"prefect.resource.id": "prefect.flow-run.*"},
                "match_related": {"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{TAG}"},
                "for_each": ["prefect.resource.id"],
                **trigger,
            },
            "actions": [
                {
                    "type": "run-deployment",
                    "source": "selected",
                    "deployment_id": tells["id"],
                    "parameters": {"run": RUN_ID, "what": what},
                }
            ],
        }
        old = there.get(body["name"])
        if old is None:
            api.ask("/automations/", body)
        elif not _same(old, body):
            api.ask(f"/automations/{old['id']}", body, method="PUT")


def _same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether the server has it so already; putting it again would forget what it waits for."""
    timing = ("expect", "after", "within", "posture")
    found, wanted = old["trigger"], new["trigger"]
    same = all(sorted(found.get(k) or []) == sorted(wanted.get(k, [])) for k in timing[:2])
    same &= all(found.get(k) == wanted[k] for k in timing[2:])
    action = old["actions"][0]
    told = ("deployment_id", "parameters")
    return bool(same and all(action.get(name) == new["actions"][0][name] for name in told))


def _month_of(deployment: str, run: dict[str, Any]) -> str:
    """The month that a run was about whose form left it empty, by the day on which it began, or was to begin."""
    began = run.get("start_time") or run.get("expected_start_time")
    if not began or deployment not in ("monthly-cycle", "minutes-watch"):
        return ""
    day = datetime.fromisoformat(str(began).replace("Z", "+00:00")).astimezone(time_zone(EASTERN)).date()
    return str(Month.of(day) if deployment == "minutes-watch" else Month.of(day).previous)


def run_told(api: PrefectApi, run_id: str, known: Collection[str] = ()) -> RunTold:
    """What there is to tell of a run; PlaceError when the server does not know it.

    Its practice is the one it was given; else the one that its error names, where that is one of those known or that it
    was at; else the one it was at, where it was at no other.
    """
    run = api.ask(f"/flow_runs/{run_id}")
    deployment = api.ask(f"/deployments/{run['deployment_id']}")["name"] if run["deployment_id"] else run["name"]
    tasks = api.find(
        "task_runs", task_runs={"flow_run_id": {"any_": [run_id]}}, sort="EXPECTED_START_TIME_DESC", limit=50
    )
    failed = [one["name"] for one in tasks if one["state_type"] in ("FAILED", "CRASHED")] or [
        one["name"] for one in tasks if one["state_type"] == "RUNNING"
    ]
    message = str((run["state"] or {}).get("message") or "")
    given = run["parameters"]
    named = NAMED.search(message)
    taken = {one["name"].removeprefix("take ") for one in tasks if one["name"].startswith("take ")}
    alone = next(iter(taken)) if len(taken) == 1 else ""
    # What it was at comes last: a run of several may fail in one before it takes it, having taken another.
    practice = str(given.get("practice") or (named[1] if named and named[1] in {*known, *taken} else alone))
    month = re.search(r"\d{4}-\d{2}$", run["name"])
    place = os.environ.get("CCM_UI_URL") or api.url.removesuffix("/api")
    url = f"{place.rstrip('/')}/runs/flow-run/{run_id}"
    step = re.sub(r"-[0-9a-f]{3}$", "", failed[0]) if failed else ""
    told_month = str(given.get("month") or (month[0] if month else "") or _month_of(deployment, run))
    return RunTold(run_id, run["name"], deployment, practice, told_month, step, message, url)
