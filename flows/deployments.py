"""What `prefect.yaml` declares, with a Prefect server: each flow tried first, each schedule on the practices' clock."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config.environment import from_environment
from config.errors import InputError
from config.month import EASTERN, time_zone
from config.slug import slug_of
from flows.automations import automate
from flows.prefect_api import PrefectApi

ROOT = Path(__file__).parents[1]
POOL, NOTICES = "ccm", "ccm-notices"
FOR_ALL = ("remittance",)  # one watched folder has the files of every practice
MOST_AT_ONCE = max(2, os.cpu_count() or 2)  # runs of a pool: each reads the source; a month that waits is none of them
VARIABLE = re.compile(r"\{\{ \$(\w+) \}\}")
QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "GX_ANALYTICS_ENABLED": "false"}


@dataclass(frozen=True)
class Places:
    """Where scheduled runs read and write: absolute paths, or env:NAME for a source that is a database."""

    source: str
    out: Path
    settings: str = ""
    remittances: str = ""

    @property
    def home(self) -> Path:
        """Prefect's own folder: its database, its logs, what is started of it."""
        return self.out / "prefect"

    def variables(self, zone: str) -> dict[str, str]:
        """What prefect.yaml asks of the environment."""
        return {
            "CCM_HOME": str(ROOT),
            "CCM_SOURCE": self.source,
            "CCM_OUT": str(self.out),
            "CCM_SETTINGS": self.settings,
            "CCM_REMITTANCES": self.remittances or str(self.out / "remittances"),
            "CCM_TIME_ZONE": zone,
        }


def declared() -> dict[str, Any]:
    """What prefect.yaml says."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
    return found


def zones_of(source: str) -> tuple[dict[str, str], str]:
    """The clock of each practice, and a sentence where it is not known from the source.

    CCM_TIME_ZONE in the environment holds for all; a source whose practices cannot be read now goes by Eastern time,
    for it may be whole on the day of a run.
    """
    from tasks.pull.source import practice_zones

    given = os.environ.get("CCM_TIME_ZONE", "")
    if given:
        return {"": time_zone(given).key}, ""
    try:
        return practice_zones(from_environment(source)), ""
    except InputError as error:
        return {}, f"{error} Until then schedules go by Eastern time; set CCM_TIME_ZONE for another."


def on_their_clocks(found: dict[str, Any], zones: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The declarations and the zone of their schedules; in several zones, each practice has schedules of its own."""
    clocks = set(zones.values())
    if len(clocks) < 2:
        return found, next(iter(clocks), EASTERN)
    deployments = [
        {**one, "schedules": [_of_practice(plan, *pair) for plan in one["schedules"] for pair in sorted(zones.items())]}
        if one.get("schedules") and one["name"] not in FOR_ALL
        else one
        for one in found["deployments"]
    ]
    return {**found, "deployments": deployments}, EASTERN


def _of_practice(plan: Mapping[str, Any], practice: str, zone: str) -> dict[str, Any]:
    return {**plan, "slug": f"{plan['slug']}-{slug_of(practice)}", "timezone": zone,
            "parameters": {**plan.get("parameters", {}), "practice": practice}}  # fmt: skip


def unimportable(found: Mapping[str, Any]) -> list[str]:
    """A sentence for each flow that cannot be loaded: `prefect deploy` registers those without a word."""
    return [said for one in found["deployments"] if isinstance(said := _loaded(one), str)]


def _loaded(one: Mapping[str, Any]) -> Any:
    """The flow of a declaration; a sentence when it cannot be loaded."""
    from prefect.flows import load_flow_from_entrypoint

    try:
        return load_flow_from_entrypoint(str(ROOT / one["entrypoint"]), use_placeholder_flow=False)
    except Exception as error:
        return f"prefect.yaml: {one['name']}: {one['entrypoint']} cannot be loaded ({type(error).__name__})"


def deploy(api: PrefectApi, places: Places) -> tuple[str, str]:
    """Every deployment of prefect.yaml is with the server, as declared; the zone of its schedules, and a note on it.

    A schedule that an operator paused stays paused; what is with the server already is left alone. InputError when a
    flow cannot be loaded; nothing is changed then.
    """
    found = declared()
    zones, note = zones_of(places.source)
    found, zone = on_their_clocks(found, zones)
    found = filled(found, places.variables(zone))
    flows = {one["name"]: _loaded(one) for one in found["deployments"]}
    if wrong := [said for said in flows.values() if isinstance(said, str)]:
        raise InputError(f"{'; '.join(wrong)}; mend the entrypoint, nothing was deployed.")
    there = {one["name"]: one for one in api.find("deployments", limit=200)}
    for name in {one["work_pool"]["name"] for one in found["deployments"]}:
        if not api.find("work_pools", work_pools={"name": {"any_": [name]}}):
            api.ask("/work_pools/", {"name": name, "type": "process", "concurrency_limit": MOST_AT_ONCE})
    for one in found["deployments"]:
        _register(api, one, found["pull"], flows[one["name"]], there.get(one["name"]))
    automate(api)
    return zone, note


def filled(found: Any, variables: Mapping[str, str]) -> Any:
    """The declarations with the variables' values; what has none is left out, so that the flow's own default holds."""
    if isinstance(found, dict):
        return {name: value for name, item in found.items() if (value := filled(item, variables)) is not None}
    if isinstance(found, list):
        return [filled(item, variables) for item in found]
    if isinstance(found, str) and (name := VARIABLE.fullmatch(found)):
        return variables.get(name[1]) or None
    return found


def _register(api: PrefectApi, one: Mapping[str, Any], pull: Any, flow: Any, there: Mapping[str, Any] | None) -> None:
    from prefect.utilities.callables import parameter_schema

    body = {
        "description": one["description"].strip(),
        "tags": one.get("tags", []),
        "parameters": one.get("parameters", {}),
        "parameter_openapi_schema": parameter_schema(flow).model_dump(),
        "enforce_parameter_schema": True,
        "work_pool_name": one["work_pool"]["name"],
        "entrypoint": one["entrypoint"],
        "path": str(ROOT),
        "pull_steps": pull,
        "schedules": [_plan(plan) for plan in one.get("schedules", [])],
    }
    version = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()[:16]
    if there is None:
        flow_id = api.ask("/flows/", {"name": flow.name})["id"]
        api.ask("/deployments/", {**body, "name": one["name"], "flow_id": flow_id, "version": version})
    elif there["version"] != version:
        kept = {plan["slug"] for plan in body["schedules"]}
        for plan in there["schedules"]:
            if plan["slug"] not in kept:
                api.ask(f"/deployments/{there['id']}/schedules/{plan['id']}", method="DELETE")
        body |= {"paused": there["paused"], "version": version}
        api.ask(f"/deployments/{there['id']}", body, method="PATCH")


def _plan(declared_plan: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule as the server takes it; whether it is active is the operator's."""
    timing = {name: declared_plan[name] for name in ("cron", "rrule", "timezone") if name in declared_plan}
    return {"slug": declared_plan["slug"], "schedule": timing, "parameters": declared_plan.get("parameters", {})}


def missing(api: PrefectApi) -> list[str]:
    """Deployments of prefect.yaml that the server does not have."""
    there = {one["name"] for one in api.find("deployments", limit=200)}
    return [one["name"] for one in declared()["deployments"] if one["name"] not in there]


def planned(api: PrefectApi) -> list[tuple[str, str]]:
    """The next run of each deployment that has a schedule: its name and when, soonest first."""
    first: list[tuple[str, str]] = []
    for one in api.find("deployments", limit=200):
        # Asked one by one: hundreds of runs of one with a schedule a practice would hide those of the others.
        runs = api.find(
            "flow_runs",
            flow_runs={"deployment_id": {"any_": [one["id"]]}, "state": {"type": {"any_": ["SCHEDULED"]}}},
            sort="NEXT_SCHEDULED_START_TIME_ASC",
            limit=1,
        )
        first += [(one["name"], run["next_scheduled_start_time"]) for run in runs if run["next_scheduled_start_time"]]
    return sorted(first, key=lambda found: found[1])
