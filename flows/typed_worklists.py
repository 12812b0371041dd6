"""The co-pay and coverage lists, with what was typed into those that lie there and nobody took in yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from config.contract import coverage_outputs, worklist_outputs
from config.worklist_answers import word_of
from flows.typed_answers import with_typed_answers
from tasks.route.desk import BY_WORKLIST
from tasks.route.machine import QMB_SHARE
from tasks.route.readback import month_written
from tasks.send.coverage_folder import FOLDER as COVERAGE
from tasks.send.coverage_folder import WORKLIST
from tasks.send.worklists_folder import FOLDER, WORKBOOK
from tasks.store import case_work
from tasks.store.step import Place

Frames = Mapping[str, pd.DataFrame]
Recorded = Collection[tuple[str, str]]
"""Case and source of each move on record."""


def typed_cases(place: Place, practice_id: str, lists: Frames) -> Frames:
    """What `with_typed_cases` gives by what is on record of the practice's cases: such a typed line was taken in."""
    with place.store.reading() as connection:
        moves = case_work.moves(connection, practice_id)
    recorded = set(zip(moves["case_number"].astype("str"), moves["source"].astype("str"), strict=True))
    return with_typed_cases(place.out, practice_id, lists, recorded)


def with_typed_cases(out: Path, practice_id: str, lists: Frames, recorded: Recorded = ()) -> Frames:
    """The practice's lists, the co-pay cases with the answers that were typed while each stood as it stands now."""
    table, folder = worklist_outputs()["copay_worklist"], out / practice_id / FOLDER
    answers = table.names[table.names.index("answer") :]
    files, key = [folder / WORKBOOK, folder / table.file], ("case_number", "revision", "month")
    known = {
        (number, ":".join(source.split(":")[: 3 if source.startswith(QMB_SHARE) else 2])) for number, source in recorded
    }

    def taken_in(typed: Mapping[str, Any]) -> bool:
        month, answer = month_written(typed["month"]), word_of("answer", typed["answer"])
        source = f"{QMB_SHARE}:{month}:{answer}" if month else f"{BY_WORKLIST}:{typed['revision']}"
        return (typed["case_number"], source) in known

    found = with_typed_answers(lists[table.table], table, files, key, answers, _not_done, taken_in)
    return {**lists, table.table: found}


def with_typed_tasks(month_folder: Path, tasks: pd.DataFrame) -> pd.DataFrame:
    """The month's plans to ask, those that are open still with the answers that were typed."""
    table, folder = coverage_outputs()["coverage_tasks"], month_folder / COVERAGE
    answers = table.names[table.names.index("answer") :]
    files = [folder / WORKLIST, folder / table.file]
    return with_typed_answers(tasks, table, files, ("task_number",), answers, lambda row, _: row["state"] == "open")


def _not_done(row: Mapping[str, Any], typed: Mapping[str, Any]) -> bool:
    """Whether the line is not yet as the answer says: a month's share has no revision that would tell it."""
    return not row["month"] or row["stage"] != word_of("answer", typed["answer"])
