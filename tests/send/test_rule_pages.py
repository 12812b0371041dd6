"""The rule pages are fresh, whole, deterministic and need nothing from elsewhere."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from config.care_settings import care_settings
from config.catalogue import catalogue
from config.denials import denials
from config.errors import PlaceError
from config.exclusion_table import ExclusionRow, exclusion_rows
from config.rulebook import all_rules
from tasks.send import drawings
from tasks.send.rule_pages import PAGES, rule_pages, write_rule_pages

DOCS = Path(__file__).parents[2] / "docs" / "rules"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return rule_pages()


def test_the_committed_pages_are_what_the_rulebook_says(pages: dict[str, str]) -> None:
    stale = [name for name, page in pages.items() if (DOCS / name).read_text("utf-8") != page]
    assert not stale, f"run `make pages`: {stale}"
    assert {path.name for path in DOCS.iterdir()} == set(pages)
    assert sum(path.stat().st_size for path in DOCS.iterdir()) < 1_000_000


def test_the_same_rulebook_gives_the_same_bytes(pages: dict[str, str]) -> None:
    assert rule_pages() == pages


def test_every_code_has_a_card_and_a_bar(pages: dict[str, str]) -> None:
    assert set(re.findall(r'id="code-(\w+)"', pages["codes.html"])) == set(catalogue().codes)
    for name, code in catalogue().codes.items():
        if code.program != "esrd":
            assert f">{name}</text>" in pages["index.html"]
    assert ">90951-90970</text>" in pages["index.html"]


def test_every_rule_is_told_with_source_owner_and_remedy(pages: dict[str, str]) -> None:
    text = words_of(pages["rules.html"])
    for rule in all_rules():
        assert rule.name in text
        assert squeezed(rule.source) in text, rule.name
        assert squeezed(rule.words) in text, rule.name
        assert squeezed(rule.fix)[1:] in text, rule.name


def test_every_error_and_route_is_told(pages: dict[str, str]) -> None:
    text, tables = words_of(pages["denials.html"]), denials()
    for error in tables.errors:
        assert error.name in text
        assert squeezed(error.words) in text, error.name
        assert squeezed(error.source) in text, error.name
        assert all(squeezed(answer.words) in text for answer in error.predicted), error.name
    assert set(re.findall(r'href="#route-(\w+)"', pages["denials.html"])) <= set(tables.routes)
    assert set(re.findall(r'id="route-(\w+)"', pages["denials.html"])) == set(tables.routes)


def test_every_setting_and_every_pair_is_told(pages: dict[str, str]) -> None:
    for setting in care_settings().values():
        assert f'id="{setting.name}"' in pages["settings.html"]
    text = words_of(pages["exclusions.html"])
    rows = exclusion_rows()
    assert rows
    assert all(squeezed(row.source) in text for row in rows)


def test_pages_load_nothing_and_lead_only_to_each_other(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert "<script" not in page
        assert not re.findall(r"url\((?!#)", page)
        links = set(re.findall(r'href="([^"#]+)', page))
        assert links <= set(PAGES)
        for anchor in re.findall(r'href="#([^"]+)"', page):
            assert f'id="{anchor}"' in page, anchor


def test_tags_are_closed(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        parser = Nesting()
        parser.feed(page)
        assert not parser.open, name


def test_pages_are_written_or_it_is_said_why_not(tmp_path: Path) -> None:
    assert [path.name for path in write_rule_pages(tmp_path / "a" / "b")] == list(PAGES)
    (tmp_path / "file").write_text("here")
    with pytest.raises(PlaceError, match="the pages cannot be written"):
        write_rule_pages(tmp_path / "file")


def test_a_bar_lies_where_its_days_lie() -> None:
    span = drawings.Span("99490", date(2016, 1, 1), date(2016, 12, 31), "primary", "")
    drawing = drawings.timeline([("", [[span]])], 2015, 2017)
    (bar,) = drawing["rows"][0]["bars"]
    years = {year["text"]: year["x"] for year in drawing["years"]}
    assert bar["x"] == years["2016"]
    assert years["2017"] - 2 <= bar["x"] + bar["width"] <= years["2017"]


def pair(strength: str = "hard", **changes: str) -> ExclusionRow:
    given = {"a": "x_codes", "b": "y_codes", "outcome": "not_billable", "scope": "same_practitioner", "words": ""}
    given |= {"since": "2015-01", "until": "9999-12", "confidence": "primary", "source": "made for this test"}
    return ExclusionRow(strength=strength, **(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (pair(), "same"),
        (pair(scope="anyone"), "never"),
        (pair(confidence="unverified"), "warn"),
        (pair(outcome="warn", scope="anyone"), "warn"),
        (pair(strength="modifier", outcome="warn"), "modifier"),
        (pair(strength="allowed", outcome="allowed"), "allowed"),
    ],
)
def test_a_pair_is_drawn_as_what_it_does(row: ExclusionRow, kind: str) -> None:
    assert drawings.kind(row) == kind


def test_the_matrix_is_read_both_ways_and_shows_the_strictest_of_its_month() -> None:
    rows = [pair(strength="allowed", outcome="allowed"), pair(), pair(scope="anyone", until="2020-12")]
    cells = drawings.matrix(rows, "2026-12")["cells"]
    assert [cell["kind"] for cell in cells] == ["same", "same"]
    assert (cells[0]["x"] - drawings.SIDE, cells[0]["y"] - drawings.TOP) == (
        cells[1]["y"] - drawings.TOP,
        cells[1]["x"] - drawings.SIDE,
    )
    assert {cell["kind"] for cell in drawings.matrix(rows, "2020-12")["cells"]} == {"never"}


def test_pairs_of_the_table_come_first_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "exclusions").mkdir()
    (tmp_path / "exclusions" / "one.yaml").write_text(
        'pairs:\n  - {name: n, a: x_codes, b: y_codes, scope: anyone, strength: modifier, modifier: "59", '
        'outcome: warn, since: "2020-01", confidence: primary, source: "made for this test", others: "Allowed"}\n'
    )
    (row,) = exclusion_rows(tmp_path)
    assert (row.a, row.b, row.strength, row.words) == (
        "x_codes",
        "y_codes",
        "modifier",
        "lifted by modifier 59; Allowed",
    )


def squeezed(text: str) -> str:
    return " ".join(text.split())


def words_of(page: str) -> str:
    parser = Words()
    parser.feed(page)
    return squeezed(" ".join(parser.found))


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


class Nesting(HTMLParser):
    """Tags that are still open at the end."""

    VOID = frozenset({"meta", "br", "link", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag
