"""What is written is asked once more: a fault of the writing sends nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.errors import FaultError
from tasks.claim.final_look import final_look
from tests.claim.faults import MONTH, TODAY, by, sound, swap
from tests.qualify.cases import rulebook, settings_of


def look(form: str, change: Callable[[str], str] = str) -> None:
    base = sound(form)
    sent = [{"claim_number": number, **about} for number, about in base.known.items()]
    content = change(base.content.decode()).encode()
    final_look([content], sent, base.tables, rulebook(MONTH), settings_of(), TODAY)


@pytest.mark.parametrize("form", ["837P", "837I"])
def test_what_was_meant_passes(form: str) -> None:
    look(form)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (swap("**1:2~", "**1:3~"), "pointer_without_diagnosis 1"),
        (by(r"\*454021234~", "*45402~"), "billing_zip_short 3"),
        (swap("ABK:E119", "BK:E119", 2), "diagnosis_qualifier_outdated 3"),
        (swap("*XX*2900010002", "*XX*2900010003", 2), "rendering_npi_invalid 3"),
        (swap("HC:99439", "HC:99439:95"), "telehealth_modifier 1"),
        (swap("HC:99439", "HC:99490"), "code_sent_twice 2"),
    ],
)
def test_a_fault_of_the_writing_is_told_in_counts_alone(change: Callable[[str], str], said: str) -> None:
    with pytest.raises(FaultError, match=f"{said}.*none of them was sent") as raised:
        look("837P", change)
    assert "DOE" not in str(raised.value)


def test_a_void_repeats_what_was_sent_and_is_not_asked() -> None:
    look("837P", lambda text: text.replace("11:B:1", "11:B:8").replace("*PI*15202", "*PI*15203"))
