"""Pages and messages are valid HTML, and whoever says so would have seen it if they were not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.letters import LANGUAGES
from config.message_settings import MessageSettings
from config.month import Month
from tasks.send.letters import render_letter
from tasks.send.messages import compose
from tasks.send.report import render_report, report_view
from tasks.send.stakeholders import compose_figures, stakeholder_pages
from tests.html import complaints, wrong
from tests.send.letter_cases import letter
from tests.send.month import context, frames
from tests.send.test_audience_table import month
from tests.send.test_stakeholders import figures
from tests.send.test_trend import ANSWERS, TREND

DAY = date(2026, 11, 5)
ROOT = Path(__file__).parents[1]
HEAD = '<!doctype html><html lang="en"><head><title>A page</title></head><body><h1>A page</h1>'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p><div>One</div></p>", "line 1: unexpected-end-tag p"),
        ("<p><b>One</p>", "line 1: unexpected-end-tag p"),
        ("<p class='a' class='b'>One</p>", "line 1: duplicate-attribute"),
        ("<p>1 &unknown; 2</p>", "line 1: expected-named-entity"),
        ("<table><tr><p>One</p></tr></table>", "line 1: unexpected-start-tag-implies-table-voodoo p"),
        ("<p id='a'>One</p><p id='a'>Two</p>", "id 'a' stands 2 times"),
        ("<a href='#there'>There</a>", "a: href names no id 'there'"),
        ("<section aria-labelledby='x'></section>", "section: aria-labelledby names no id 'x'"),
        ("<ul><p>One</p></ul>", "ul holds p"),
        ("<img src='a.png'>", "an img has no alt"),
        ("<a href='x.csv'></a>", "a link has no words"),
        ("<h1>Two</h1>", "2 h1"),
    ],
)
def test_what_is_wrong_is_seen(body: str, said: str) -> None:
    found = complaints(HEAD + body + "</body></html>")
    assert said in "; ".join(found)


def test_a_page_needs_language_and_title() -> None:
    assert complaints(HEAD + "<p>One<p>Two</body></html>") == []
    assert complaints("<!doctype html><html><head></head><body><h1>A</h1></body></html>") == [
        "the page needs a title",
        "the page does not say its language",
    ]


@pytest.mark.parametrize("things", [0, 1, 100])
def test_messages_of_empty_and_full_months(things: int) -> None:
    for one in compose(context(**month(things))):
        assert complaints(one.html) == [], one.audience


def test_the_pages_of_the_rulebook() -> None:
    assert wrong(ROOT / "docs" / "rules") == {}


def test_figures_and_trends() -> None:
    found = figures([(100, 20, 5, 20)] * 3)
    addresses = MessageSettings(quality="q@maple.example", board="b@maple.example")
    pages = stakeholder_pages(found) | {one.audience: one.html for one in compose_figures(found, addresses, DAY)}
    pages["report.html"] = render_report(report_view(frames(), "Maple", Month(2026, 10), 2, TREND, answers=ANSWERS))
    assert {name: complaints(page) for name, page in pages.items()} == {name: [] for name in pages}


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters(language: str) -> None:
    (page,) = [text for name, text in render_letter(letter("welcome", language)).items() if name.endswith(".html")]
    assert complaints(page.decode()) == []
