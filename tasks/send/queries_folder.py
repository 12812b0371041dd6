"""The queries on the disk: billing's list, the holds to ask about, and one list to fill in for each care manager."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from config.contract import worklist_outputs
from config.errors import PlaceError
from config.query_kinds import ANSWERS, query_kinds
from tasks.send.files import put, write_list
from tasks.send.workbook import Guide, label, workbook
from tasks.send.worklists_folder import FOLDER

IMPORT = "Fill in the columns with the brown heading and hand the file back: ccm query import FILE"
ANSWER_TAKES = {
    "answer": "One of the words below; without it the line is passed over",
    "detail": "What the question asks for with a yes: the day as 2026-10-05, the practitioner or the role",
    "answer_date": "When it was answered, as 2026-10-20; not a day to come",
    "answered_by": "Who answers, by staff identifier, as S1; not a name",
    "note": "What else billing should know, in a line; no patient's name",
}
ASK_TAKES = {
    "ask": "One of the words below; without it the line is passed over",
    "entries": "Time entries or a member of staff by identifier, with commas; else the time that waits for approval",
    "question": "The question in words, where the kind does not say it all; no patient's name",
    "asked_by": "Who asks",
}
MEANS = {"yes": "It is so", "no": "It is not so, or there is none", "not_known": "The care team does not know"}


def write_queries_folder(
    out: Path, practice_id: str, lists: Mapping[str, pd.DataFrame], to_answer: Mapping[str, pd.DataFrame]
) -> Path:
    """The practice's folder holds billing's list, the holds where given, and `queries_<staff>` for each care manager.

    A care manager without a question has no file. Same rows, same bytes. PlaceError when it cannot be written.
    """
    folder, tables = out / practice_id / FOLDER, worklist_outputs()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_list(folder, tables["queries"], lists["queries"])
        if "holds" in lists:
            write_list(folder, tables["holds"], lists["holds"])
            put(folder / "holds.xlsx", workbook(lists["holds"], tables["holds"], "Holds", how_to_ask()))
        names = {file_of(staff_id): rows for staff_id, rows in to_answer.items()}
        for name, rows in names.items():
            write_list(folder, tables["query_worklist"].model_copy(update={"file": f"{name}.csv"}), rows)
            put(folder / f"{name}.xlsx", workbook(rows, tables["query_worklist"], "Queries", how_to_answer()))
        for path in folder.glob("queries_*.*"):
            if path.stem not in names and ".kept" not in path.name:
                path.unlink()
    except OSError as error:
        raise PlaceError(f"{folder}: the lists cannot be written ({error.strerror}); choose another --out.") from error
    return folder


def how_to_answer() -> Guide:
    """The second sheet of a care manager's list: what each column takes, and what follows from an answer."""
    kinds = [(one.kind, one.asks, one.means) for one in query_kinds().values()]
    lines: list[tuple[str, ...]] = [
        (IMPORT,), ("Column", "What it takes"), *((label(name), takes) for name, takes in ANSWER_TAKES.items()), (" ",),
        ("Answer", "What it says"), *((word, MEANS[word]) for word in ANSWERS), (" ",),
        ("Kind", "What is asked", "What the answer does"), *kinds,
    ]  # fmt: skip
    return Guide("How to answer", tuple(lines), {"answer": ANSWERS}, ANSWER_TAKES)


def how_to_ask() -> Guide:
    """The second sheet of the list of holds: what each column takes, and every kind of question."""
    kinds = [(one.kind, one.asks, one.means) for one in query_kinds().values()]
    lines: list[tuple[str, ...]] = [
        (IMPORT,), ("Column", "What it takes"), *((label(name), takes) for name, takes in ASK_TAKES.items()), (" ",),
        ("Ask", "What is asked", "What an answer does"), *kinds,
    ]  # fmt: skip
    return Guide("How to ask", tuple(lines), {"ask": tuple(query_kinds())}, ASK_TAKES)


def file_of(staff_id: str) -> str:
    """The name of a care manager's list, without its end; two identifiers never share one."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "_", staff_id)
    mark = "" if plain == staff_id else f"_{hashlib.sha256(staff_id.encode()).hexdigest()[:6]}"
    return f"queries_{plain}{mark}"
