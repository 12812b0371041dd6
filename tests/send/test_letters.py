"""Letters as files: the same bytes each time, accessible, complete, without the patient in their names."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from config.errors import PlaceError
from config.letters import LANGUAGES, Addressee, letters
from tasks.send.letter_text import words_of
from tasks.send.letters import render_letter, render_voicemail, stands_there, write_letters
from tests.send.letter_cases import PRACTICE, letter

KINDS = [kind.name for kind in letters().kinds]


def pdf_text(content: bytes) -> tuple[str, int]:
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    return re.sub(r"\s+", " ", " ".join(pages)), len(pages)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_pdf_html_and_text_say_the_same(kind: str, language: str) -> None:
    files = render_letter(letter(kind, language))
    assert [Path(name).suffix for name in files] == [".pdf", ".html", ".txt"]
    pdf, html, text = files.values()
    said, pages = pdf_text(pdf)
    assert pages <= 3
    plain = re.sub(r"</?strong>", "", html.decode().split("<body>")[1])
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))
    for words in re.findall(r"[\wáéíóúñ¿¡$.,-]{4,}", text.decode().replace("_" * 60, "")):
        for other in (said, plain):
            assert words.lower() in other.lower(), words
    assert "Núñez" in said


def test_same_data_same_bytes() -> None:
    assert render_letter(letter("payment_plan", "es")) == render_letter(letter("payment_plan", "es"))


def test_file_names_hold_no_identity() -> None:
    names = [*render_letter(letter("welcome", "es")), *render_letter(letter("reminder"), call=True)]
    names += render_voicemail(letter("reminder"))
    assert names[0] == "C-000123-welcome-es.pdf"
    assert names[3] == "C-000123-reminder-en-call.pdf"
    assert names[6] == "C-000123-voicemail-en.pdf"
    assert not [name for name in names if re.search("jamie|doe|núñez", name, re.IGNORECASE)]


def test_pdf_is_letter_sized_tagged_in_its_language_with_every_font_inside() -> None:
    content = render_letter(letter("welcome", "es"))["C-000123-welcome-es.pdf"]
    document = pypdfium2.PdfDocument(content)
    assert document[0].get_size() == (612, 792)
    assert document.is_tagged()
    assert document.get_metadata_dict()["Title"] == "Ayuda con su salud entre una visita y otra"
    assert b"/Lang" in content
    assert b"pdfuaid" in content
    assert not re.search(rb"/CreationDate|/ModDate|xmp:CreateDate", content)


@pytest.mark.parametrize("points", [14, 16, 24])
def test_type_is_as_large_as_set(points: int) -> None:
    big = letter("welcome", practice=PRACTICE.model_copy(update={"font_points": points}))
    files = render_letter(big)
    sizes = set()
    page = pypdfium2.PdfDocument(files["C-000123-welcome-en.pdf"])[0]
    text = page.get_textpage()
    for number in range(text.count_chars()):
        sizes.add(round(pypdfium2.raw.FPDFText_GetFontSize(text.raw, number)))
    assert points in sizes
    assert min(size for size in sizes if size > 1) >= 12
    assert f"font: {points}pt" in files["C-000123-welcome-en.html"].decode()


def test_markup_in_data_is_text_in_every_form() -> None:
    odd = Addressee('<script>alert("x")</script>', '#eval("1") $x$ \\ "q"', "*bold* _it_", "[Dayton]", "OH", "@ref")
    pdf, html, text = render_letter(letter("welcome", patient=odd)).values()
    assert "<script>" not in html.decode()
    assert "&lt;script&gt;" in html.decode()
    said, _ = pdf_text(pdf)
    for words in ('<script>alert("x")</script>', '#eval("1") $x$ \\ "q"', "*bold* _it_"):
        assert words in said
        assert words in text.decode()


def test_an_address_that_is_not_known_leaves_no_blank_line() -> None:
    text = render_letter(letter("welcome", patient=Addressee("Jamie", "Doe")))["C-000123-welcome-en.txt"].decode()
    assert "November 12, 2026\n\nJamie Doe\n\nHELP" in text


def test_lines_of_text_are_short() -> None:
    for kind in KINDS:
        for content in (files for name, files in render_letter(letter(kind, "es")).items() if name.endswith(".txt")):
            assert max(map(len, content.decode().splitlines())) <= 72


def test_written_twice_is_written_once(tmp_path: Path) -> None:
    files = render_letter(letter("welcome"))
    folder = tmp_path / "letters"
    paths = write_letters(folder, files)
    before = [path.stat().st_mtime_ns for path in paths]
    assert write_letters(folder, files) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    changed = render_letter(replace(letter("welcome"), written=date(2026, 11, 13)))
    write_letters(folder, changed)
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)
    assert paths[0].read_bytes() == changed[paths[0].name]


def test_a_letter_of_another_day_with_the_same_words_stands_there(tmp_path: Path) -> None:
    written, later = letter("welcome"), replace(letter("welcome"), written=date(2026, 11, 13))
    assert not stands_there(tmp_path, render_letter(written))
    write_letters(tmp_path, render_letter(written))
    assert stands_there(tmp_path, render_letter(later))
    assert not stands_there(tmp_path, render_letter(replace(later, patient=Addressee("Jamie", "Roe"))))
    assert not stands_there(tmp_path, render_letter(replace(later, share=None)))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(PlaceError, match="cannot be written"):
        write_letters(blocked / "letters", {"a.txt": b""})


@pytest.mark.slow
@pytest.mark.parametrize("points", [14, 16, 20, 24])
def test_no_page_ends_with_a_heading_and_no_line_within_a_time_of_day(points: int) -> None:
    practice = PRACTICE.model_copy(update={"font_points": points})
    for kind, language in itertools.product(KINDS, LANGUAGES):
        asked = letter(kind, language, practice=practice)
        headings = {block.plain[0][0] for block in words_of(asked).blocks if block.form == "heading"}
        for page in pypdfium2.PdfDocument(next(iter(render_letter(asked).values()))):
            lines = [line.strip() for line in page.get_textpage().get_text_range().splitlines()]
            body = [line for line in lines if line and not re.match(r"Your number|Su número|Page \d|Página \d", line)]
            assert body[-1] not in headings, (kind, language)
            assert not [line for line in body if re.match(r"[ap]\. ?m\.|\d{3}-\d{4}", line)], (kind, language)
