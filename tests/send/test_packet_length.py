"""A length of time in the audit packet is never taken for a time of day."""

from __future__ import annotations

import pytest

from tasks.send.audit_packet import length_in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1260, "21 min"), (1290, "21 min 30 s"), (45, "45 s"), (0, "0 min"), (3600, "60 min"), (72000, "1,200 min")],
)
def test_a_length_says_its_units(seconds: int, words: str) -> None:
    assert length_in_words(seconds) == words
