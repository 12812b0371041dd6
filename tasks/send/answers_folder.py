"""What payers answered on the disk: the lists of a practice in its folder `answers`, the worklist as a workbook too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from config.contract import answer_outputs, source_outputs
from config.errors import PlaceError
from tasks.send.answered import answered_view
from tasks.send.files import put, write_list
from tasks.send.render import render
from tasks.send.workbook import workbook
from tasks.store.answer_counts import AnswerCounts

FOLDER = "answers"
WORKLIST = "denials.xlsx"
PAGE = "answers.html"


def render_answers(practice_id: str, counts: AnswerCounts) -> str:
    """What payers answered to the practice as one HTML page that needs nothing from elsewhere."""
    return render("reports/answers.html.j2", practice_id=practice_id, view=answered_view(counts))


def write_answers(out: Path, practice_id: str, frames: Mapping[str, pd.DataFrame], page: str) -> Path:
    """The practice's folder holds these lists and the page, each whole; a list without rows has no file. Its path.

    Same rows, same bytes. PlaceError when the folder cannot be written.
    """
    folder = out / practice_id / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in answer_outputs().items():
            write_list(folder, table, frames[name])
        put(folder / WORKLIST, workbook(frames["denials"], answer_outputs()["denials"], "Denials"))
        put(folder / PAGE, page.encode())
    except OSError as error:
        raise PlaceError(f"{folder}: the lists cannot be written ({error.strerror}); choose another --out.") from error
    return folder


def write_suspense(out: Path, waiting: pd.DataFrame) -> Path:
    """The list of answers in suspense stands in the output folder; without one there is no list."""
    return write_list(out, source_outputs()["suspense"], waiting)
