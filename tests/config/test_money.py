"""Dollars as people write them: whole cents, nothing rounded, nothing below nought, nothing quoted."""

from __future__ import annotations

import pytest

from config.errors import InputError
from config.money import cents_of


@pytest.mark.parametrize(
    ("text", "cents"),
    [("39.69", 3969), ("$1,200", 120_000), ("0.05", 5), (" $ 13.5 ", 1350), ("1,234,567.89", 123_456_789), ("0", 0)],
)
def test_amounts_as_people_write_them(text: str, cents: int) -> None:
    assert cents_of(text, "--amount") == cents


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-5", "--amount is below nought"),
        ("($5.00)", "--amount is below nought"),
        ("$-5", "--amount is below nought"),
        ("13.235", "--amount has parts of a cent"),
        ("12,5", "--amount is no amount"),
        ("1e3", "--amount is no amount"),
        ("NaN", "--amount is no amount"),
        ("Cora 5", "--amount is no amount"),
        ("", "--amount is no amount"),
        ("٣", "--amount is no amount"),
        ("9" * 12, "--amount is no amount"),
    ],
)
def test_anything_else_is_refused_by_its_place(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        cents_of(text, "--amount")
    assert str(caught.value).startswith(why)
    assert "Cora" not in str(caught.value)
