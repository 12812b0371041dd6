"""The report shows the month's numbers as they are, on one page that needs nothing else and names nobody."""

import re
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest

from config.contract import outputs
from config.month import Month
from tasks.send import charts
from tasks.send.report import render_report, report_view
from tasks.send.stakeholders import PAGES
from tests.qualify.cases import settings_of
from tests.send.frames import output
from tests.send.month import SECRETS, case, decision, finding, frames
from tests.send.test_messages import plain

PRACTICE = "Maple <Street>"
MONTH = Month(2026, 10)


@pytest.fixture(scope="module")
def view():
    return report_view(frames(), PRACTICE, MONTH, 1)


@pytest.fixture(scope="module")
def page(view):
    return render_report(view)


def test_headline_numbers(view):
    assert view["outcomes"] == {"bill": 2, "hold": 2, "short": 2, "not_billable": 1}
    assert view["money"] == {
        "expected": 17931,
        "coinsurance": 3587,
        "confidence": "secondary",
        "without_amount": 0,
        "lines": 3,
    }
    assert view["waiting"]["expected"] == 13226
    assert (view["minutes"]["counted"], view["minutes"]["left_out"]) == (1200, 100)
    assert (view["set_aside_rows"], view["copay_open"]) == (1, 3)


def test_entries_that_may_be_copies_are_told_with_their_lines():
    row = {"table": "time_entries", "check": "perhaps_twice", "severity": "warn", "rows": 20, "owner": "care_manager"}
    row |= {"words": "W.", "fix": "Remove the row if it is a copy. See log.csv, lines 2, 4."}
    for failed in (2, 0):
        changed = frames() | {"checks": output("checks", row | {"failed": failed})}
        page = render_report(report_view(changed, PRACTICE, MONTH, 1))
        assert ("2 time entries are like another in every cell" in page) == bool(failed)
        assert ("See log.csv, lines 2, 4." in page) == bool(failed)


def test_time_that_counts_and_is_to_be_checked_is_told_apart():
    changed = frames()
    changed["time_ledger"].loc[changed["time_ledger"]["entry_id"] == "T1", "disposition"] = "practitioner_beside_visit"
    view = report_view(changed, PRACTICE, MONTH, 1)
    assert (view["minutes"]["counted"], view["minutes"]["to_check"], view["minutes"]["left_out"]) == (1200, 1200, 100)
    page = render_report(view)
    assert "<b>20</b> of them to be checked" in page
    assert "Practitioner beside visit: 20 min counted, to be checked" in page


def test_dollars_are_told_by_how_sure_they_are_and_qmb_patients_owe_nothing():
    changed = frames()
    changed["claim_lines"].loc[changed["claim_lines"]["code"] == "99439", "amount_confidence"] = "unverified"
    changed["decisions"]["payer_kind"] = changed["decisions"]["case_number"].map({"C-000005": "qmb"})
    view = report_view(changed, PRACTICE, MONTH, 1)
    assert view["sureness"] == [("secondary", 13226), ("unverified", 4705)]
    assert view["share"] == {"owed": 1323, "qmb": 2264, "qmb_patients": 1}
    assert [row["sureness"] for row in view["codes"]] == [[("unverified", 4705)], [("secondary", 13226)]]
    text = plain(render_report(view))
    assert "$132.26 from a secondary source; $47.05 not verified at a source" in text
    assert "without $22.64 of 1 QMB patient, who owes nothing" in text


def test_codes_add_up_to_the_expected_revenue(view):
    assert [(row["code"], row["units"], row["expected"]) for row in view["codes"]][1] == ("99490", 2, 13226)
    assert sum(row["expected"] for row in view["codes"]) == view["money"]["expected"]


def test_a_hold_names_owner_fix_worth_and_whether_it_stands_alone(view):
    first = view["holds"][0]
    assert (first["rule"], first["owner"], first["cases"], first["alone"]) == ("consent_missing", "care_manager", 2, 1)
    assert first["expected"] == 13226


def test_of_two_programs_that_wait_for_one_another_the_worth_counts_once(view):
    two = frames()
    second, waits = decision(2, "hold") | {"program": "apcm"}, finding(2, "rival_on_hold", "billing")
    two["decisions"] = pd.concat([two["decisions"], output("decisions", second)], ignore_index=True)
    two["findings"] = pd.concat([two["findings"], output("findings", waits | {"program": "apcm"})], ignore_index=True)
    seen = report_view(two, PRACTICE, MONTH, 1)
    assert seen["outcomes"]["hold"] == view["outcomes"]["hold"] + 1
    assert seen["waiting"] == {"patients": 3, "expected": view["waiting"]["expected"]}
    worth = {row["rule"]: row["expected"] for row in seen["holds"]}
    assert worth == {row["rule"]: row["expected"] for row in view["holds"]} | {"rival_on_hold": 0}
    assert "counted once" in render_report(seen)


def test_the_page_names_nobody_and_loads_nothing(page):
    assert not [secret for secret in SECRETS if secret in page]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "url(" not in page
    assert "<script" not in page
    assert "Maple &lt;Street&gt;" in page


def test_links_lead_to_the_files_beside_it(page):
    known = (
        {table.file for table in outputs().values()}
        | {"data_quality.html", "codes.html", "messages/", "#main"}
        | set(PAGES.values())
    )
    links = set(re.findall(r'href="([^"]+)"', page))
    assert links <= known
    assert {table.file for table in outputs().values()} | {"codes.html"} <= links


def test_totals_tie_or_it_is_said(view, page):
    assert [(total["name"], total["in"], total["ties"]) for total in view["totals"]] == [
        ("rows", 9, True),
        ("seconds", 1300, True),
    ]
    assert "does not tie" not in page
    lost = frames()
    lost["reconciliation"].loc[1, "amount"] = 7
    broken = render_report(report_view(lost, PRACTICE, MONTH, 1))
    assert "✗ does not tie" in broken


def test_errors_of_two_tables_that_cancel_out_are_seen():
    rows = [("rows:a", "in", 5), ("rows:a", "accepted", 4), ("rows:b", "in", 4), ("rows:b", "accepted", 5)]
    wrong = [{"total": total, "part": part, "amount": amount} for total, part, amount in rows]
    found = report_view(frames() | {"reconciliation": output("reconciliation", *wrong)}, PRACTICE, MONTH, 1)
    assert [total["ties"] for total in found["totals"]] == [False]


def test_co_pay_cases_are_overdue_from_the_day_after():
    for day, marks in ((19, 0), (20, 3), (21, 4)):
        text = plain(render_report(report_view(frames(), PRACTICE, MONTH, 1, today=date(2026, 10, day))))
        assert text.count("overdue") == marks


def test_rules_stand_with_their_source(page):
    assert "Source of care_plan_unsigned" in page
    assert "Source of no_part_b" in page


def test_what_changed_is_shown_from_the_second_revision_on():
    change = case(2) | {"field": "outcome", "before": "hold", "after": "bill"}
    view = report_view(frames() | {"changes": output("changes", *[change] * 40)}, PRACTICE, MONTH, 2)
    text = plain(render_report(view))
    assert "What changed since revision 1" in text
    assert "and 10 more in changes.csv" in text


def test_an_empty_month_is_a_page_too():
    page = render_report(report_view({name: frame.iloc[:0] for name, frame in frames().items()}, PRACTICE, MONTH, 1))
    assert "Nothing is ready to bill" in page


@pytest.mark.parametrize(
    ("seconds", "bar"),
    [(0, 0), (299, 0), (300, 1), (1199, 3), (1200, 4), (2399, 7), (2400, 8), (5399, 17), (5400, 18), (99999, 18)],
)
def test_histogram_floors_and_keeps_the_thresholds_apart(seconds, bar):
    chart = charts.histogram(output("decisions", decision(1, "bill", staff_seconds=seconds)))
    assert [place for place, column in enumerate(chart["bars"]) if column["patients"]] == [bar]
    assert chart["below"] == (seconds < 1200)
    assert chart["just_below"] == (900 <= seconds < 1200)


def test_charts_say_their_numbers_in_words(page):
    labels = re.findall(r'role="img" aria-label="([^"]+)"', page)
    assert len(labels) == 3
    assert labels[0] == ("Patient-months by outcome: 2 ready to bill, 2 on hold, 2 short of minutes, 1 not billable.")


class Outline(HTMLParser):
    """Headings in order, and elements left open."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_headings_follow_one_another_and_elements_are_closed(page):
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))


def test_choices_that_sources_leave_open_are_told():
    settings = settings_of(count_prior_authorization=True)
    told = {"settings": settings, "care_setting": "office", "policies": {"22099": "horizon_new_jersey"}}
    text = plain(render_report(report_view(frames(), PRACTICE, MONTH, 1, **told)))
    assert "22099 follows horizon new jersey not the shipped value" in text
    assert "it counts as care management not the shipped value" in text
    assert "clinic_codes" not in text
