"""Where a source lies."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from config.errors import InputError


def practice_there(folder: Path, practice_id: str) -> None:
    """Nothing where practices.csv of the folder has that practice, or cannot tell; InputError where it has not.

    It says early what reading the whole folder would say; whatever is wrong with the file itself is left to that.
    """
    try:
        with (folder / "practices.csv").open(encoding="utf-8-sig", newline="") as file:
            known = [str(row["practice_id"]).strip() for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        return
    if known and practice_id not in known:
        raise InputError(unknown(practice_id, known))


def unknown(practice_id: str, known: Sequence[str]) -> str:
    """One sentence for a practice that the source does not have, naming those that it has."""
    return f"There is no practice '{practice_id}' in the practices table; known are {', '.join(known)}."


def source_folder(source: str | Path) -> Path:
    """The folder of that source; InputError when there is none."""
    folder = Path(source).expanduser()
    if not folder.is_dir():
        raise InputError(
            f"{folder}: there is no such folder; give one with CSV, XLSX or Parquet files, or a database address."
        )
    return folder
