"""What payers answered is told in numbers: claims denied by rule, payer, practitioner and month."""

import re

import pandas as pd
import pytest

from config.month import Month
from tasks.send.answered import answered_lines, answered_markdown, answered_view
from tasks.send.answers_folder import render_answers
from tasks.send.report import render_report, report_view
from tasks.store.answer_counts import AnswerCounts
from tests.send.month import frames
from tests.send.test_messages import plain
from tests.send.test_report import Outline

OCTOBER = Month(2026, 10)
HEADS = ["month", "payer_name", "rendering_npi"]
ANSWERED = [
    ("2025-09", "Medicare", "1", "paid", 50, 60),
    ("2026-09", "Medicare", "1", "paid", 70, 90),
    ("2026-09", "Plan | <A>", "2", "denied", 6, 6),
    ("2026-10", "Medicare", "1", "recovered", 4, 5),
    ("2026-10", "Medicare", "2", "paid", 20, 20),
    ("2026-11", "Medicare", "1", "denied", 9, 9),
]
DENIED = [
    ("2026-09", "Plan | <A>", "2", "consent_not_in_time", "consent_late", "warned", "refund", "open", 2, 12000),
    ("2026-09", "Plan | <A>", "2", "", "", "no_rule", "review", "open", 4, 40000),
    ("2026-10", "Medicare", "1", "filed_late", "filing_limit_passed", "not_seen", "none", "paid", 5, 50000),
    ("2026-11", "Medicare", "1", "filed_late", "filing_limit_passed", "", "none", "open", 9, 90000),
]


@pytest.fixture
def counts() -> AnswerCounts:
    told = ["error", "rule", "cause", "route", "state", "lines", "cents"]
    answered = pd.DataFrame(ANSWERED, columns=[*HEADS, "standing", "claims", "lines"])
    return AnswerCounts(answered, pd.DataFrame(DENIED, columns=[*HEADS, *told]))


def test_claims_are_counted_up_to_the_month_by_what_became_of_them(counts):
    view = answered_view(counts, OCTOBER)
    assert (view["claims"], view["paid"], view["recovered"], view["refused"]) == (100, 90, 4, 10)
    assert (view["rate"], view["cents"], view["lines"]) == ("10.0 %", 102000, 11)
    assert [(part["name"], part["number"]) for part in view["standings"]] == [
        ("paid", 90),
        ("recovered", 4),
        ("denied", 6),
    ]
    assert sum(part["share"] for part in view["standings"]) == 100


def test_denied_lines_are_told_by_what_our_rules_had_said(counts):
    view = answered_view(counts, OCTOBER)
    assert [(part["name"], part["number"]) for part in view["causes"]] == [
        ("warned", 2),
        ("not_seen", 5),
        ("no_rule", 4),
    ]
    late = answered_view(counts)
    assert {part["name"]: part["number"] for part in late["causes"]}["not_seen"] == 14, "traced before causes were"


def test_the_commonest_causes_name_rule_and_way_back(counts):
    top = answered_view(counts, OCTOBER)["top"]
    assert [(row["lines"], row["rules"], row["cents"], row["width"]) for row in top] == [
        (5, ["filing_limit_passed"], 50000, 100.0),
        (4, [], 40000, 80.0),
        (2, ["consent_late"], 12000, 40.0),
    ]
    assert "look at it by hand" in top[1]["route"]


def test_rates_by_month_payer_practitioner_and_rule(counts):
    by = {part["name"]: part["rows"] for part in answered_view(counts, OCTOBER)["by"]}
    told = {
        name: [(row["name"], row["claims"], row["refused"], row["rate"]) for row in rows] for name, rows in by.items()
    }
    assert told["Service month"] == [("2026-09", 76, 6, "7.9 %"), ("2026-10", 24, 4, "16.7 %")]
    assert told["Payer"] == [("Medicare", 94, 4, "4.3 %"), ("Plan | <A>", 6, 6, "100.0 %")]
    assert told["Practitioner (NPI)"] == [("1", 74, 4, "5.4 %"), ("2", 26, 6, "23.1 %")]
    assert [row["width"] for row in by["Payer"]] == [4.26, 100.0]
    assert told["Rule that looks for it (of all lines; a line counts at each of its rules)"] == [
        *(
            ("filing_limit_passed", 121, 5, "4.1 %"),
            ("no rule yet", 121, 4, "3.3 %"),
            ("consent_late", 121, 2, "1.7 %"),
        ),
    ]


def test_the_report_shows_them_drawn_and_in_words(counts):
    page = render_report(report_view(frames(), "Maple", OCTOBER, 1, answers=counts))
    text = plain(page)
    assert "100 claims answered, 10 of them denied wholly or in part (10.0 %), $1,020.00 in all; 4 of these are" in text
    labels = re.findall(r'role="img" aria-label="([^"]+)"', page)
    assert "Claims answered: 90 never denied, 4 denied, paid since, 6 denied." in labels
    assert any(label.startswith("Denied lines: 2 a rule had warned, and it was billed; 5 ") for label in labels)
    assert "Plan | &lt;A&gt;" in page
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    bars = re.findall(r'class="part (\w+)"', page[page.index('id="answers"') :])
    assert bars[:6] == ["strong", "soft", "mid", "mid", "soft", "none"], "tones that differ in greyscale"


def test_before_any_answer_one_sentence_says_so(counts):
    none = AnswerCounts(counts.answered.iloc[:0], counts.denied.iloc[:0])
    for given in (None, none):
        page = render_report(report_view(frames(), "Maple", OCTOBER, 1, answers=given))
        assert "No payer has answered a claim yet." in plain(page)
        assert "The commonest causes" not in page
    assert answered_lines(answered_view(none)) == [("claims answered", "none yet")]
    assert "none yet" in answered_markdown("P1", answered_view(none))
    assert "No payer has answered a claim yet." in plain(render_answers("P1", none))
    early = answered_view(counts, Month(2025, 1))
    assert early == {"claims": 0}, "answers to later months are no part of an earlier report"


def test_what_payers_kept_back_without_a_reason_on_record_is_said_where_there_is_any(counts):
    view = answered_view(counts)
    assert answered_lines(view | {"withheld": 4742})[-1] == ("kept back by payers, not accounted for", "$47.42")
    assert answered_lines(view | {"withheld": 0}) == answered_lines(view)


def test_the_artifact_has_counts_rates_and_causes_in_whole_tables(counts):
    text = answered_markdown("P1", answered_view(counts))
    assert "| of them denied wholly or in part | 19 (11.9 %) |" in text
    assert "| Plan / <A> | 6 | 6 | 100.0 % |" in text
    assert "consent_late" in text
    columns = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert columns == {3, 5, 6}


def test_the_page_of_the_lists_names_all_months(counts):
    page = render_answers("P1", counts)
    assert "159 claims answered" in plain(page)
    assert "2026-11" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
