"""Letters to patients and scripts for calls: data in; HTML, text and a PDF for print out."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from config.errors import FaultError
from config.letters import VOICEMAIL, LetterFor
from tasks.send.files import alone, place_sentences, put
from tasks.send.letter_text import Block, Words, long_day, voicemail, words_of
from tasks.send.render import TEMPLATES, render

FOLDER = "letters"
LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "closing": "Kind regards,",
        "case": "Your number with us:",
        "page": "Page",
        "of": "of",
        "script": "Script for our own staff. Do not send it to anybody.",
    },
    "es": {
        "closing": "Un cordial saludo,",
        "case": "Su número con nosotros:",
        "page": "Página",
        "of": "de",
        "script": "Guion para nuestro equipo. No se envía a nadie.",
    },
}
WIDTH = 72
SCRIPT_POINTS = 12  # staff read a script off one page where it fits
LAYOUT = TEMPLATES / "letters" / "letter.typ"


def render_letter(letter: LetterFor, call: bool = False) -> dict[str, bytes]:
    """The letter, or the script of the call on the same matter, as files by name; same data, same bytes.

    The names hold the case number, the kind and the language, and nothing of the patient. LetterRefusedError when it
    may not go to this patient.
    """
    name = f"{letter.case_number}-{letter.kind}-{letter.language}{'-call' if call else ''}"
    return _files(name, letter, words_of(letter, call), call)


def render_voicemail(letter: LetterFor) -> dict[str, bytes]:
    """What is said to a machine or to somebody else, as files by name."""
    return _files(f"{letter.case_number}-{VOICEMAIL}-{letter.language}", letter, voicemail(letter), True)


def write_letters(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """The files stand in the folder, each whole, their paths; PlaceError when the folder cannot be written."""
    with place_sentences(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            for name, content in files.items():
                put(folder / name, content)
    return [folder / name for name in files]


def stands_there(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether these letters stand in the folder already, with the same words, written on this or an earlier day."""
    texts = [name for name in files if name.endswith(".txt")]
    return all((folder / name).exists() for name in files) and all(
        _but_for_its_day((folder / name).read_bytes()) == _but_for_its_day(files[name]) for name in texts
    )


def _but_for_its_day(text: bytes) -> list[bytes]:
    head, _, *rest = text.split(b"\n\n")
    return [head, *rest]


def _files(name: str, letter: LetterFor, words: Words, call: bool) -> dict[str, bytes]:
    view: dict[str, Any] = {
        "letter": letter,
        "words": words,
        "call": call,
        "dated": long_day(letter.written, letter.language),
        "to": _to(letter),
        "points": _points(letter, call),
        "labels": LABELS[letter.language],
    }
    return {
        f"{name}.pdf": _pdf(letter, words, call),
        f"{name}.html": render("letters/letter.html.j2", **view).encode(),
        f"{name}.txt": _text(letter, words, call).encode(),
    }


def _points(letter: LetterFor, call: bool) -> int:
    return SCRIPT_POINTS if call else letter.practice.font_points


def _to(letter: LetterFor) -> list[str]:
    """Name and address as on an envelope; lines that are not known are left out."""
    patient = letter.patient
    place = ", ".join(part for part in (patient.city, f"{patient.state} {patient.zip}".strip()) if part)
    return [line for line in (patient.name, patient.street, place) if line]


def _practice(letter: LetterFor) -> dict[str, Any]:
    card = letter.practice
    return {
        "name": letter.practice_name,
        "lines": [card.street, f"{card.city}, {card.state} {card.zip}", card.telephone],
    }


@cache
def _fonts() -> Any:
    import fontpkg_atkinson_hyperlegible
    import typst

    # None of the machine's own: the same letter has the same bytes everywhere.
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(fontpkg_atkinson_hyperlegible.ROOT)]
    )


def _pdf(letter: LetterFor, words: Words, call: bool) -> bytes:
    """One PDF of the standard for accessible documents (PDF/UA-1), without a date of its own."""
    import typst

    data = {
        "title": words.title,
        "language": letter.language,
        "points": _points(letter, call),
        "practice": _practice(letter),
        "labels": LABELS[letter.language],
        "case_number": letter.case_number,
        "call": call,
        "dated": long_day(letter.written, letter.language),
        "to": _to(letter),
        "blocks": [{"form": one.form, "lines": one.lines, "has_head": one.has_head} for one in words.blocks],
    }
    # The data go in as a value and are never read as markup, whatever signs a name has.
    given = {"letter": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    try:
        made = typst.compile(LAYOUT.read_bytes(), sys_inputs=given, font_paths=_fonts(), pdf_standards=["ua-1"])
    except typst.TypstError as error:
        raise FaultError(f"a letter of kind {letter.kind} cannot be set: {type(error).__name__}") from None
    if not isinstance(made, bytes):
        raise FaultError("a letter was set as several files")
    return made


def _text(letter: LetterFor, words: Words, call: bool) -> str:
    """The letter as plain text, lines of at most 72 signs."""
    practice, labels = _practice(letter), LABELS[letter.language]
    parts = ["\n".join([practice["name"], *practice["lines"]])]
    parts += [labels["script"]] if call else [long_day(letter.written, letter.language), "\n".join(_to(letter))]
    parts += [words.title.upper(), *(_block_text(block) for block in words.blocks)]
    parts += [] if call else [f"{labels['closing']}\n{letter.practice_name}"]
    return "\n\n".join([*parts, f"{labels['case']} {letter.case_number}"]) + "\n"


def _block_text(block: Block) -> str:
    if block.form == "table":
        widths = [max(len(row[column]) for row in block.plain) for column in range(len(block.plain[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in block.plain
        )
    marks = {"bullets": "- ", "boxes": "[ ] ", "say": "> ", "heading": "", "fields": "", "text": "", "title": ""}
    mark = marks[block.form]
    lines = []
    for (cell,) in block.plain:
        rest = mark if block.form == "say" else " " * len(mark)
        lines.append(textwrap.fill(cell, WIDTH, initial_indent=mark, subsequent_indent=rest))
        lines += ["", "_" * 60, ""] if block.form == "fields" else []
    return "\n".join(lines).rstrip("\n")
