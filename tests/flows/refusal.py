"""A month that is refused: with one sentence, and with nothing left behind."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import UserError
from flows.monthly_cycle import monthly_cycle

MONTH = "2026-10"


def edit(source: Path, table: str, change: Callable[[list[dict[str, str]]], None]) -> None:
    path = source / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = list(rows[0])
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


def refused(kind: type[UserError], said: str, source: Path, tmp_path: Path, **arguments: str) -> None:
    """The month is refused with that sentence, and neither a folder nor a decision is left behind."""
    out = Path(arguments.pop("out", str(tmp_path / "out")))
    with pytest.raises(kind, match=said) as caught:
        monthly_cycle(**{"month": MONTH, "source": str(source), "out": str(out)} | arguments)
    assert "\n" not in str(caught.value)
    assert not (out / "P1" / MONTH).exists()
    database = out / "ccm.db"
    if database.is_file():
        with sqlite3.connect(database) as connection:
            assert connection.execute("SELECT count(*) FROM cycles").fetchone() == (0,)
