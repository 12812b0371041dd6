"""The co-pay and coverage lists, with what was typed into those that lie there and nobody took in yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from config.contract import coverage_outputs, worklist_outputs
from flows.typed_answers import with_typed_answers
from tasks.send.coverage_folder import FOLDER as COVERAGE
from tasks.send.coverage_folder import WORKLIST
from tasks.send.worklists_folder import FOLDER, WORKBOOK

Frames = Mapping[str, pd.DataFrame]


def with_typed_cases(out: Path, practice_id: str, lists: Frames) -> Frames:
    """The practice's lists, the co-pay cases with the answers that were typed while each stood as it stands now."""
    table, folder = worklist_outputs()["copay_worklist"], out / practice_id / FOLDER
    answers = table.names[table.names.index("answer") :]
    files, key = [folder / WORKBOOK, folder / table.file], ("case_number", "revision", "month")
    return {**lists, table.table: with_typed_answers(lists[table.table], table, files, key, answers)}


def with_typed_tasks(month_folder: Path, tasks: pd.DataFrame) -> pd.DataFrame:
    """The month's plans to ask, those that are open still with the answers that were typed."""
    table, folder = coverage_outputs()["coverage_tasks"], month_folder / COVERAGE
    answers = table.names[table.names.index("answer") :]
    files = [folder / WORKLIST, folder / table.file]
    return with_typed_answers(tasks, table, files, ("task_number",), answers, lambda row, _: row["state"] == "open")
