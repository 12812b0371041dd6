"""The counts on the terminal add up, and are those of the files and pages."""

import pandas as pd
import pytest

from config.frames import rows_set_aside
from config.month import Month
from tasks.check.quality import quality_view
from tasks.send.delivery import DeliveryReport
from tasks.send.report import render_report, report_view
from tasks.send.summary import bar, summary_markdown, summary_of
from tasks.store.records import Cycle, Digests, Saved
from tests.send.frames import output
from tests.send.month import frames
from tests.send.test_messages import plain

MONTH = Month(2026, 10)


@pytest.fixture
def month() -> dict:
    row = {"table": "time_entries", "source_file": "log.csv", "disposition": "quarantined"}
    rows = [row | {"source_line": 4, "row_key": key, "reason": reason} for key in "ab" for reason in ("one", "two")]
    unread = {"disposition": "rejected", "source_line": 9}
    rows += [row | unread | {"row_key": key, "reason": key} for key in "cd"]
    patients = [("in", 9), ("bill", 2), ("hold", 2), ("short", 2), ("not_billable", 1), ("not_enrolled", 2)]
    parts = [{"total": "patients", "part": part, "amount": amount} for part, amount in patients]
    parts += [{"total": "rows:time_entries", "part": part, "amount": 5} for part in ("in", "other_month")]
    checks = {"table": "time_entries", "check": "one", "severity": "quarantine", "rows": 20, "failed": 2, "owner": "it"}
    return frames() | {
        "quarantine": output("quarantine", *rows),
        "reconciliation": output("reconciliation", *parts),
        "checks": output("checks", checks),
    }


def summary(month: dict, past: pd.DataFrame | None = None) -> dict:
    saved = Saved(Cycle(1, "P1", MONTH, 1, "decided", Digests("a", "b", "c"), "d", None), month["changes"], new=True)
    return summary_of(month, "P1", MONTH, saved, DeliveryReport(), past=past)


def sections(month: dict) -> dict[str, dict[str, str]]:
    return {heading: dict(lines) for heading, lines in summary(month)["sections"]}


def test_patients_add_up_with_those_not_enrolled(month: dict) -> None:
    patients = sections(month)["Patient-months"]
    assert patients["not enrolled"] == "2"
    assert sum(int(number) for number in patients.values()) == 9


def test_a_mail_server_that_could_not_be_used_is_told_with_what_waits(month: dict) -> None:
    saved = Saved(Cycle(1, "P1", MONTH, 1, "decided", Digests("a", "b", "c"), "d", None), month["changes"], new=True)
    down = DeliveryReport(waiting=14, problem="mail.example:587: connection refused; the messages wait.")
    found = summary_of(month, "P1", MONTH, saved, down)
    told = [("waiting in the outbox", "14"), ("why they wait", down.problem)]
    assert dict(found["sections"])["Messages"] == told
    assert f"| why they wait | {down.problem} |" in summary_markdown(found)


def test_the_summary_says_plainly_what_its_amounts_rest_on(month: dict) -> None:
    money = sections(month)["Money"]
    assert money["of it, with rates from a secondary source"] == money["expected to be allowed"]


def test_rows_set_aside_are_the_same_number_everywhere(month: dict) -> None:
    assert rows_set_aside(month["quarantine"]) == {"quarantined": 2, "rejected": 1}
    assert sections(month)["Rows set aside"] == {"quarantined": "2", "rejected": "1"}
    assert report_view(month, "P", MONTH, 1)["set_aside_rows"] == 3
    quality = quality_view(month["checks"], month["quarantine"], None, other_month=5)
    assert (quality["set_aside"], quality["rejected"]) == (3, 1)
    assert quality["rows"] == 21, "the rejected one was read as well"


def test_the_report_says_which_rows_the_data_quality_page_leaves_out(month: dict) -> None:
    text = plain(render_report(report_view(month, "P", MONTH, 1)))
    assert "2 quarantined, 1 rejected as unreadable" in text
    assert "Of the input rows 5 are time entries of other months" in text
    assert "of all enrolled patients, whatever their outcome" in text


def test_the_artifact_draws_outcomes_minutes_and_months(month: dict) -> None:
    past = pd.DataFrame({"month": ["2026-08", "2026-10"], "bill": [4, 2]})
    text = summary_markdown(summary(month, past))
    drawn = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in text.splitlines() if "█" in line}
    assert len(drawn["2026-08"]) == 2 * len(drawn["2026-10"]), "half as many, half as long"
    outcomes = sections(month)["Patient-months"]
    for name in ("bill", "hold", "short"):
        assert f"| {name} | {drawn[name]} | {outcomes[name]} |" in text
    assert "month by month" not in summary_markdown(summary(month, past.tail(1))), "one month is no course"


@pytest.mark.parametrize(
    ("number", "most", "drawn"),
    [(0, 10, ""), (0, 0, ""), (10, 10, "█" * 8), (5, 10, "█" * 4), (1, 64, "▏"), (1, 100_000, "▏"), (9, 64, "█▏")],
)
def test_a_bar_is_as_long_as_its_number_is_large(number: int, most: int, drawn: str) -> None:
    assert bar(number, most, 8) == drawn
