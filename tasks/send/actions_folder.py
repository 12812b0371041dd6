"""The action items on the disk: the list as a workbook that takes answers, and as CSV."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from config.contract import worklist_outputs
from config.errors import PlaceError
from tasks.send.files import put, write_list
from tasks.send.workbook import Guide, label, workbook
from tasks.send.worklists_folder import FOLDER

IMPORT = "Fill in the columns with the brown heading and hand the file back: ccm actions import FILE"
TAKES = {
    "answer": "One of the words below; without it the line is passed over",
    "assign_to": "With assign: an audience (care_manager, billing_practitioner, billing, operations, compliance), or "
    "a staff or practitioner identifier, as S1; not a name",
    "new_due_date": "With due: the new day, as 2026-12-18; not one that is over. Of a weekend the "
    "Monday after it is taken",
    "answered_by": "Who does it, by identifier; not a name",
    "why": "The reason, in a line; with close it is needed. No patient's name",
}
MEANS = {
    "close": ("It is done, or nobody does anything about it", "It is opened again if a later month shows the cause"),
    "assign": ("Somebody else does it", "It stands in their message from the next month on"),
    "due": ("It takes until another day", "Reminders go by that day"),
}


def write_actions_folder(out: Path, practice_id: str, actions: pd.DataFrame) -> Path:
    """The practice's folder holds the list, each file whole; without an item there is none.

    Same rows, same bytes. PlaceError when it cannot be written.
    """
    folder, table = out / practice_id / FOLDER, worklist_outputs()["actions"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_list(folder, table, actions)
        path = folder / "actions.xlsx"
        if len(actions):
            put(path, workbook(actions, table, "Action items", how_to_answer()))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise PlaceError(f"{folder}: the lists cannot be written ({error.strerror}); choose another --out.") from error
    return folder


def how_to_answer() -> Guide:
    """The second sheet: what each column takes, and what follows from an answer."""
    lines: list[tuple[str, ...]] = [
        (IMPORT,), ("Column", "What it takes"), *((label(name), takes) for name, takes in TAKES.items()), (" ",),
        ("Answer", "What it says", "What follows"), *((word, *means) for word, means in MEANS.items()),
    ]  # fmt: skip
    return Guide("How to answer", tuple(lines), {"answer": tuple(MEANS)}, TAKES)
