"""Thirteen months as pictures: bars as high as their numbers, gaps as gaps, and the same numbers as a table."""

import re

import pandas as pd
import pytest

from config.month import Month
from tasks.send.report import render_report, report_view
from tasks.send.trend import nice, trend_view
from tasks.store.answer_counts import AnswerCounts
from tasks.store.trend import COLUMNS
from tests.send.frames import output
from tests.send.month import decision, frames
from tests.send.test_messages import plain

OCTOBER = Month(2026, 10)


def months(**by_month: dict[str, int]) -> pd.DataFrame:
    """The store's answer: these months, everything not said nought."""
    rows = [
        dict.fromkeys(COLUMNS, 0) | {"month": name.replace("m", "").replace("_", "-")} | row
        for name, row in by_month.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


TREND = months(
    m2026_07={"bill": 40, "hold": 10, "expected_cents": 400_000, "received_cents": 250_000, "left_out_seconds": 6000},
    m2026_08={"bill": 50, "short": 30, "expected_cents": 500_000, "left_out_seconds": 12_000},
    m2026_10={
        "bill": 60,
        "not_billable": 20,
        "expected_cents": 600_000,
        "left_out_seconds": 3000,
        "counted_seconds": 9000,
    },
)
ANSWERS = AnswerCounts(
    pd.DataFrame(
        {
            "month": ["2026-07"] * 2,
            "payer_name": "M",
            "rendering_npi": "1",
            "standing": ["paid", "denied"],
            "claims": [30, 10],
            "lines": 1,
        }
    ),
    pd.DataFrame(
        columns=["month", "payer_name", "rendering_npi", "error", "rule", "cause", "route", "state", "lines", "cents"]
    ),
)


@pytest.fixture(scope="module")
def charts() -> dict[str, dict]:
    return {chart["name"]: chart for chart in trend_view(TREND, ANSWERS, OCTOBER)["charts"]}


def test_bars_are_as_high_as_their_numbers(charts):
    whole = charts["outcomes"]["floor"] - charts["outcomes"]["top"]
    first = charts["outcomes"]["bars"][:2]
    assert charts["outcomes"]["ticks"][-1]["text"] == "80"
    assert [round(bar["height"] / whole * 80) for bar in first] == [40, 10]
    assert first[1]["y"] + first[1]["height"] == pytest.approx(first[0]["y"], abs=0.2), (
        "parts of a month stand upon one another"
    )
    assert [round(bar["height"] / whole * 200) for bar in charts["minutes"]["bars"]] == [100, 200, 50]


def test_what_no_payer_answered_has_no_bar(charts):
    assert [bar["said"] for bar in charts["denials"]["bars"]] == ["July 2026: 25.0 % of 40 answered claims"]
    assert [bar["said"] for bar in charts["money"]["bars"] if bar["tone"] == "strong"] == [
        "July 2026: $2,500.00 received"
    ]


def test_a_month_that_is_not_stored_is_a_gap_and_no_nought(charts):
    for chart in charts.values():
        (gap,) = chart["gaps"]
        assert "No month is stored for September 2026." in chart["said"]
        assert not [bar for bar in chart["bars"] if gap["x"] <= bar["x"] + bar["width"] / 2 <= gap["x"] + gap["width"]]


def test_the_page_has_each_picture_with_words_and_all_numbers_as_a_table():
    page = render_report(report_view(frames(), "Maple", OCTOBER, 1, TREND, answers=ANSWERS))
    for name in ("outcomes", "money", "denials", "minutes"):
        assert f'role="img" aria-labelledby="{name}-title {name}-said"' in page
    text = plain(page)
    assert "2026-07 40 10 0 0 $4,000.00 $2,500.00 40 25.0 % 0 100" in text
    assert "2026-09 no month stored" in text
    assert "2026-10 60 0 0 20 $6,000.00 – – – 150 50" in text
    assert "Received so far nothing yet" in text


def test_received_is_told_once_a_payer_has_answered():
    july = report_view(frames(), "Maple", Month(2026, 7), 1, TREND, answers=ANSWERS)
    assert july["received"] == 250_000
    assert "Received so far $2,500.00" in plain(render_report(july))


def test_one_month_alone_is_no_trend():
    alone = report_view(frames(), "Maple", OCTOBER, 1, TREND.tail(1))
    assert alone["trend"]["rows"] == []
    assert "side by side" not in render_report(alone)


@pytest.mark.parametrize(("most", "end"), [(0, 1), (1, 1), (3, 4), (6, 8), (9, 10), (81, 100), (1234, 2000)])
def test_an_axis_ends_with_a_round_number(most, end):
    assert nice(most) == end


def test_panels_stand_against_the_norm_and_minutes_against_what_is_needed():
    month = frames()
    entry = {"disposition": "counted", "seconds": 1200}
    month["time_ledger"] = output(
        "time_ledger",
        *[
            entry | {"entry_id": f"T{one}", "patient_id": case}
            for one, case in enumerate(month["decisions"]["patient_id"])
        ],
        entry
        | {
            "entry_id": "T9",
            "patient_id": month["decisions"]["patient_id"].iloc[0],
            "disposition": "bulk",
            "seconds": 660,
        },
    )
    staff = pd.DataFrame({"staff_id": ["S1", "S2"], "credential": ["RN", "MA"]})
    view = report_view(month, "Maple", OCTOBER, 1, staff=staff, panel=4)["capacity"]
    rows = {row["staff_id"]: row for row in view["rows"]}
    assert [(row["staff_id"], row["patients"], row["over"]) for row in view["rows"]] == [
        ("S1", 5, 1),
        ("S2", 1, 0),
        ("", 1, 0),
    ]
    assert (rows["S1"]["logged"], rows["S1"]["counted"], rows["S1"]["needed"]) == (111, 100, 100)
    assert (rows["S2"]["counted"], rows["S2"]["missing"], rows["S2"]["needed"], rows["S2"]["job"]) == (20, 3, 23, "MA")
    text = plain(render_report(report_view(month, "Maple", OCTOBER, 1, staff=staff, panel=4)))
    assert "1 care manager has a panel above 4 patients" in text
    assert "S1 RN 1 above 5 0 111 100 100 0" in text
    assert "No care manager 1 1 20 20 21 1" in text


def test_a_patient_in_two_programs_is_one_of_the_panel():
    month = frames()
    month["decisions"] = pd.concat([month["decisions"], output("decisions", decision(1, "bill") | {"program": "bhi"})])
    assert report_view(month, "Maple", OCTOBER, 1)["capacity"]["rows"][0]["patients"] == 5


def test_every_picture_names_what_it_shows():
    page = render_report(report_view(frames(), "Maple", OCTOBER, 1, TREND, answers=ANSWERS))
    assert len(re.findall(r"<svg", page)) == len(re.findall(r"<desc ", page)) == 4
