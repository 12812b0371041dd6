"""Files that a message tells to open are links, where the practice says under which address they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from config.message_settings import MessageSettings
from config.query_kinds import query_settings
from tasks.query.lists import listed
from tasks.query.machine import Query
from tasks.send.links import linked
from tasks.send.messages import Message, compose
from tasks.send.own_templates import copy_template
from tasks.send.queries import compose_queries
from tasks.send.queries_folder import file_of
from tasks.send.run_told import RunTold, compose_run
from tests.send.month import context

ADDRESS = "https://share.example/ccm"
DAY = date(2026, 11, 3)
DARK = {"card": "#1c2325", "do": "#1f3434", "note": "#382d18", "page": "#14191b"}
LIGHT = {"card": "#ffffff", "do": "#e6f0ef", "note": "#fbf0dc", "page": "#faf9f6"}


def message(body: str, text: str = "", **more: str) -> Message:
    given = {"practice_id": "P1", "month": "2026-10", "kind": "month"} | more
    return Message(
        revision=1, audience="billing", recipient="b@x.example", subject="October", html=body, text=text, **given
    )


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def links(html: str) -> dict[str, str]:
    return {unescape(words): unescape(to) for to, words in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', html)}


def paths(found: Iterable[str]) -> set[str]:
    return {one.removeprefix(ADDRESS + "/") for one in found}


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("superbill.csv", "P1/2026-10/superbill.csv"),
        ("report.html", "P1/2026-10/report.html"),
        ("copay_cases.csv", "P1/2026-10/copay_cases.csv"),
        ("queries.csv", "P1/worklists/queries.csv"),
        ("worklists/holds.csv", "P1/worklists/holds.csv"),
        ("worklists/copay_cases.kept.xlsx", "P1/worklists/copay_cases.kept.xlsx"),
        ("worklists/queries_S1.xlsx", "P1/worklists/queries_S1.xlsx"),
        ("actions.xlsx", "P1/worklists/actions.xlsx"),
        ("answers/overpayments.csv", "P1/answers/overpayments.csv"),
        ("overpayments.csv", "P1/answers/overpayments.csv"),
        ("coverage/coverage_tasks.xlsx", "P1/2026-10/coverage/coverage_tasks.xlsx"),
        ("coverage_tasks.csv", "P1/2026-10/coverage/coverage_tasks.csv"),
        ("P1/2026-10", "P1/2026-10/"),
        ("P1/worklists", "P1/worklists/"),
        ("P1/2026-10-stopped/quarantine.csv", "P1/2026-10-stopped/quarantine.csv"),
    ],
)
def test_what_is_said_is_a_link_to_where_it_stands(said: str, path: str) -> None:
    found = linked(message(f"<p>See {said}.</p>", f"See {said}.\n"), ADDRESS)
    assert links(found.html) == {said: f"{ADDRESS}/{path}"}
    assert found.text == f"See {said} <{ADDRESS}/{path}>.\n"


@pytest.mark.parametrize(
    "said",
    [
        "unreadable.csv", "mysuperbill.csv", "superbill.csv.bak", "out/P1/2026-10/superbill.csv", "P2/2026-10",
        "/srv/worklists/holds.csv", "../worklists/holds.csv", "P1/2026-10-", "P11/worklists", "ccm actions import FILE",
    ],
)  # fmt: skip
def test_what_is_no_file_of_the_practice_stays_words(said: str) -> None:
    given = message(f"<p>See {said}</p>", f"See {said}\n")
    assert linked(given, ADDRESS) == given


def test_without_an_address_nothing_changes() -> None:
    for one in compose(context()):
        assert linked(one, "") is one


@pytest.mark.parametrize(
    ("about", "path"),
    [
        ({"month": "2026-11-05", "kind": "release-2026-10-2"}, "P1/2026-10/findings.csv"),
        ({"month": "2026-11-05", "kind": "signoff"}, "P1/2026-10/findings.csv"),  # its foot says the month's folder
    ],
)
def test_what_is_told_on_a_day_about_a_month(about: dict[str, str], path: str) -> None:
    found = linked(message("<p>findings.csv</p><p>P1/2026-10</p>", "findings.csv, P1/2026-10\n", **about), ADDRESS)
    assert links(found.html)["findings.csv"] == f"{ADDRESS}/{path}"


def test_what_is_told_of_a_day_is_among_the_worklists_and_of_no_month() -> None:
    of_day = message("<p>copay_cases.csv, minutes.csv, findings.csv</p>", month="2026-11-05", kind="outreach")
    assert paths(links(linked(of_day, ADDRESS).html).values()) == {
        "P1/worklists/copay_cases.csv", "P1/worklists/minutes.csv"
    }  # fmt: skip


def test_parts_are_encoded_and_the_head_and_other_links_stay() -> None:
    odd = message(
        "<html><head><title>superbill.csv</title></head><body><a href='x'>superbill.csv</a>"
        '<img alt="superbill.csv > findings.csv"><p>A&amp;B "c"/2026-10, superbill.csv</p></body></html>',
        'A&B "c"/2026-10\n',
        practice_id='A&B "c"',
    )
    found = linked(odd, "file:///srv/ccm")
    folder = "file:///srv/ccm/A%26B%20%22c%22/2026-10/"
    assert links(found.html) == {'A&B "c"/2026-10': folder, "superbill.csv": f"{folder}superbill.csv"}
    assert found.html.count("<a ") == 3
    assert found.text == f'A&B "c"/2026-10 <{folder}>\n'


def test_plain_text_says_each_address_once() -> None:
    found = linked(message("<p>1</p>", "* findings.csv\n* findings.csv\n"), ADDRESS)
    assert found.text == f"* findings.csv <{ADDRESS}/P1/2026-10/findings.csv>\n* findings.csv\n"


def test_every_file_that_the_months_messages_name_is_a_link() -> None:
    """But unreadable.csv, which stands among no practice's files; what each link says is where it leads."""
    named: set[str] = set()
    for one in compose(context()):
        found = linked(one, ADDRESS)
        bare = re.sub(r"<a [^>]*>[^<]*</a>", "", found.html)
        left = set(re.findall(r"[\w/.-]+\.(?:csv|xlsx|html)\b", re.sub(r"<[^>]+>", " ", bare)))
        assert left <= {"unreadable.csv"}, one.audience
        for words, to in links(found.html).items():
            assert unquote(to).removesuffix("/").endswith(words)
        named |= set(links(found.html))
        for words in re.findall(r"[\w/-]+\.(?:csv|xlsx|html)\b", one.text):
            assert re.search(rf"{re.escape(words)} <{ADDRESS}/P1/[^>]*>", found.text), (one.audience, words)
        assert found.subject == one.subject
        assert found.message_id == one.message_id
    assert {"superbill.csv", "findings.csv", "quarantine.csv", "P1/2026-10"} <= named


def test_templates_of_the_practices_own_get_their_links(tmp_path: Path) -> None:
    path = copy_template("billing.html.j2", tmp_path)
    path.write_text(path.read_text("utf-8").replace("The lines are in superbill.csv", "Look at changes.csv"), "utf-8")
    own = compose(context(settings=MessageSettings(templates=str(tmp_path))))[-1]
    assert links(linked(own, ADDRESS).html)["changes.csv"] == f"{ADDRESS}/P1/2026-10/changes.csv"


def test_a_care_manager_is_led_to_the_list_of_their_own() -> None:
    asked = {"month": "2026-10", "program": "ccm", "kind": "note_approved", "rule": "time_unapproved", "about": "E1"}
    asked |= {"question": "Was it?", "asked_by": "B1", "asked": DAY, "round": 1, "state": "told", "asked_to": "S-1"}
    rows = listed([Query(1, case_number="C-000001", **asked)], query_settings("P1"), DAY)
    staff = pd.DataFrame({"staff_id": ["S-1"], "email": ["maja@maple.example"], "end_date": [pd.NaT]})
    found = linked(compose_queries("P1", {}, rows, staff, ["S-1"], DAY)["S-1"], ADDRESS)
    own = f"{ADDRESS}/P1/worklists/{file_of('S-1')}.xlsx"
    assert links(found.html)[f"worklists/{file_of('S-1')}.xlsx"] == own
    assert f"Fill in worklists/queries_S-1.xlsx <{own}> and tell billing" in " ".join(found.text.split())


def test_what_a_stopped_month_set_aside_is_a_link_in_operations_mail() -> None:
    raised = "Flow run encountered an exception: DataStopError: P1: 9 % were set aside; they are in quarantine.csv."
    run = RunTold("8dc8be29", "month 2026-10", "monthly-cycle", "P1", "2026-10", "check", raised, "http://127.0.0.1/1")
    (one, *_) = compose_run("failed", run, {"P1": MessageSettings(operations="o@x.example")}, DAY)
    path = "P1/2026-10-stopped/quarantine.csv"
    found = linked(one, ADDRESS)
    assert links(found.html) == {path: f"{ADDRESS}/{path}"}, "the file alone is of no month that is known"
    assert f"Set aside: {path} <{ADDRESS}/{path}>" in " ".join(found.text.split()), "a path stays in one line"


def test_a_link_can_be_read_in_light_and_dark() -> None:
    (found,) = re.findall(r"<a [^>]*>", linked(message("<p>superbill.csv</p>"), ADDRESS).html)
    (colour,) = re.findall(r"color: ?(#\w{6})", found)
    assert all(contrast(colour, ground) >= 4.5 for ground in LIGHT.values())
    whole = next(one for one in compose(context()) if one.audience == "billing")
    dark = re.search(r"prefers-color-scheme: ?dark.*?\ba ?{ ?color: ?(#\w{6}) ?!important", whole.html, re.S)
    assert dark, "the style that is kept for dark mode says the colour of links"
    assert all(contrast(dark[1], ground) >= 4.5 for ground in DARK.values())


def test_the_address_is_set_for_the_practice() -> None:
    settings = MessageSettings(files_address="https://share.example/ccm/")
    assert settings.files_address == ADDRESS
    assert settings.address("files_address") == settings.address("templates") == ""
