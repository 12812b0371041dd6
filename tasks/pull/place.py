"""Where a source lies."""

from __future__ import annotations

from pathlib import Path

from config.errors import InputError


def source_folder(source: str | Path) -> Path:
    """The folder of that source; InputError when there is none."""
    folder = Path(source).expanduser()
    if not folder.is_dir():
        raise InputError(
            f"{folder}: there is no such folder; give one with CSV, XLSX or Parquet files, or a database address."
        )
    return folder
