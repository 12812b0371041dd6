"""A last look at the files before they count as sent: what is written is scrubbed as what was meant to be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from config.errors import FaultError
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.readback import lines_written
from tasks.claim.worklist import scrub

WHOSE = ("practice_id", "month", "patient_id", "case_number", "program", "claim")
WRITING = (
    *("billing_zip_short", "birth_date_missing", "pointer_without_diagnosis", "diagnosis_qualifier_outdated"),
    *("second_place_unexplained", "loops_do_not_fit", "telehealth_modifier"),
)
"""Rules that only the writing can bring about: a claim without a birth date is not written at all, and no modifier of
telehealth is ever put on a line."""


def final_look(
    contents: Iterable[bytes],
    sent: Iterable[Mapping[str, Any]],
    tables: Mapping[str, pd.DataFrame],
    book: RuleBook,
    settings: PracticeSettings,
    today: date,
    beside: pd.DataFrame | None = None,
) -> None:
    """Nothing, where the written claims pass the scrub; FaultError with counts where they do not.

    `sent` are the stored claims with what each number stands for, `beside` lines that went out before and count as
    there. Every draft passed before, so that a hold now is a fault of the writing. Voids repeat what was sent once and
    are left out.
    """
    known = {str(row["claim_number"]): {name: str(row[name]) for name in WHOSE} for row in sent}
    for content in contents:
        lines = lines_written(content, known)
        lines = lines[lines["frequency"] != "8"]
        if lines.empty:
            continue
        found = scrub(lines, tables, book, settings, today, beside)
        wrong = found[(found["outcome"] == "hold") | found["rule"].isin(WRITING)]
        if len(wrong):
            counts = ", ".join(f"{rule} {count}" for rule, count in wrong["rule"].value_counts().items())
            raise FaultError(f"Written claims differ from what was scrubbed ({counts}); none of them was sent.")
