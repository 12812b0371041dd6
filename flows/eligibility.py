"""What a clearinghouse says of patients' coverage: 271 files read, their findings kept for their months."""

from __future__ import annotations

from typing import Any

from prefect import flow

from tasks.cover.eligibility import given
from tasks.cover.step import hold_against_months, read_files
from tasks.send.coverage_folder import write_eligibility
from tasks.store.step import open_place


@flow(name="eligibility")
def eligibility(files: list[str], out: str = "out", database: str | None = None) -> list[dict[str, Any]]:
    """Read the files; each is used or set aside with its reason, and none twice.

    Whose each answer is and what it changes stands in eligibility_answers.csv. Returns counts, no patient data.
    """
    place = open_place(out, database, None)
    found = read_files(place, [str(path) for path in given(files)])
    write_eligibility(place.out, hold_against_months(place, found))
    return found
