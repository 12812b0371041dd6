"""The command of the minutes watch; like cli.py it calls what does it and holds no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.options import Settings, Source, look_first
from flows.prefect_server import flow_on_terminal, kept_out_of_prefect


def watch(
    source: Source,
    practice: Annotated[
        str | None, typer.Option(help="One practice by its practice_id; without it, all of them.")
    ] = None,
    out: Annotated[
        Path, typer.Option(envvar="CCM_OUT", help="Folder with the results; messages and worklists go there.")
    ] = Path("out"),
    database: Annotated[str | None, typer.Option(envvar="CCM_DATABASE_URL", help="Database URL.")] = None,
    settings: Settings = None,
    profile: Annotated[str | None, typer.Option(help="Time-log profile, when the header fits more than one.")] = None,
) -> None:
    """The minutes watch: who can still reach a threshold this month, told to each care manager; quiet otherwise."""
    look_first(source, practice, out, database)
    with flow_on_terminal(database) as console:
        from flows.minutes_watch import minutes_watch
        from flows.terminal import print_watch

        found = minutes_watch(
            source=kept_out_of_prefect("CCM_SOURCE_URL", source) if "://" in source else source,
            practice=practice or "",
            out=str(out),
            settings=str(settings or ""),
            profile=profile or "",
        )
    for one in found:
        print_watch(console, one)


def add_to(app: typer.Typer) -> None:
    """The command is among those of `ccm`."""
    app.command()(watch)
