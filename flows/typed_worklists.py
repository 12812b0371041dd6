"""The co-pay and coverage lists, with what was typed into those that lie there and nobody took in yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from config.contract import coverage_outputs, worklist_outputs
from config.worklist_answers import word_of
from flows.typed_answers import KEPT, lost_lines, with_typed_answers
from tasks.route.machine import QMB_SHARE
from tasks.route.readback import month_written
from tasks.route.take_in import BY_WORKLIST
from tasks.send.coverage_folder import FOLDER as COVERAGE
from tasks.send.coverage_folder import WORKLIST
from tasks.send.outreach import Kept
from tasks.send.queries_folder import file_of
from tasks.send.worklists_folder import FOLDER, WORKBOOK
from tasks.store import case_work
from tasks.store.step import Place

Frames = Mapping[str, pd.DataFrame]
CASE_KEY = ("case_number", "revision", "month")
Recorded = Collection[tuple[str, str]]
"""Case and source of each move on record."""


def typed_cases(place: Place, practice_id: str, lists: Frames) -> Frames:
    """What `with_typed_cases` gives by what is on record of the practice's cases: such a typed line was taken in."""
    return with_typed_cases(place.out, practice_id, lists, _recorded(place, practice_id))


def lists_kept(place: Place, practice_id: str, lists: Frames, staff: pd.DataFrame) -> list[Kept]:
    """The lists of the practice that were put aside with answers and lie there still, those of cases with the cases
    whose answers are in no list of now and not on record."""
    table, base = worklist_outputs()["copay_worklist"], place.out / practice_id
    answers = table.names[table.names.index("answer") :]
    taken_in = _taken_in(_recorded(place, practice_id))
    owner = {file_of(one): one for one in staff["staff_id"].astype("str")}
    found = []
    for path in sorted([*base.glob(f"{FOLDER}/*{KEPT}*"), *base.glob(f"*/{COVERAGE}/*{KEPT}*")]):
        file, stem = str(path.relative_to(base)), path.name.partition(KEPT)[0]
        if stem == Path(WORKBOOK).stem:
            lost = lost_lines(lists[table.table], table, path, CASE_KEY, answers, taken_in)
            found.append(Kept(file, tuple(dict.fromkeys(line["case_number"] for line in lost))))
        else:
            found.append(Kept(file, staff_id=owner.get(stem, "")))
    return found


def _recorded(place: Place, practice_id: str) -> Recorded:
    with place.store.reading() as connection:
        moves = case_work.moves(connection, practice_id)
    return set(zip(moves["case_number"].astype("str"), moves["source"].astype("str"), strict=True))


def with_typed_cases(out: Path, practice_id: str, lists: Frames, recorded: Recorded = ()) -> Frames:
    """The practice's lists, the co-pay cases with the answers that were typed while each stood as it stands now."""
    table, folder = worklist_outputs()["copay_worklist"], out / practice_id / FOLDER
    answers = table.names[table.names.index("answer") :]
    files = [folder / WORKBOOK, folder / table.file]
    rows, taken_in = lists[table.table], _taken_in(recorded)
    found = with_typed_answers(rows, table, files, CASE_KEY, answers, _not_done, taken_in)
    return {**lists, table.table: found}


def _taken_in(recorded: Recorded) -> Callable[[Mapping[str, Any]], bool]:
    """Says of a typed line of the cases whether its answer is on record."""
    known = {
        (number, ":".join(source.split(":")[: 3 if source.startswith(QMB_SHARE) else 2])) for number, source in recorded
    }

    def taken_in(typed: Mapping[str, Any]) -> bool:
        month, answer = month_written(typed["month"]), word_of("answer", typed["answer"])
        source = f"{QMB_SHARE}:{month}:{answer}" if month else f"{BY_WORKLIST}:{typed['revision']}"
        return (typed["case_number"], source) in known

    return taken_in


def with_typed_tasks(month_folder: Path, tasks: pd.DataFrame) -> pd.DataFrame:
    """The month's plans to ask, those that are open still with the answers that were typed."""
    table, folder = coverage_outputs()["coverage_tasks"], month_folder / COVERAGE
    answers = table.names[table.names.index("answer") :]
    files = [folder / WORKLIST, folder / table.file]
    return with_typed_answers(tasks, table, files, ("task_number",), answers, lambda row, _: row["state"] == "open")


def _not_done(row: Mapping[str, Any], typed: Mapping[str, Any]) -> bool:
    """Whether the line is not yet as the answer says: a month's share has no revision that would tell it."""
    return not row["month"] or row["stage"] != word_of("answer", typed["answer"])
