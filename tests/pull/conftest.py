"""A small, complete source to read: two patients, one practice, every table of the contract."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from config.contract import inputs

Rows = list[dict[str, str]]
Write = Callable[..., Path]


def example_rows() -> dict[str, Rows]:
    """Each table's example row of the contract, and a second patient with an entry."""
    rows = {name: [{column.name: column.example for column in table.columns}] for name, table in inputs().items()}
    second = rows["patients"][0] | {"patient_id": "00777", "last_name": "O'Neill-Żak", "mrn": "00777"}
    rows["patients"].append(second)
    rows["time_entries"].append(
        rows["time_entries"][0]
        | {"entry_id": "E2", "patient_id": "00777", "started_at": "2026-10-06 10:00", "ended_at": ""}
    )
    return rows


def as_csv(rows: Rows) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the example source into a folder; a table is replaced by rows, raw text or bytes, or left out (None)."""

    def put(folder: str = "source", **tables: Rows | str | bytes | None) -> Path:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        content: dict[str, Rows | str | bytes | None] = {**example_rows(), **tables}
        for name, rows in content.items():
            path = place / f"{name}.csv"
            if rows is None:
                path.unlink(missing_ok=True)
            else:
                text = as_csv(rows) if isinstance(rows, list) else rows
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return place

    return put


@pytest.fixture
def entries() -> Callable[..., Rows]:
    """Rows of time_entries that differ from the contract's example only where said."""

    def make(*changes: dict[str, str]) -> Rows:
        empty = {column.name: "" for column in inputs()["time_entries"].columns}
        start = {"patient_id": "100234", "performer_id": "S1", "program": "ccm"}
        return [empty | start | {"entry_id": f"E{n}"} | change for n, change in enumerate(changes, 1)]

    return make
