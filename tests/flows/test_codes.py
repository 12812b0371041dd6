"""`ccm codes` and `ccm rules --html` as a user types them."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from config.care_settings import care_setting
from config.month import Month
from config.setting_table import setting_view
from flows.codes_table import print_setting
from tests.flows.typed import typed


def test_a_pipe_gets_markdown_with_every_code_and_source() -> None:
    result = typed("codes", "--setting", "rhc", "--month", "2025-07")
    assert result.returncode == 0
    assert result.stdout.startswith("# Rural health clinic, 2025-07\n")
    for code in care_setting("rhc").billable(Month(2025, 7)):
        assert f"| {code} |" in result.stdout
    assert "| Type of bill | 71X |" in result.stdout
    assert "MLN Connects 2025-06-05" in result.stdout


def test_a_terminal_gets_a_table() -> None:
    console = Console(width=120, record=True, file=StringIO())
    print_setting(console, setting_view(care_setting("hopd_on_campus"), Month(2025, 7)))
    text = console.export_text()
    assert "Facility claim, 837I: 28 codes" in text
    assert re.search(r"│ 99439 +│.*│ N: reported, +│", text)
    assert "sources disagree" in text


def test_a_page_is_written(tmp_path: Path) -> None:
    page = tmp_path / "new" / "codes.html"
    result = typed("codes", "--setting", "office", "--month", "2026-10", "--html", str(page))
    assert result.returncode == 0
    assert f"Open {page}" in result.stdout
    assert "Physician&#39;s office, October 2026" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said", "exit_code"),
    [
        (("codes", "--setting", "rch", "--month", "2025-07"), "'rch' is not a care setting; write one of", 2),
        (("codes", "--setting", "rhc", "--month", "2027-01"), "The rules for 2027-01 are not loaded", 2),
        (("codes", "--setting", "rhc", "--month", "July"), "'July' is not a service month", 2),
        (("rules",), "Give --month 2026-10", 2),
        (("rules", "--html", "/dev/null/pages"), "the pages cannot be written", 4),
        (("codes", "--setting", "rhc", "--month", "2025-07", "--html", "/dev/null/a"), "the page cannot be written", 4),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(arguments: tuple[str, ...], said: str, exit_code: int) -> None:
    result = typed(*arguments)
    assert result.returncode == exit_code
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_the_rulebook_is_written_as_pages(tmp_path: Path) -> None:
    result = typed("rules", "--html", str(tmp_path / "rules"))
    assert result.returncode == 0
    assert {path.name for path in (tmp_path / "rules").iterdir()} == {
        "index.html",
        "codes.html",
        "settings.html",
        "denials.html",
        "exclusions.html",
        "rules.html",
    }
