"""What a clearinghouse says of patients' coverage: 271 files read, their findings kept for their months."""

from __future__ import annotations

from typing import Any

from prefect import flow

from tasks.cover.step import given, read_files
from tasks.store.step import open_place


@flow(name="eligibility")
def eligibility(files: list[str], out: str = "out", database: str | None = None) -> list[dict[str, Any]]:
    """Read the files; each is used or set aside with its reason, and none twice. Returns counts, no patient data."""
    place = open_place(out, database, None)
    return read_files(place, [str(path) for path in given(files)])
