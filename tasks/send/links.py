"""Files that a message names as links, under the address at which the practice's people read the results folder.

One step when a message leaves the outbox: what is stored stays as it was composed, and a folder that moved is found
by what still waits. A link has the practice, the month and the file in it, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from config.contract import (
    answer_outputs,
    claim_outputs,
    coverage_outputs,
    letter_outputs,
    outputs,
    worklist_outputs,
)
from config.message_settings import message_settings
from tasks.send.answers_folder import FOLDER as ANSWERS
from tasks.send.codes_page import CODES_PAGE
from tasks.send.coverage_folder import FOLDER as COVERAGE
from tasks.send.messages import Message
from tasks.send.stakeholders import PAGES
from tasks.send.worklists_folder import FOLDER as WORKLISTS
from tasks.store.outbox import OF_A_REVISION
from tasks.store.records import StoredMessage

M = TypeVar("M", Message, StoredMessage)
MONTH = re.compile(r"\d{4}-\d{2}")
TAG = re.compile(r"""(<!--.*?-->|<(?:[^<>"']|"[^"]*"|'[^']*')*>)""", re.S)
ELEMENT = re.compile(r"<(/?)(head|style|script|title|a)\b", re.I)  # what stands within is not touched
WORKBOOKS = {WORKLISTS: ("copay_cases", "actions", "holds"), COVERAGE: ("coverage_tasks",), ANSWERS: ("denials",)}
OF_MONTH = ("report.html", "data_quality.html", CODES_PAGE, *PAGES.values())
BELOW = "|".join((WORKLISTS, ANSWERS, COVERAGE, "claims", "letters"))
# The look of links in templates/messages/_style.css.j2, whose rule for dark mode goes before it.
LINK = '<a href="{}" target="_blank" rel="noopener" style="color: #12595c">{}</a>'


def linked(message: M, address: str) -> M:
    """The message with each file and folder of the practice that it names as a link in its HTML, and with the address
    behind the first mention of each in its text; the message itself where no address is set."""
    if not address:
        return message
    places = _Places(message, address)
    html, text = places.in_html(message.html), places.in_text(message.text)
    return message if (html, text) == (message.html, message.text) else replace(message, html=html, text=text)


def links_set(settings: Path | None) -> Callable[[StoredMessage], StoredMessage]:
    """What puts the links into a message of the outbox, as its practice has set (`messages.files_address`)."""
    address = cache(lambda practice_id: message_settings(practice_id, settings).files_address)
    return lambda message: linked(message, address(message.practice_id))


class _Places:
    """Where the files stand that one message may name."""

    def __init__(self, message: Message | StoredMessage, address: str) -> None:
        self.address, self.practice = address, message.practice_id
        self.month = _month_of(message)
        self.files = dict(self._files(of_day=not MONTH.fullmatch(message.month)))

    def _files(self, of_day: bool) -> Iterator[tuple[str, str]]:
        """File and folder; of two of one name the later goes before."""
        months = (("claims", claim_outputs()), ("letters", letter_outputs()), (COVERAGE, coverage_outputs()))
        above = [(ANSWERS, answer_outputs()), (WORKLISTS, worklist_outputs())]
        found = [(f"{self.month}/{name}", tables) for name, tables in months if self.month] + above
        found.insert(len(found) if not of_day else 0, (self.month, outputs() if self.month else {}))
        for folder, tables in found:
            yield from ((table.file, folder) for table in tables.values())
        for folder, names in WORKBOOKS.items():
            yield from ((f"{name}.xlsx", self._below(folder)) for name in names)
        yield from ((name, self.month) for name in OF_MONTH if self.month)

    def _below(self, folder: str) -> str:
        return folder if folder in (WORKLISTS, ANSWERS) else f"{self.month}/{folder}"

    def pattern(self, practice: str) -> re.Pattern[str]:
        """A folder or file below the practice's, a file below a folder of it or of the month's, or a file alone."""
        file = r"[\w-]+(?:\.[\w-]+)*\.(?:csv|xlsx|html)"
        alone = "|".join(map(re.escape, self.files))
        whole = rf"{re.escape(practice)}/(?:\d{{4}}-\d{{2}}(?:-stopped)?|{BELOW})(?:/{file})?"
        return re.compile(rf"(?<![\w/.-])(?:{whole}|(?:{BELOW})/{file}|{alone})(?![\w/-]|\.\w)")

    def url(self, said: str) -> str:
        """The address of what is said; empty where the month is not known in which it stands."""
        if said.startswith(f"{self.practice}/"):
            path = said.removeprefix(f"{self.practice}/")
        elif "/" in said:
            path = f"{self._below(said.partition('/')[0])}/{said.partition('/')[2]}"
        else:
            path = f"{self.files[said]}/{said}"
        if path.startswith("/"):
            return ""
        parts = "/".join(quote(one, safe="") for one in (self.practice, *path.split("/")))
        return f"{self.address}/{parts}" + ("" if Path(path).suffix else "/")

    def in_html(self, html: str) -> str:
        """The page with its links; head, other links and what stands in tags are as they were."""
        pattern, within, done = self.pattern(escape(self.practice, quote=False)), 0, []
        for place, piece in enumerate(TAG.split(html)):
            if place % 2:
                found = ELEMENT.match(piece)
                within += (-1 if found[1] else 1) if found else 0
            done.append(piece if place % 2 or within > 0 else pattern.sub(self._link, piece))
        return "".join(done)

    def _link(self, found: re.Match[str]) -> str:
        url = self.url(unescape(found[0]))
        return LINK.format(escape(url), found[0]) if url else found[0]

    def in_text(self, text: str) -> str:
        """The text with the address behind the first mention of each."""
        told = {""}

        def add(found: re.Match[str]) -> str:
            url = self.url(found[0])
            if url in told:
                return found[0]
            told.add(url)
            return f"{found[0]} <{url}>"

        return self.pattern(self.practice).sub(add, text)


def _month_of(message: Message | StoredMessage) -> str:
    """The month that it is about: its own, or the one that its kind or its foot names; empty where there is none."""
    if MONTH.fullmatch(message.month):
        return message.month
    if about := OF_A_REVISION.fullmatch(message.kind):
        return about["month"]
    said = re.search(rf"(?<![\w/.-]){re.escape(message.practice_id)}/(\d{{4}}-\d{{2}})(?![\w-])", message.text)
    return said[1] if said else ""
