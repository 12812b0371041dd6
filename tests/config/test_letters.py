"""Who may get which letter, what it needs, and what a practice sets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.errors import InputError, RuleError
from config.letter_settings import LetterSettings, forecast_settings, letter_settings
from config.letters import (
    Instalment,
    LetterRefusedError,
    language_note,
    language_of,
    letters,
    may_go,
)
from config.settings import practice_settings
from tests.send.letter_cases import PRACTICE, letter

GIVEN = """
practices:
  P1:
    letters:
      phone: "9375550100"
      street: 400 Maple Street
      city: Dayton
      state: OH
      zip: "45402"
      hours: {en: "8 a.m. to 5 p.m.", es: "de 8 a. m. a 5 p. m."}
"""


def given(tmp_path: Path, text: str = GIVEN) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(text, "utf-8")
    return path


def test_settings_are_laid_over_the_shipped_ones(tmp_path: Path) -> None:
    found = letter_settings("P1", given(tmp_path))
    assert (found.telephone, found.font_points, found.months_a_year, found.languages) == (
        "937-555-0100", 16, 12, ("en", "es"),
    )  # fmt: skip
    assert forecast_settings("P1").usual_codes == ("99490",)


def test_letters_change_no_decision(tmp_path: Path) -> None:
    assert practice_settings("P1", given(tmp_path)).digest == practice_settings("P1").digest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("practices: {}", r"letters.phone, letters.street, .* must be set before letters can be written"),
        (GIVEN.replace('"9375550100"', "9375550100"), "letters.*write phone in quotes"),
        (GIVEN.replace('"45402"', '"454"'), "letters.zip.*five or nine digits"),
        (GIVEN.replace(', es: "de 8 a. m. a 5 p. m."', ""), "write hours for es too"),
        (GIVEN + "      font_points: 10\n", "letters.font_points"),
        (GIVEN + "      fax: none\n", "letters.fax"),
        (GIVEN + "      usual_codes: [99490]\n", "letters.usual_codes.0"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        letter_settings("P1", given(tmp_path, text))


@pytest.mark.parametrize(
    ("written", "language"),
    [("es", "es"), ("Spanish", "es"), ("spa", "es"), ("es-US", "es"), ("Español", "es"), ("en", "en"),
     ("English", "en"), ("vi", "en"), ("", "en"), (None, "en"), (float("nan"), "en")],
)  # fmt: skip
def test_language_is_the_patients_where_the_practice_writes_it(written: object, language: str) -> None:
    assert language_of(written, ("en", "es")) == language
    assert language_of(written, ("en",)) == "en"


@pytest.mark.parametrize(
    ("written", "languages", "words"),
    [
        ("es", ("en", "es"), ""),
        ("Spanish", ("es",), ""),
        ("", ("en",), ""),
        (None, ("en",), ""),
        (float("nan"), ("en",), ""),
        ("es", ("en",), "The patient reads Spanish, this letter is in English: add es to letters.languages"),
        ("vi", ("en", "es"), "The patient reads 'vi', for which there are no letters, and this one is in English"),
        ("vi", ("es", "en"), "this one is in Spanish: go through it with an interpreter"),
        ("asked Ann Doe", ("en",), "The patient reads another language, for which"),
    ],
)
def test_a_language_that_is_not_written_has_its_remedy(written: object, languages: tuple[str, ...], words: str) -> None:
    found = language_note(written, languages)
    assert words in found
    assert bool(words) == bool(found)
    assert "Doe" not in found


def test_no_kind_for_somebody_who_owes_nothing_needs_a_sum_from_them() -> None:
    for kind in letters().kinds:
        if "never" in kind.owes:
            assert not {"balance_cents", "payments", "options", "reduced_percent"} & set(kind.needs), kind.name
        assert "share" in kind.owes


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("rebate", {}, "'rebate' is no letter; write one of welcome, share_explained"),
        ("reminder", {"owes": "never"}, "owes nothing and is never asked for money"),
        ("reminder", {"owes": "unknown"}, "not known yet what this patient owes"),
        ("payment_plan", {"owes": "unknown"}, "not known yet"),
        ("hardship_application", {"said": ("refused",)}, r"only to a patient who has said so \(cannot_pay\)"),
        ("hardship_granted", {"until": None}, "needs a determination"),
        ("hardship_granted", {"reduced_percent": 120}, "1 to 100 percent, not by 120"),
        ("hardship_refused", {"reason": "rude"}, "write one of income, papers"),
        ("payment_plan", {"balance_cents": 4000}, "parts come to 3969 cents, the balance is 4000"),
        ("payment_plan", {"payments": ()}, "needs --day"),
        ("refund", {"refund_cents": 0}, "refund_cents is 0; give an amount above zero"),
        ("options", {"options": ()}, "needs an open option"),
        ("welcome", {"language": "fr"}, "none in 'fr'; write en or es"),
    ],
)
def test_a_letter_that_may_not_go_is_refused_in_one_sentence(kind: str, more: dict, words: str) -> None:
    with pytest.raises(LetterRefusedError, match=words) as caught:
        may_go(letter(kind, **more))
    assert "Doe" not in str(caught.value)


def test_parts_that_come_to_the_balance_may_go() -> None:
    parts = (Instalment(date(2026, 12, 1), 2000), Instalment(date(2027, 1, 4), 1969))
    assert may_go(letter("payment_plan", payments=parts)).name == "payment_plan"


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letters.yaml"
    path.write_text("kinds: []\n", "utf-8")
    with pytest.raises(RuleError, match=r"letters.yaml: 'kinds'"):
        letters(path)


def test_size_of_type_is_bounded() -> None:
    with pytest.raises(ValueError, match="less than or equal to 24"):
        LetterSettings.model_validate(PRACTICE.model_dump() | {"font_points": 40})
