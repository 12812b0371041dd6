"""The commands of operation: `ccm up`, `ccm deploy` and `ccm doctor`; like cli.py they hold no logic."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.errors import InputError, PlaceError
from flows.deployments import Places
from flows.options import Settings
from flows.prefect_server import kept_out_of_prefect

SourceOption = Annotated[
    str, typer.Option(envvar="CCM_SOURCE", help="Folder of the practices' files, or a database URL.")
]
Out = Annotated[Path, typer.Option(envvar="CCM_OUT", help="Folder for results, database and Prefect's own files.")]
Remittances = Annotated[
    Path | None,
    typer.Option(envvar="CCM_REMITTANCES", help="Watched folder of 835 files; without it, remittances under --out."),
]


def up(
    source: SourceOption = "source",
    out: Out = Path("out"),
    settings: Settings = None,
    remittances: Remittances = None,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port of the UI, on this machine only.")] = 4200,
) -> None:
    """Start Prefect's server with its UI, a worker and every schedule on this machine; Ctrl-C stops them."""
    from flows.serving import serve

    console = Console(soft_wrap=True)
    serve(_places(source, out, settings, remittances), port, lambda text: console.print(text, highlight=False))


def deploy(
    source: SourceOption = "source",
    out: Out = Path("out"),
    settings: Settings = None,
    remittances: Remittances = None,
) -> None:
    """Register the deployments and schedules of prefect.yaml with the Prefect server that PREFECT_API_URL names."""
    from flows.deployments import declared
    from flows.deployments import deploy as deploy_all
    from flows.prefect_api import PrefectApi

    url = os.environ.get("PREFECT_API_URL")
    if not url:
        raise InputError("PREFECT_API_URL is not set; name the server, as http://127.0.0.1:4200/api, or use `ccm up`.")
    zone, note = deploy_all(PrefectApi(url), _places(source, out, settings, remittances))
    names = ", ".join(one["name"] for one in declared()["deployments"])
    Console(soft_wrap=True).print(note or f"Deployed, on the clock of {zone}: {names}", highlight=False)


def doctor(
    source: SourceOption = "source",
    out: Out = Path("out"),
    settings: Annotated[Path | None, typer.Option(envvar="CCM_SETTINGS", help="Your own settings.")] = None,
    database: Annotated[str | None, typer.Option(envvar="CCM_DATABASE_URL", help="Database URL.")] = None,
) -> None:
    """Look at everything a month needs, and say what to do about what fails; changes and sends nothing."""
    from flows.doctor import FAILS, examine
    from flows.terminal import print_finding
    from tasks.store.engine import database_of

    kept = source if source.startswith("env:") or "://" not in source else kept_out_of_prefect("CCM_SOURCE_URL", source)
    places = Places(kept, out.expanduser().absolute(), str(settings.expanduser().absolute()) if settings else "")
    console = Console(soft_wrap=True)
    failed = 0
    for finding in examine(places, database or database_of(out)):
        print_finding(console, finding.what, finding.state, finding.words)
        failed += finding.state == FAILS
    if failed:
        raise typer.Exit(PlaceError.exit_code)


def _places(source: str, out: Path, settings: Path | None, remittances: Path | None) -> Places:
    """Absolute, for a worker may run anywhere; the address of a database stays in the environment."""
    from tasks.pull.place import source_folder

    if settings and not settings.expanduser().is_file():
        raise InputError(f"{settings}: there is no such settings file; copy config/settings.yaml, or leave it out.")
    kept = kept_out_of_prefect("CCM_SOURCE_URL", source) if "://" in source else source
    if not kept.startswith("env:"):
        kept = str(source_folder(kept).absolute())
    return Places(
        kept,
        out.expanduser().absolute(),
        str(settings.expanduser().absolute()) if settings else "",
        str(remittances.expanduser().absolute()) if remittances else "",
    )


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.command()(up)
    app.command()(deploy)
    app.command()(doctor)
