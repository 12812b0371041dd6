"""Where results and decisions are kept, looked at before anything that takes time: no database is opened for it."""

from __future__ import annotations

import os
from pathlib import Path

from config.errors import PlaceError

SQLITE = "sqlite:///"


def results_folder(out: str | Path) -> Path:
    """The folder of the results, which is there and may be written; PlaceError where it cannot be made."""
    folder = Path(out).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlaceError(
            f"{folder}: the output folder cannot be made ({error.strerror}); choose another --out."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PlaceError(f"{folder}: nothing may be written into the output folder; choose another --out.")
    return folder


def database_folder_there(address: str) -> None:
    """Nothing where the folder of a SQLite file is there, or the address is another; PlaceError where it is not."""
    file = address.removeprefix(SQLITE).partition("?")[0]
    if not address.startswith(SQLITE) or file in ("", ":memory:"):
        return
    if not Path(file).parent.is_dir():
        folder = Path(file).parent
        raise PlaceError(f"The folder {folder} of the database {file} does not exist; create it or name another.")
