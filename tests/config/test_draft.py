"""A draft replaces files of the rulebook, is read like them, and is refused in one sentence when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.draft import draft_rulebook
from config.errors import InputError, RuleError
from config.month import Month
from config.rulebook import RULES, load_rulebook

OCTOBER = Month(2026, 10)


def draft(folder: Path, name: str, old: str = "", new: str = "") -> Path:
    text = (RULES / name).read_text("utf-8") if (RULES / name).is_file() else new
    assert old in text
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(old, new, 1) if old else text, "utf-8")
    return folder


def test_one_file_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    shipped = load_rulebook(OCTOBER)
    book = draft_rulebook(
        OCTOBER,
        draft(
            tmp_path,
            "families/staff.yaml",
            'since: "2021-01", first: "99490", first_minutes: 20',
            'since: "2021-01", first: "99490", first_minutes: 25',
        ),
    )
    entry = next(entry for family, entry in book.families if family.family == "staff")
    assert entry.first_minutes == 25
    assert book.digest != shipped.digest
    assert (book.rules, book.numbers, book.payable) == (shipped.rules, shipped.numbers, shipped.payable)


def test_codes_and_settings_of_the_draft_count(tmp_path: Path) -> None:
    shipped = load_rulebook(OCTOBER)
    text = (RULES / "settings" / "office.yaml").read_text("utf-8")
    book = draft_rulebook(OCTOBER, draft(tmp_path, "settings/office.yaml", "[ccm, pcm,", "[pcm,"))
    assert "[ccm, pcm," in text
    gone = shipped.payable["office"]["individual"] - book.payable["office"]["individual"]
    assert "99490" in gone
    assert "99426" not in gone
    assert book.digest != shipped.digest


def test_the_files_of_the_version_themselves_change_nothing(tmp_path: Path) -> None:
    assert draft_rulebook(OCTOBER, draft(tmp_path, "numbers.yaml")).digest == load_rulebook(OCTOBER).digest


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("numbers.yaml", "confidence: primary", "confidence: sure", r"numbers.yaml.*confidence"),
        (
            "numbers.yaml",
            "  - name: coinsurance_percent",
            "  - name: coinsurance_per",
            r"numbers.yaml: 'coinsurance_percent' has no entry for 2026-10",
        ),
        (
            "code_lists.yaml",
            "  - name: care_management_codes",
            "  - name: care_codes",
            r"there is no list 'care_management_codes' in code_lists.yaml",
        ),
        ("minutes.yaml", "  - name: automated", "  - name: by_machine", r"'by_machine' has no logic in this version"),
        (
            "families/staff.yaml",
            'first: "99490"',
            'first: "99999"',
            r"families/staff.yaml: 99999 is not in the code catalogue",
        ),
        ("families/complex.yaml", "time:", "only_if: [is_tall]\ntime:", r"'is_tall' is no fact"),
        ("families/complex.yaml", "needs: [", "needs: [no_such_rule, ", r"'no_such_rule' under 'needs' is no rule"),
        ("loaded.yaml", '"2026-12"', '"2026-09"', r"rules for 2026-10 are not loaded"),
        (
            "eligibility.yaml",
            "shows: [death_date]",
            "shows: [birthday]",
            r"patient_died_before_service: 'birthday' is no fact",
        ),
    ],
)
def test_a_wrong_draft_is_refused_in_one_sentence(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        draft_rulebook(OCTOBER, draft(tmp_path, name, old, new))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("number.yaml", r"number.yaml is no file of a rulebook"),
        ("family/staff.yaml", r"family/staff.yaml is no file of a rulebook"),
        ("families/more.csv", r"families/more.csv is no file of a rulebook"),
        ("notes.txt", r"it holds no rule file"),
    ],
)
def test_a_file_that_nothing_reads_is_named(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        draft_rulebook(OCTOBER, draft(tmp_path, name, new="rules: []\n"))


def test_a_word_that_is_no_folder_is_no_rulebook(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no rulebook; write stored, current, or a folder of rule files"):
        draft_rulebook(OCTOBER, tmp_path / "curent")
