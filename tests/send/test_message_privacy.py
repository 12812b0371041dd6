"""No message of the demo months holds anything by which a patient could be known, wherever it is looked for."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from datetime import date
from email.policy import default
from html import unescape

import pandas as pd
import pytest

from config.audiences import audiences
from config.month import Month
from tasks.send.links import linked
from tasks.send.messages import Message
from tasks.send.mime import as_eml, eml_name
from tests.send.demo_month import DemoMonth, demo_month

ADDRESS = "https://share.example/ccm"
pytestmark = pytest.mark.slow  # two months from their files on


@pytest.fixture(scope="module", params=[9, 10], ids=["2026-09", "2026-10"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DemoMonth:
    return demo_month(tmp_path_factory.mktemp("privacy"), 60, Month(2026, request.param))


def identities(tables: dict[str, pd.DataFrame]) -> dict[str, set[str]]:
    """Every word and number of the data by which a patient is known, in each way in which it is written."""
    patients = tables["patients"].astype(object).where(tables["patients"].notna(), "").astype("str")
    born = [date.fromisoformat(day[:10]) for day in patients["birth_date"] if day]
    full = zip(patients["first_name"], patients["last_name"], strict=True)
    return {
        "name": {form for one, two in full for form in (f"{one} {two}", f"{two}, {one}", f"{two} {one}")},
        "last name": set(patients["last_name"]),
        "birth date": {
            form
            for day in born
            for form in (f"{day}", f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year}", f"{day:%Y%m%d}",
                         f"{day:%B} {day.day}, {day.year}", f"{day:%b} {day.day}, {day.year}")
        },
        "patient id": set(patients["patient_id"]),
        "MRN": set(patients["mrn"]),
        "phone": {digits for digits in (re.sub(r"\D", "", phone) for phone in patients["phone"]) if len(digits) > 6},
        "address": set(patients["address"]),
        "member id": set(tables["coverages"]["member_id"].dropna().astype("str")),
    }  # fmt: skip


def places(message: Message) -> Iterator[tuple[str, str]]:
    """Every part of the mail with its text, as it was written and as a mail program decodes it."""
    yield "subject", message.subject
    yield "file name", eml_name(message)
    yield "identifier", message.message_id
    yield "html", unescape(re.sub(r"<[^>]+>", " ", message.html)) + message.html
    yield "text", message.text
    for part in email.message_from_bytes(as_eml(message, "ccm@maple.example"), policy=default).walk():
        yield "headers", str(part.items())
        yield "attachment's name", part.get_filename() or ""
        if not part.is_multipart():
            yield "part", str(part.get_content())


def found_in(messages: list[Message], wanted: dict[str, set[str]]) -> set[tuple[str, str, str]]:
    found = set()
    patterns = {
        what: re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, sorted(words - {''})))})(?![A-Za-z0-9])")
        for what, words in wanted.items()
    }
    for message in messages:
        for where, text in places(message):
            digits = re.sub(r"(?<=\d)[-. ()]+(?=\d)", "", text)
            for what, pattern in patterns.items():
                if pattern.search(digits if what == "phone" else " ".join(text.split())):
                    found.add((message.audience, where, what))
    return found


def test_no_message_names_a_patient(told: DemoMonth) -> None:
    wanted = identities(told.tables)
    assert all(len(words - {""}) > 10 for words in wanted.values()), "there is something to look for"
    said = {(one.audience, one.kind.partition("-")[0]) for one in told.messages}
    kinds = {(name, kind.kind) for name, one in audiences().items() for kind in one.kinds}
    missing = {("compliance", "actions")} | ({("care_manager", "outreach")} if not told.has_cases else set())
    assert kinds - said <= missing, "every message there is, but these"
    assert found_in(told.messages, wanted) == set()
    with_links = [linked(one, ADDRESS) for one in told.messages]
    assert sum(ADDRESS in one.html for one in with_links) > len(with_links) / 2
    assert found_in(with_links, wanted) == set(), "nor does a link to a file"


@pytest.mark.parametrize(
    "what", ["name", "last name", "birth date", "patient id", "MRN", "phone", "address", "member id"]
)
def test_the_search_finds_what_is_there(told: DemoMonth, what: str) -> None:
    wanted = identities(told.tables)
    secret = max(wanted[what], key=len)
    leaky = Message("P1", "2026-10", 1, "billing", "month", "b@x.example", f"On {secret}", "<p>1</p>", "1")
    assert ("billing", "subject", what) in found_in([leaky], wanted)
