"""prefect.yaml: every flow can be loaded, every form is bounded, every schedule goes by the practice's clock."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows import deployments
from flows.deployments import declared, filled, on_their_clocks, unimportable, zones_of

FOUND = declared()
NAMES = [one["name"] for one in FOUND["deployments"]]
# A month's last or first night changes the clock: 2026-11-01 in New York, 2027-10-31 in Berlin, 2029-04-01 in Auckland.
ZONES = ["America/New_York", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "America/Phoenix"]


@pytest.fixture(scope="module")
def schemas() -> dict[str, dict[str, Any]]:
    from prefect.flows import load_flow_from_entrypoint
    from prefect.utilities.callables import parameter_schema

    found = {}
    for one in FOUND["deployments"]:
        flow: Any = load_flow_from_entrypoint(str(deployments.ROOT / one["entrypoint"]), use_placeholder_flow=False)
        found[one["name"]] = parameter_schema(flow).model_dump()
    return found


def test_every_flow_can_be_loaded_and_one_that_cannot_is_named() -> None:
    assert unimportable(FOUND) == []
    wrong = {"deployments": [*FOUND["deployments"], {"name": "gone", "entrypoint": "flows/outreach.py:gone"}]}
    (said,) = unimportable(wrong)
    assert said.startswith("prefect.yaml: gone: flows/outreach.py:gone cannot be loaded")


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_described_bounded_and_defaulted(name: str, schemas: dict[str, dict[str, Any]]) -> None:
    schema = schemas[name]
    scheduled = bool(next(one for one in FOUND["deployments"] if one["name"] == name).get("schedules"))
    assert not (scheduled and schema["required"]), "an operator may start it with an empty form"
    for field, told in schema["properties"].items():
        assert told["title"] == field
        assert len(told["description"]) > 20, field
        assert "default" in told or field in schema["required"], field
        assert told["type"] in ("string", "array"), f"{field}: a plain field, not a choice of kinds"
        assert {"pattern", "maxLength", "maxItems", "enum"} & set(told), f"{field} has no bound"
    declared_here = next(one for one in FOUND["deployments"] if one["name"] == name)
    assert set(declared_here.get("parameters", {})) <= set(schema["properties"])
    assert declared_here["description"]


def test_what_the_server_refuses(schemas: dict[str, dict[str, Any]]) -> None:
    from prefect.utilities.schema_tools.validation import ValidationError, validate

    schema: Any = schemas["monthly-cycle"]
    for fits in ({}, {"month": ""}, {"month": "2026-10", "practice": "P1"}, {"source": "env:CCM_SOURCE_URL"},
                 {"database": "env:CCM_DATABASE_URL"}, {"database": "sqlite:////srv/ccm/out/ccm.db"}):  # fmt: skip
        validate(fits, schema, raise_on_error=True)
    for nonsense in (
        {"month": "2026-13"},
        {"month": "October"},
        {"month": 202610},
        {"practice": "../P1"},
        {"source": "postgresql://user:secret@host/name"},
        {"source": "postgresql://host/name?user=ccm&password=secret"},
        {"source": ""},
        {"database": "postgresql://user:secret@host/name"},
        {"database": "postgresql://host/name?user=ccm&password=secret"},
        {"database": "secret"},
    ):
        with pytest.raises(ValidationError):
            validate(nonsense, schema, raise_on_error=True)


def test_no_parameter_asks_for_a_patient(schemas: dict[str, dict[str, Any]]) -> None:
    fields = {field for schema in schemas.values() for field in schema["properties"]}
    known = {"month", "source", "practice", "out", "database", "settings", "profile", "folder", "files"}
    assert fields <= known | {"reason", "reviewer", "prepared_by", "approval", "run", "what", "which"}


def test_every_schedule_has_a_name_and_the_practices_clock() -> None:
    scheduled = {one["name"]: one["schedules"] for one in FOUND["deployments"] if one.get("schedules")}
    assert set(scheduled) == {"monthly-cycle", "minutes-watch", "remittance", "outreach"}
    for plans in scheduled.values():
        assert {plan["timezone"] for plan in plans} == {"{{ $CCM_TIME_ZONE }}"}
        assert len({plan["slug"] for plan in plans}) == len(plans)


def test_one_zone_is_everybodys_and_several_give_each_practice_its_own() -> None:
    assert on_their_clocks(FOUND, {"P1": "America/Denver", "P2": "America/Denver"}) == (FOUND, "America/Denver")
    assert on_their_clocks(FOUND, {}) == (FOUND, "America/New_York")
    two, _ = on_their_clocks(FOUND, {"P1": "America/Denver", "P2": "America/Chicago"})
    plans = next(one["schedules"] for one in two["deployments"] if one["name"] == "outreach")
    assert [(plan["slug"], plan["timezone"], plan["parameters"]) for plan in plans] == [
        ("daily-p1", "America/Denver", {"practice": "P1"}),
        ("daily-p2", "America/Chicago", {"practice": "P2"}),
    ]


def test_practices_that_differ_in_a_sign_have_schedules_of_their_own() -> None:
    zones = {"P-1": "America/Denver", "P 1": "America/Chicago", "P1": "America/Denver"}
    plans = next(
        one["schedules"] for one in on_their_clocks(FOUND, zones)[0]["deployments"] if one["name"] == "outreach"
    )
    slugs = {plan["parameters"]["practice"]: plan["slug"] for plan in plans}
    assert (slugs["P1"], slugs["P-1"]) == ("daily-p1", "daily-p-1")
    assert len(set(slugs.values())) == 3
    assert all(re.fullmatch(r"[a-z0-9-]+", slug) for slug in slugs.values())


def test_the_clock_is_read_from_the_source(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert zones_of(str(clean)) == ({"P1": "America/New_York"}, "")
    zones, note = zones_of(str(tmp_path))
    assert zones == {}
    assert "practices.csv is not there" in note
    assert note.endswith("Until then schedules go by Eastern time; set CCM_TIME_ZONE for another.")
    monkeypatch.setenv("CCM_TIME_ZONE", "America/Denver")
    assert zones_of(str(tmp_path)) == ({"": "America/Denver"}, "")


def test_what_is_not_set_is_left_to_the_flow() -> None:
    given = {"a": "{{ $CCM_A }}", "b": "{{ $CCM_B }}", "c": ["{{ $CCM_A }}", "as it is"]}
    assert filled(given, {"CCM_A": "x", "CCM_B": ""}) == {"a": "x", "c": ["x", "as it is"]}


@pytest.mark.parametrize("zone", ZONES)
def test_a_month_has_one_run_of_each_plan_whatever_the_clock_does(zone: str) -> None:
    """Six in the morning there, on the first of each month and on each working day, for five years."""
    plans = {plan["slug"]: plan for one in FOUND["deployments"][:1] for plan in one["schedules"]}
    first = [at.astimezone(ZoneInfo(zone)) for at in _runs(plans["first-look"], zone, 2026, 2031)]
    daily = [at.astimezone(ZoneInfo(zone)) for year in range(2026, 2031)
             for at in _runs(plans["after-cut-off"], zone, year, year + 1)]  # fmt: skip
    assert [(at.year, at.month, at.day) for at in first] == [(y, m, 1) for y in range(2026, 2031) for m in range(1, 13)]
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(1826)]
    assert [at.date() for at in daily] == [day for day in days if day.weekday() < 5]
    assert {at.hour for at in [*first, *daily]} == {6}
    assert plans["after-cut-off"]["parameters"] == {"which": "due"}


def _runs(plan: dict[str, Any], zone: str, since: int, until: int) -> list[datetime]:
    from prefect.server.schemas.schedules import CronSchedule, RRuleSchedule

    kind: Any = CronSchedule(cron=plan["cron"], timezone=zone) if "cron" in plan else None
    kind = kind or RRuleSchedule(rrule=plan["rrule"], timezone=zone)
    start, end = datetime(since, 1, 1, tzinfo=ZoneInfo(zone)), datetime(until, 1, 1, tzinfo=ZoneInfo(zone))
    found: list[datetime] = asyncio.run(
        kind.get_dates(n=400, start=start.astimezone(UTC), end=end - timedelta(hours=1))
    )
    return found
