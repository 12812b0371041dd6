"""The time of each call is on record, given later, or missing by name; compliance is told, and the month counts it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from tasks.route.calls import Call, Judged, call_alerts, calls_by_case, judged
from tasks.route.measures import measures
from tasks.route.safeguards import alerts
from tests.route.made import CASES, settings

EASTERN = "America/New_York"
TUESDAY, SUNDAY = date(2026, 10, 13), date(2026, 10, 18)
NOON, NIGHT = datetime(2026, 10, 13, 16, tzinfo=UTC), datetime(2026, 10, 14, 1, 30, tzinfo=UTC)
NO_PAYMENTS = pd.DataFrame({"case_number": pd.Series(dtype="str"), "payment_date": pd.Series(dtype="datetime64[ns]"),
                            "amount": pd.Series(dtype="int64")})  # fmt: skip


def row(source: str, at: datetime | None = None, method: str = "by_phone", **more: Any) -> dict[str, Any]:
    return {"case_number": "C-000001", "day": TUESDAY, "at": at, "result": "reached", "method": method, "by": "S1",
            "source": source, **more}  # fmt: skip


def of(*rows: dict[str, Any]) -> dict[str, list[Call]]:
    return calls_by_case(pd.DataFrame(list(rows), columns=list(row(""))))


def test_a_time_that_was_given_later_is_that_of_its_call_and_a_letter_is_no_call() -> None:
    calls = of(
        row("a"), row("b", NOON), row("c", method="by_letter"), row("a:time", NOON, by="S2"), row("x:time", NOON)
    )
    assert [(one.source, one.at, one.by) for one in calls["C-000001"]] == [("a", NOON, "S1"), ("b", NOON, "S1")]
    assert of() == {}


@pytest.mark.parametrize(
    ("day", "at", "changes", "stands"),
    [
        (TUESDAY, NOON, {}, "time_recorded"),
        (TUESDAY, None, {}, "time_not_recorded"),
        (TUESDAY, NIGHT, {}, "in_quiet_hours"),
        (TUESDAY, NIGHT, {"time_zone": "America/Los_Angeles"}, "time_recorded"),
        (SUNDAY, None, {}, "in_quiet_hours"),
        (SUNDAY, None, {"call_on_sundays": True}, "time_not_recorded"),
        (TUESDAY, None, {"closed_days": (TUESDAY,)}, "in_quiet_hours"),
        (TUESDAY, NOON, {"closed_days": (TUESDAY,)}, "in_quiet_hours"),
    ],
)
def test_a_call_is_held_against_the_quiet_hours(
    day: date, at: datetime | None, changes: dict[str, Any], stands: str
) -> None:
    (found,) = judged(of(row("a", at, day=day)), settings(**changes), EASTERN)
    assert (found.case_number, found.stands) == ("C-000001", stands)


def test_compliance_is_told_by_person_and_the_measures_count_cases_by_month() -> None:
    rows = [row(str(n), case_number=f"C-{n:06d}") for n in range(8)]
    rows += [
        row("again", case_number="C-000001"),
        row("b", NOON),
        row("n", NIGHT, by="S2"),
        row("old", day=date(2026, 7, 1)),
    ]
    found = judged(of(*rows), CASES, EASTERN)
    until = date(2026, 10, 20)
    table = alerts({}, {}, {}, "P1", CASES, until, calls=found).set_index(["alert", "whose"])
    assert sorted(table.index) == [("call_in_quiet_hours", "S2"), ("call_without_time", "S1")]
    untimed = table.loc[("call_without_time", "S1")]
    assert untimed["cases"] == 8
    assert "C-000000 on 2026-10-13" in untimed["words"]
    assert untimed["words"].endswith(" and 2 more")
    assert "2026-07-01" not in untimed["words"], "what is older than a quarter is history"
    assert "C-000001 on 2026-10-13" in table.loc[("call_in_quiet_hours", "S2"), "words"]
    counted = measures({}, NO_PAYMENTS, until, calls=found).set_index(["month", "measure", "name"])["cases"].to_dict()
    assert counted == {
        ("2026-07", "calls", "time_not_recorded"): 1,
        ("2026-10", "calls", "time_not_recorded"): 8,
        ("2026-10", "calls", "time_recorded"): 1,
        ("2026-10", "calls", "in_quiet_hours"): 1,
    }


def test_nothing_is_told_where_every_call_has_its_time() -> None:
    fine = Judged("C-000001", Call(TUESDAY, "a", "by_phone", "S1", NOON), "time_recorded")
    assert call_alerts([fine], date(2026, 10, 20)) == []
    assert alerts({}, {}, {}, "P1", CASES, date(2026, 10, 20), calls=[fine]).empty
