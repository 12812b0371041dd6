"""Options that several commands have, with what is looked at before anything of the command begins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def checked_settings(path: Path | None) -> Path | None:
    """The settings file, when everything in it can be used; one that cannot stops the command at once."""
    if path is None:
        return None
    from config.settings_check import check_settings

    return check_settings(path)


Settings = Annotated[
    Path | None,
    typer.Option(envvar="CCM_SETTINGS", callback=checked_settings, help="Your own settings; see config/settings.yaml."),
]
Source = Annotated[
    str,
    typer.Option(envvar="CCM_SOURCE", help="Folder of CSV, XLSX, Parquet or FHIR ndjson files, or a database URL."),
]
Out = Annotated[Path, typer.Option(envvar="CCM_OUT", help="Folder with the results; its ccm.db is used.")]
OutRead = Annotated[Path, typer.Option(envvar="CCM_OUT", help="Folder with the results; its ccm.db is read.")]
Database = Annotated[str | None, typer.Option(envvar="CCM_DATABASE_URL", help="Database URL.")]
StoredMonth = Annotated[str, typer.Option("--month", help="Service month, as 2026-10.")]
Practice = Annotated[str | None, typer.Option(help="One practice by its practice_id; without it, all of them.")]


def look_first(source: str | None, practice: str | None, out: Path, database: str | None) -> None:
    """Nothing where source, practice, results and database may be what was named; what plainly is not is refused.

    A server that is started for it first would cost ten seconds.
    """
    from tasks.pull.place import practice_there, source_folder
    from tasks.store.results_folder import database_folder_there, results_folder

    if source and "://" not in source and not source.startswith("env:"):  # addresses are looked at when they are read
        folder = source_folder(source)
        if practice:
            practice_there(folder, practice)
    if database:
        database_folder_there(database)
    results_folder(out)


def named(by: str | None) -> str:
    """Who does what is typed: the name given with `--by`, else the user of this computer; in a process of nobody's, as
    in some containers, the program itself."""
    from tasks.store.month_life import running_user

    return running_user() if by is None else by
