"""One rulebook is one file, in whatever process it is written."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.month import Month
from config.rulebook import load_rulebook
from config.rulebook_archive import archived, restored

PRINTED = """
import hashlib
from config.month import Month
from config.rulebook import load_rulebook
from config.rulebook_archive import archived
print(hashlib.sha256(archived(load_rulebook(Month(2026, 10)))).hexdigest())
"""


@pytest.mark.slow
def test_the_same_bytes_in_every_process() -> None:
    found = set()
    for seed in ("1", "2", "3"):
        variables = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PRINTED], capture_output=True, text=True, check=True, env=variables
        )
        found.add(done.stdout)
    assert len(found) == 1


@pytest.mark.parametrize("month", ["2015-01", "2021-06", "2025-07", "2026-10"])
def test_what_is_restored_is_what_was_written(month: str) -> None:
    book = load_rulebook(Month.parse(month))
    again = restored(archived(book))
    assert again.digest == book.digest
    names = ("rules", "numbers", "own_numbers", "codes", "families", "programs", "payable", "fees", "exclusions")
    for name in (*names, "hospital_codes"):
        assert getattr(again, name) == getattr(book, name), name
