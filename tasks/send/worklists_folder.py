"""The folder `worklists` of a practice: the cases to work on as a workbook and CSV, and the lists beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from config.contract import worklist_outputs
from config.errors import PlaceError
from config.frames import as_contract
from config.worklist_answers import Block, worklist_answers
from tasks.send.answer_guide import guide
from tasks.send.files import put, write_list
from tasks.send.workbook import Guide, workbook

FOLDER = "worklists"
WORKBOOK = "copay_cases.xlsx"


def write_worklists_folder(out: Path, practice_id: str, lists: Mapping[str, pd.DataFrame]) -> Path:
    """The practice's folder holds these lists, each whole; a list without rows has no file, the workbook always has.

    Same rows, same bytes. PlaceError when the folder cannot be written.
    """
    folder = out / practice_id / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in worklist_outputs().items():
            if name in lists:
                write_list(folder, table, lists[name])
        table = worklist_outputs()["copay_worklist"]
        put(folder / WORKBOOK, workbook(lists["copay_worklist"], table, "Co-pay cases", how_to_answer()))
    except OSError as error:
        raise PlaceError(f"{folder}: the lists cannot be written ({error.strerror}); choose another --out.") from error
    return folder


def write_minutes(out: Path, practice_id: str, rows: Sequence[Mapping[str, object]]) -> Path:
    """The list of the day's minutes watch stands among the practice's worklists; none where there is nothing to say.

    PlaceError when the folder cannot be written.
    """
    table, folder = worklist_outputs()["minutes"], out / practice_id / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlaceError(f"{folder}: the list cannot be written ({error.strerror}); choose another --out.") from error
    return write_list(folder, table, as_contract(pd.DataFrame(rows, columns=table.names), table))


def how_to_answer() -> Guide:
    """The second sheet of the workbook: what each answer column takes, every word of it, and what follows."""
    known = worklist_answers()
    blocks = (
        Block(heading="Answer", columns=("answer",), words=known.answers),
        Block(heading="Note code", columns=("note_code",), words=known.notes),
    )
    return guide("ccm cases import", known.columns, blocks)
