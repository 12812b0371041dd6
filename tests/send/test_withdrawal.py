"""Who stopped is told of the last day as what it is on the day of the letter: to come, or over."""

from __future__ import annotations

from datetime import date

import pytest

from config.letters import LANGUAGES
from tests.send.letter_cases import LATE
from tests.send.test_letter_words import said


@pytest.mark.parametrize("call", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_that_is_over_is_not_told_as_one_to_come(language: str, call: bool) -> None:
    to_come = {"en": ("It ends on", "Until that day", "care management ends"), "es": ("Termina ", "Hasta ese día")}
    over = {"en": "It ended on November 30, 2026", "es": "Terminó el 30 de noviembre de 2026"}[language]
    for day in (date(2026, 11, 12), date(2026, 11, 30)):
        told = said("withdrawal", language, call, written=day)
        assert over not in told
        assert to_come[language][0] in told
    late = said("withdrawal", language, call, **LATE)
    assert over in late
    assert not [words for words in to_come[language] if words in late]
