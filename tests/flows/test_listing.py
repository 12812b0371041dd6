"""What a list at the terminal shows where there is much room, little, or no terminal at all."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from flows.listing import print_rows

HEADS = ("Item", "Due", "What was seen", "How often", "At stake ($)")
ROWS = [["A-000001", "2026-12-18", "Held month after month: [x] " * 4, "3 patient-months of 84 (4 %)", "314.73"]]


@pytest.mark.parametrize("width", [20, 80, 120, 250])
def test_ids_and_facts_are_whole_at_any_width(width: int) -> None:
    told = io.StringIO()
    print_rows(Console(file=told, width=width), "Items of P1", HEADS, ROWS, 2, ("What was seen",), ("At stake ($)",))
    text = told.getvalue()
    assert "Items of P1" in text
    for fact in ("A-000001", "2026-12-18", "3 patient-months of 84 (4 %)", "314.73", "[x]"):
        assert fact in text
    assert "…" not in text
    assert ("┃" in text) == (width >= 80), "a table where one fits"
