"""The guide to the rulebook names what is in its folder, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.cms.layouts import LAYOUTS
from config.rulebook import RULES

GUIDE = (RULES / "README.md").read_text("utf-8")
TABLE = [line for line in GUIDE.splitlines() if line.startswith("| `")]
PATTERNS = [name for line in TABLE for name in re.findall(r"`([^`]+)`", line.split("|")[1])]
FILES = sorted(path for path in RULES.rglob("*") if path.is_file() and path.name != "README.md")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RULES)))
def test_every_file_of_the_folder_stands_in_its_table_once(path: Path) -> None:
    assert [path in RULES.glob(pattern) for pattern in PATTERNS].count(True) == 1


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_name_of_the_table_is_a_file(pattern: str) -> None:
    assert list(RULES.glob(pattern))


def test_the_yearly_steps_name_the_command_for_every_kind_of_file_that_it_reads() -> None:
    yearly = GUIDE.partition("## Every year")[2]
    assert yearly
    steps = [step for step in re.split(r"\n\d+\. ", yearly) if "ccm load-cms" in step]
    words = {
        "rvu": "Relative-value",
        "gpci": "GPCI",
        "opps": "OPPS",
        "ncci-ptp": "procedure pairs",
        "ncci-mue": "unit limits",
    }
    assert set(words) == set(LAYOUTS)
    for word in words.values():
        assert any(word in step for step in steps), word
