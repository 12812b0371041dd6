"""What payers said, kept with a decided month in two tables: of their plans, and of a program by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import pandas as pd

ANSWERS, OTHERS = "payer_answers", "program_answers"
EVERY_OTHER = ""  # program of what holds wherever a payer said nothing about a program by itself
Whose = tuple[str, str, str, str]  # patient, program, kind of payer, its identifier
Value = TypeVar("Value")


def said_by_payers(tables: Mapping[str, pd.DataFrame], column: str) -> Iterator[tuple[Whose, Any]]:
    """Whose answer it is and what it has in that column, of every answer that has something there.

    None where payers were not asked, or the month was decided before this was told.
    """
    for name in (ANSWERS, OTHERS):
        answers = tables.get(name)
        if answers is None or column not in answers:
            continue
        rows = answers[answers[column].notna().to_numpy(bool)]
        rows = rows.assign(program=rows.get("program", EVERY_OTHER))
        whose = (rows[key].astype("str") for key in ("patient_id", "program", "payer_kind", "payer_id"))
        yield from zip(zip(*whose, strict=True), rows[column], strict=True)


def of_program(said: Mapping[Whose, Value], whose: Whose) -> Value | None:
    """What the payer said for that program; what it said of its plan as a whole where it said nothing of it."""
    patient_id, _, kind, payer_id = whose
    own = said.get(whose)
    return said.get((patient_id, EVERY_OTHER, kind, payer_id)) if own is None else own
