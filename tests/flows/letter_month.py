"""A practice's month in a database, with the settings that its letters need: made of a few words a patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from config.contract import outputs
from config.frames import empty
from config.month import Month
from config.rulebook import load_rulebook
from tasks.claim.step import write_claim_lines
from tasks.qualify.decide import decide
from tasks.store.step import decided_from, numbered
from tasks.store.store import open_store
from tests.config.test_letters import GIVEN
from tests.qualify.cases import settings_of, tables_of

PART_B = {"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2010-01-01"}


def patient(
    *further: str, language: str | None = None, said: str | None = None, on: str = "2026-10-09", died: str | None = None
) -> dict[str, Any]:
    """Somebody with 25 minutes, these payers behind Part B, and what they said of the co-pay."""
    behind = [PART_B | {"priority": place, "payer_kind": kind} for place, kind in enumerate(further, 2)]
    told = [{"response": said, "response_date": on}] if said else []
    named = {"first_name": "Rosa", "last_name": "Ibáñez", "language": language, "address": "12 Mill Lane"}
    named |= {"death_date": died} if died else {}
    return {"staff": "25:00", "coverages": [PART_B, *behind], "copay_responses": told, "patient": named}


Tables = dict[str, pd.DataFrame]


def store_month(
    folder: Path,
    cases: list[dict[str, Any]],
    month: Month,
    members: Sequence[str] = (),
    verified: Callable[[Tables], Tables] = dict,
) -> Path:
    """The folder has the database of these patients' month, and the practice's settings for letters.

    `members` are the member numbers of their coverages, where they matter; `verified` adds what payers answered.
    """
    (folder / "settings.yaml").write_text(GIVEN, "utf-8")
    settings, book, tables = settings_of(), load_rulebook(month), tables_of(cases, month)
    tables["time_entries"] = tables["time_entries"].assign(source_file="time.csv", source_line=2)
    if members:
        numbers = pd.array(list(members), dtype=tables["coverages"]["patient_id"].dtype)
        tables["coverages"] = tables["coverages"].assign(member_id=numbers)
    tables = verified(tables)
    decided = decide(tables, month, book, settings)
    store = open_store(f"sqlite:///{folder / 'ccm.db'}")
    patients = tables["patients"]["patient_id"]
    decided = numbered(decided, store.case_numbers("P1", patients).set_axis(patients.to_numpy()))
    decided |= {"claim_lines": write_claim_lines.fn(decided, tables, book, settings)}
    rest = {name: empty(table) for name, table in outputs().items()}
    basis = decided_from("input", tables, settings, book)
    store.save_cycle("P1", month, basis, rest | decided, rest["copay_cases"], lambda *_: [])
    store.close()
    return folder
