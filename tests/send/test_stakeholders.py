"""Whoever reads the stakeholder pages can neither read nor work out a number of patients below the threshold."""

from __future__ import annotations

import html
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from scipy.optimize import Bounds, LinearConstraint, milp

from config.audiences import audience
from config.message_settings import MessageSettings
from config.month import Month
from tasks.send.left import REASONS, moves
from tasks.send.stakeholders import (
    PAGES,
    Figures,
    compose_figures,
    figures_view,
    stakeholder_markdown,
    stakeholder_pages,
)  # fmt: skip
from tasks.store.records import Cycle, Digests
from tasks.store.trend import COLUMNS, OUTCOMES
from tests.send.test_messages import plain

OCTOBER, SMALLEST, STEP = Month(2026, 10), 11, 20
RATE = 6613


def cycle(month: Month = OCTOBER, revision: int = 1) -> Cycle:
    return Cycle(1, "P1", month, revision, "decided", Digests("a", "b", "c"), "d", pd.Timestamp("2026-11-05"))


def figures(months: list[tuple[int, int, int, int]], left: tuple[int, int, int, int] = (0, 0, 0, 0), **more) -> Figures:
    """The figures of months that end with October, each of so many patients by outcome."""
    month, rows = OCTOBER, []
    for patients in reversed(months):
        row = dict.fromkeys(COLUMNS, 0) | {f"patients_{n}": p for n, p in zip(OUTCOMES, patients, strict=True)}
        row |= {"month": str(month), "patients": sum(patients), "reached": sum(patients[:3])}
        row |= {"expected_cents": patients[0] * RATE, "paid_patients": max(0, patients[0] - patients[1])}
        row |= {"received_cents": row["paid_patients"] * 5100}
        rows.append(row)
        month = month.previous
    moved = {"joined": left[0], "left": sum(left)} | dict(zip(REASONS, left, strict=True))
    return Figures(cycle(**more), "Maple Street", pd.DataFrame(rows[::-1], columns=list(COLUMNS)), moved)


def bodies(found: Figures) -> list[str]:
    """Everything that is shown or sent of them, as text."""
    settings = MessageSettings(quality="q@maple.example", board="b@maple.example")
    mails = compose_figures(found, settings, date(2026, 11, 5))
    few = found.trend["patients"].max() < SMALLEST
    assert [mail.audience for mail in mails] == ([] if few else list(PAGES))
    written = [*stakeholder_pages(found).values(), *(mail.html for mail in mails), *(mail.text for mail in mails)]
    written = [html.unescape(re.sub(r'<text class="tick-label".*?</text>', "", page)) for page in written]
    return [plain(page) for page in written] + [stakeholder_markdown(found), *(mail.subject for mail in mails)]


SMALL = some.one_of(some.integers(0, 35), some.integers(36, 400))
MONTHS = some.lists(some.tuples(SMALL, SMALL, SMALL, SMALL), min_size=1, max_size=4)
NUMBER = re.compile(r"(?<![\w$.,-])(\d[\d,]*)(?![\w%.-]|,\d| %)")
SAID = re.compile(
    r"[Ff]ewer than 11|below 11|nearest 20|rounded to 20|of the 11|1 to 10|[A-Za-z]+ 20\d\d|20\d\d-\d\d(-\d\d)?"
    r"|\$[\d,]+|in \d+ months?|revision \d+|A4|up to\s+\d+|\d+ %"
)


def numbers(text: str) -> set[int]:
    """The counts that stand in a text: what is left without dates, dollars, rates and the words about rounding."""
    return {int(found.replace(",", "")) for found in NUMBER.findall(SAID.sub(" ", text))}


@settings(max_examples=40, deadline=None)
@given(months=MONTHS, left=some.tuples(SMALL, SMALL, SMALL, SMALL))
def test_no_count_that_is_read_or_subtracted_is_small(months, left):
    found = figures(months, left)
    for name in PAGES:
        view = figures_view(found, name)
        told = {number for row in view["rows"] for number in row["told"].values()}
        told |= {part["told"] for part in view["outcomes"]} | set(view["moves"].values())
        shown = {int(text.replace(",", "")) for text in told if not text.startswith("fewer")}
        assert all(number >= STEP and number % STEP == 0 for number in shown), (
            "each is rounded, and so is each difference"
        )
        for row in view["rows"]:
            for rate in {row["rate"], row["reach"]} - {"not shown"}:
                part = int(rate.split()[0]) * row["enrolled"] / 100
                assert all(one == 0 or one >= SMALLEST for one in (part, row["enrolled"] - part)), (
                    "a rate gives it away"
                )


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(months=MONTHS, left=some.tuples(SMALL, SMALL, SMALL, SMALL))
def test_whatever_is_shown_or_sent_holds_rounded_counts_only(months, left):
    for text in bodies(figures(months, left)):
        wrong = {number for number in numbers(text) if number % STEP or number < STEP}
        assert not wrong, text


def limits(view: dict, exact: bool = False) -> list[tuple[float, float, float, float]]:
    """Least and most that the counts of each month can be, by the page alone: billed, hold, short, not billable."""

    def between(told: str) -> tuple[int, int]:
        if told.startswith("fewer"):
            return 0, SMALLEST - 1
        number = int(told.replace(",", ""))
        if exact:  # as a page without rounding would be read
            return number, number
        return max(SMALLEST, number - STEP // 2 + 1), number + STEP // 2

    parts = [between(part["told"]) for part in view["outcomes"]]
    last = view["last"]["told"]
    enrolled, reached, billed = (between(last[name]) for name in ("patients", "reached", "patients_bill"))
    parts[0] = max(parts[0][0], billed[0]), min(parts[0][1], billed[1])
    sums = LinearConstraint(
        np.array([[1, 1, 1, 1], [1, 1, 1, 0]]), [enrolled[0], reached[0]], [enrolled[1], reached[1]]
    )
    bounds = Bounds([low for low, _ in parts], [high for _, high in parts])
    found = []
    for place in range(4):
        one = np.eye(4)[place]
        least, most = (
            milp(sign * one, constraints=sums, bounds=bounds, integrality=np.ones(4)).fun for sign in (1, -1)
        )
        found.append((least, -most))
    return found


@settings(max_examples=60, deadline=None)
@given(month=some.tuples(*[some.one_of(some.integers(0, 12), some.integers(13, 90))] * 4))
@example(month=(10, 10, 10, 0))
def test_what_is_hidden_cannot_be_worked_out_from_totals(month):
    view = figures_view(figures([month]), "board")
    for (least, most), true in zip(limits(view), month, strict=True):
        assert least <= true <= most
        assert true == 0 or true >= SMALLEST or most - least >= 1, f"{true} of {month} is told by the totals"


def test_the_search_for_leaks_finds_those_that_are_there():
    view = figures_view(figures([(100, 5, 60, 40)]), "board")
    least, most = limits(view)[1]
    assert most - least > 5
    hidden = view["outcomes"][1] | {"told": "fewer than 11"}
    exact = [part | {"told": told} for part, told in zip(view["outcomes"], ("100", "", "60", "40"), strict=True)]
    last = view["last"] | {"told": {"patients": "205", "reached": "165", "patients_bill": "100"}}
    assert limits({"outcomes": [exact[0], hidden, *exact[2:]], "last": last}, exact=True)[1] == (5, 5)
    assert numbers("Left 7 of 300, died 3; fewer than 11, 2026-10, $40, 12 %") == {7, 300, 3}


@settings(max_examples=40, deadline=None)
@given(months=MONTHS)
def test_dollars_tell_no_small_number_of_patients(months):
    view = figures_view(figures(months), "board")
    sums = [row[name] for row in view["rows"] for name in ("expected", "received")]
    shown = {int(text[1:].replace(",", "")) for text in sums if text.startswith("$")}
    worth = SMALLEST * RATE / 100
    assert all(one == other or abs(one - other) >= worth for one in shown for other in shown)
    for row, patients in zip(view["rows"], months, strict=True):
        assert (row["expected"] == "not shown") == (patients[0] < SMALLEST)


def test_quality_has_no_money_and_board_has():
    found = figures([(100, 20, 30, 20), (120, 20, 30, 20)])
    pages = stakeholder_pages(found)
    assert "$" not in plain(pages["stakeholder_quality.html"])
    assert "Expected $8,000" in plain(pages["stakeholder.html"])
    assert "Source of the 11: CMS Cell Size Suppression Policy" in plain(pages["stakeholder.html"])


def test_only_who_has_an_address_is_told_and_each_revision_anew():
    found = figures([(100, 20, 30, 20)], revision=2)
    (mail,) = compose_figures(found, MessageSettings(board="b@maple.example"), date(2026, 11, 5))
    assert (mail.audience, mail.recipient, mail.kind) == ("board", "b@maple.example", "figures-2026-10-2")
    assert mail.subject == "Maple Street · October 2026 · 160 patients enrolled, 100 billable"
    assert compose_figures(found, MessageSettings(), date(2026, 11, 5)) == []


def test_a_month_with_nothing_and_one_without_a_roster_are_pages_too():
    nothing = figures([(0, 0, 0, 0)])
    assert "Fewer than 11 patients were enrolled in the month" in plain(stakeholder_pages(nothing)["stakeholder.html"])
    unknown = Figures(cycle(), "P1", figures([(10, 1, 0, 0)]).trend, None)
    assert "The roster of this month was not kept" in plain(stakeholder_pages(unknown)["stakeholder.html"])


def test_a_page_without_a_figure_says_why_and_is_mailed_to_nobody():
    both = MessageSettings(quality="q@maple.example", board="b@maple.example")
    few, enough = (5, 2, 2, 1), (5, 2, 2, 2)
    for months, sent in (([few], 0), ([few] * 3, 0), ([enough], 2), ([enough, few], 2)):
        found = figures(months)
        assert len(compose_figures(found, both, date(2026, 11, 5))) == sent
        for page in stakeholder_pages(found).values():
            assert ("Too few patients to show figures" in page) is (not sent)
            assert ("Enrolled" in plain(page)) is bool(sent), "no tile of what is not shown"
        assert ("mailed to nobody" in stakeholder_markdown(found)) is (not sent)


def test_a_small_practice_is_told_how_rough_its_figures_are():
    small = figures([(75, 16, 18, 11)])  # 80, 20, 20 and 20 of 120
    for text in bodies(small)[:4]:
        said = "each may be off by up to 10, so that parts need not add up to the whole, and a rate by up to 16 points"
        assert said in " ".join(text.split())
        assert "Fewer than 11 patients joined and fewer than 11 left" in " ".join(text.split())
        assert "died" not in text
        assert "billed" not in text, "nobody has signed anything off"
    assert figures_view(figures([(75, 16, 18, 11)] * 2), "board")["continuity"] == "67 %", "as each of the two months"
    large = figures_view(figures([(7500, 1600, 1800, 1100)], (400, 40, 40, 40)), "board")
    assert (large["rough"], large["few_moved"]) == (1, False)


def test_of_few_months_each_has_its_label():
    two = figures_view(figures([(100, 20, 30, 20)] * 2), "board")["picture"]["labels"]
    assert [label["text"] for label in two] == ["Sep 2026", "Oct 2026"]
    year = figures_view(figures([(100, 20, 30, 20)] * 13), "board")["picture"]["labels"]
    assert len(year) == 5


def test_a_month_that_is_not_stored_is_a_gap():
    found = figures([(100, 20, 30, 20)] * 3)
    gap = Figures(found.cycle, "Maple", found.trend.drop(index=1), None)
    for page in stakeholder_pages(gap).values():
        assert "2026-09 no month stored" in plain(page)
        assert page.count('class="gap"') == 1


PATIENT = {"enrolled_date": "2025-01-01", "unenrolled_date": None, "death_date": None}


@pytest.mark.parametrize(
    ("patient", "revoked", "said", "left"),
    [
        ({}, [None], [], None),
        ({"enrolled_date": "2026-03-01"}, [None], [], "joined"),
        ({"unenrolled_date": "2026-05-31"}, [None], [], "other"),
        ({"unenrolled_date": "2025-05-31"}, [None], [], None),
        ({"death_date": "2026-05-31"}, ["2026-05-01"], ["refused"], "died"),
        ({"unenrolled_date": "2026-05-31"}, [None], ["agreed", "asks_to_stop"], "cost"),
        ({"unenrolled_date": "2026-05-31"}, [None], ["refused", "agreed"], "other"),
        ({}, ["2026-05-01"], [], "consent"),
        ({}, ["2026-05-01", None], [], None),
    ],
)
def test_who_left_and_why(patient, revoked, said, left):
    tables = {
        "patients": pd.DataFrame([{"patient_id": "A"} | PATIENT | patient]),
        "consents": pd.DataFrame({"patient_id": "A", "revoked_date": revoked}),
        "copay_responses": pd.DataFrame(
            {"patient_id": "A", "response": said, "response_date": pd.date_range("2026-04-01", periods=len(said))}
        ),
    }
    found = moves(tables, date(2026, 1, 1), date(2026, 10, 31))
    expected = dict.fromkeys(("joined", "left", *REASONS), 0)
    if left == "joined":
        expected["joined"] = 1
    elif left:
        expected |= {"left": 1, left: 1}
    assert found == expected


def test_the_threshold_is_the_one_that_its_source_names():
    for name in PAGES:
        one = audience(name)
        assert (one.smallest_count, one.step, one.smallest_confidence) == (SMALLEST, STEP, "primary")
