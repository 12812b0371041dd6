"""The words of a letter: the template of its kind and language filled in, as blocks that any form is made from.

A template is plain lines: `# ` title, `## ` heading, `- ` bullet, `[ ] ` box to tick, `____ ` line to write on,
`| a | b |` row of a table (`|= a | b |` its head), `> ` words to say aloud, `**` around what is bold; anything else is
a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound

from config.errors import FaultError
from config.letters import OWES_NOTHING, VOICEMAIL, LetterFor, LetterRefusedError, letters, may_go, told_options
from config.month import Month
from tasks.send import words
from tasks.send.render import TEMPLATES

Form = Literal["title", "heading", "bullets", "boxes", "fields", "table", "say", "text"]
MARKS: dict[str, Form] = {
    "# ": "title",
    "## ": "heading",
    "- ": "bullets",
    "[ ] ": "boxes",
    "____ ": "fields",
    "> ": "say",
}
SPANISH_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
MONEY = re.compile(r"\$\s?\d|\d+\s?(?:cents|dollars|dólares|centavos)")
CLOCK = re.compile(r"(?:\d )?\b[ap]\. ?m\.")  # 8 a.m., 8 a. m.: stays on one line
Run = tuple[str, bool]
"""A stretch of text, and whether it is bold."""


@dataclass(frozen=True)
class Block:
    """One part of a letter: its lines, each of cells (one but in a table), each of stretches of text."""

    form: Form
    lines: tuple[tuple[tuple[Run, ...], ...], ...]
    has_head: bool = False

    @property
    def plain(self) -> list[list[str]]:
        """The same without bold."""
        return [["".join(text for text, _ in cell) for cell in line] for line in self.lines]


@dataclass(frozen=True)
class Words:
    """What a letter says: its title, and the blocks below it."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """Everything in one text, a line for each line, without marks."""
        lines = [" ".join(line) for block in self.blocks for line in block.plain]
        return "\n".join([self.title, *lines])


def words_of(letter: LetterFor, call: bool = False) -> Words:
    """The words of that letter, or of the call on the same matter.

    LetterRefusedError when it may not go to this patient. A patient who owes nothing never sees an amount of money
    other than one that they get back; that is held here once more, whatever the template says.
    """
    kind = may_go(letter)
    name = f"{'calls/' if call else ''}{kind.name}"
    found = _parsed(_filled(letter, name))
    stated = MONEY.findall(found.text)
    if letter.owes in OWES_NOTHING and stated and kind.name != "refund":
        raise FaultError(f"the template {letter.language}/{name} names money to a patient who owes none")
    return found


def voicemail(letter: LetterFor) -> Words:
    """What may be said to a machine: nothing of what the letter says."""
    return _parsed(_filled(letter, f"calls/{VOICEMAIL}"))


def long_day(value: date, language: str) -> str:
    """October 31, 2026; 31 de octubre de 2026."""
    if language == "es":
        return f"{value.day} de {SPANISH_MONTHS[value.month - 1]} de {value.year}"
    return words.long_day(value)


def month_name(month: Month, language: str) -> str:
    """October 2026; octubre de 2026."""
    return f"{SPANISH_MONTHS[month.number - 1]} de {month.year}" if language == "es" else words.month_name(month)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        # What is filled in stays on its line and makes no mark of its own; HTML is made, and escaped, from the blocks.
        finalize=_inert,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # the end of a part that is included
    )


def _inert(value: Any) -> Any:
    return re.sub(r"[\s|]+|\*{2,}", " ", value).strip(" ") if isinstance(value, str) else value


def _filled(letter: LetterFor, name: str) -> str:
    path = f"letters/{letter.language}/{name}.md.j2"
    try:
        filled = _environment().get_template(path).render(_view(letter))
    except TemplateNotFound as error:
        raise LetterRefusedError(
            f"{letter.case_number}: there are no words for it ({error.name}); add that template, or leave it out."
        ) from error
    return CLOCK.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), filled)


def _view(letter: LetterFor) -> dict[str, Any]:
    """What a template may name; what was not given stays unnamed, so that a template cannot print a blank."""
    given = {name: getattr(letter, name) for name in LetterFor.__dataclass_fields__}
    view = {name: value for name, value in given.items() if value is not None or name == "share"}
    if letter.owes in OWES_NOTHING:
        view["share"] = None
    language = letter.language
    return view | {
        "name": letter.patient.name,
        "first_name": letter.patient.first_name,
        "options": told_options(letter),
        "numbers": {line.name: line.number for line in letters().numbers},
        "month_name": month_name(letter.month, language) if letter.month else "",
        "dollars": words.dollars,
        "long_day": lambda value: long_day(value, language),
    }


def _parsed(text: str) -> Words:
    """The blocks of a filled-in template; FaultError when it does not begin with a title."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        rows = [_row(line) for line in paragraph.split("\n") if line.strip()]
        for form, found in groupby(rows, key=lambda row: row[0]):
            lines = [line for _, line in found]
            if form in ("text", "say"):  # these lines run on
                lines = [" ".join(lines)]
            blocks += (
                [_block(form, [line]) for line in lines] if form in ("title", "heading") else [_block(form, lines)]
            )
    merged: list[Block] = []
    for block in blocks:  # a loop or a choice in the template may leave a blank line inside a list
        if merged and block.form == merged[-1].form and block.form in ("bullets", "boxes", "fields", "table"):
            merged[-1] = Block(block.form, merged[-1].lines + block.lines, merged[-1].has_head)
        else:
            merged.append(block)
    if not merged or merged[0].form != "title":
        raise FaultError("a letter's template does not begin with a title")
    return Words(merged[0].plain[0][0], tuple(merged[1:]))


def _row(line: str) -> tuple[Form, str]:
    line = line.strip()
    if line.startswith("|"):
        return "table", line
    for mark, form in MARKS.items():
        if line.startswith(mark):
            return form, line[len(mark) :].strip()
    return "text", line


def _block(form: Form, lines: list[str]) -> Block:
    if form != "table":
        return Block(form, tuple((_runs(line),) for line in lines))
    rows = tuple(tuple(_runs(cell.strip()) for cell in line.strip("|").lstrip("=").split("|")) for line in lines)
    return Block(form, rows, lines[0].startswith("|="))


def _runs(text: str) -> tuple[Run, ...]:
    parts = text.split("**")
    return tuple((part, number % 2 == 1) for number, part in enumerate(parts) if part)
