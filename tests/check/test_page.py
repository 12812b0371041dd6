"""The data-quality page: complete, self-contained, and without a patient."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from tasks.check.page import render_data_quality
from tasks.check.quality import quality_view
from tests.check.frames import MONTH, check, entry, example

NAME = "Zebedee-Quux"


@pytest.fixture(scope="module")
def checked():
    patients = [example("patients", last_name=NAME), example("patients", patient_id="PAT-77", last_name=None)]
    entries = [entry("E1", "2026-10-05 09:00"), entry("E2", "2026-10-05 10:00", patient_id="PAT-77", country="CA")]
    entries += [entry(f"F{n}", f"2026-10-{n + 6:02d} 09:00", program="ccm+rpm") for n in range(14)]
    return check(patients=patients, time_entries=entries)


@pytest.fixture(scope="module")
def history():
    rows = [("2026-08", 100, 10), ("2026-09", 100, 5), ("2026-09", 100, 0)]
    checks = ["program_unknown", "program_unknown", "sent_again"]
    named = zip(rows, checks, strict=True)
    return pd.DataFrame(
        [{"month": m, "table": "time_entries", "check": c, "rows": r, "failed": f} for (m, r, f), c in named]
    )


def test_the_view_counts_rows_once_and_reasons_each(checked):
    view = quality_view(checked.checks, checked.quarantine)
    assert view["set_aside"] == 1 + 1 + 14
    assert view["rows"] == sum(table["rows"] for table in view["tables"]) == 2 + 16 + 3
    assert [(reason["reason"], reason["rows"]) for reason in view["reasons"]] == [
        ("program_unknown", 14),
        ("last_name_missing", 1),
        ("patient_unknown", 1),
    ]
    where = view["reasons"][0]["places"]
    assert where == [{"file": "time_entries.csv", "lines": "4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15", "more": 2}]
    assert view["owners"][0]["owner"] == "Care managers"
    assert view["warned"] == 1
    assert {severity["severity"]: severity["unmet"] for severity in view["severities"]} == {
        "stop": 0,
        "quarantine": 3,
        "warn": 1,
    }


def test_a_row_set_aside_keeps_the_patient_it_names(checked):
    named = checked.quarantine.drop_duplicates("reason").set_index("reason")["patient_id"]
    assert named["last_name_missing"] == named["patient_unknown"] == "PAT-77"
    assert named["program_unknown"] == "100234"


def test_trends_stand_beside_what_ever_failed(checked, history):
    view = quality_view(checked.checks, checked.quarantine, history)
    entries = next(table for table in view["tables"] if table["table"] == "time_entries")
    trend = {one["check"]: one["trend"] for one in entries["checks"]}
    assert [bar["month"] for bar in trend["program_unknown"]] == ["2026-08", "2026-09", "this month"]
    assert [round(bar["share"], 3) for bar in trend["program_unknown"]] == [0.1, 0.05, 0.875]
    assert trend["program_unknown"][-1]["height"] == 100
    assert trend["sent_again"] == []


def test_rejected_rows_are_shown_as_such(checked):
    rejected = checked.quarantine.head(1).assign(disposition="rejected", reason="birth_date_unreadable")
    view = quality_view(checked.checks, pd.concat([checked.quarantine, rejected], ignore_index=True))
    assert view["set_aside"] == 16, "the same row was set aside for another reason as well"
    assert "could not be read" in render_data_quality(view, "P", MONTH)


def test_the_page_shows_every_expectation_with_its_fix(checked, history):
    page = html.unescape(render_data_quality(quality_view(checked.checks, checked.quarantine, history), "P", MONTH))
    for row in checked.checks.to_dict("records"):
        assert row["words"] in page
        assert row["fix"] in page
    assert "2026-10" in page
    assert 'class="trend"' in page


def test_the_page_is_self_contained_and_names_no_patient(checked, history):
    page = render_data_quality(quality_view(checked.checks, checked.quarantine, history), "P", MONTH)
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|@import|url\(|<script""", page)
    for identity in (NAME, "PAT-77", "100234", "Jamie", "1947-03-09"):
        assert identity not in page


def test_on_paper_each_table_has_one_line_for_what_was_met(checked):
    page = render_data_quality(quality_view(checked.checks, checked.quarantine), "P", MONTH)
    print_rules = page[page.rindex("@media print") : page.index("</style>")]
    assert ".suite tr.met { display: none; }" in print_rules
    assert "details-content" not in print_rules, "a table that met everything stays folded up"
    met = [int(number) for number in re.findall(r'onpaper">(\d+) expectations met', page)]
    assert sum(met) == (checked.checks["failed"] == 0).sum()


def test_names_are_escaped(checked):
    page = render_data_quality(quality_view(checked.checks, checked.quarantine), "Bell & <b>Sons", MONTH)
    assert "Bell &amp; &lt;b&gt;Sons" in page
    assert "<b>Sons" not in page


def test_a_clean_month_says_so():
    clean = check()
    view = quality_view(
        clean.checks, clean.quarantine, pd.DataFrame(columns=["month", "table", "check", "rows", "failed"])
    )
    page = render_data_quality(view, "P", MONTH)
    assert "met all" in page
    assert view["reasons"] == view["owners"] == []
