"""The commands about action items; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.errors import InputError
from flows.options import Database, Practice, Settings, named

Out = Annotated[
    Path,
    typer.Option(envvar="CCM_OUT", help="Folder with the results; its ccm.db is used, and the list there is renewed."),
]
Number = Annotated[str, typer.Argument(help="Action item, as A-000012.")]
Who = Annotated[str | None, typer.Option("--by", help="Who does it; without it, the user of this computer.")]
Why = Annotated[str, typer.Option(help="Why, for its history. No patient.")]
actions = typer.Typer(help="What the months taught: action items, carried over until they are closed.")


@actions.callback(invoke_without_command=True)
def list_(
    context: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Closed ones too, and causes not seen often enough yet.")
    ] = False,
    whose: Annotated[str | None, typer.Option("--for", help="One audience's, as billing or care_manager.")] = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """List the open action items, the most urgent first."""
    if context.invoked_subcommand is None:
        from flows.actions import print_actions
        from tasks.store.engine import database_of

        print_actions(_console(), database or database_of(out), practice, every, whose)


@actions.command()
def show(number: Number, practice: Practice = None, out: Out = Path("out"), database: Database = None) -> None:
    """One item with its cases and its history."""
    from flows.actions import print_history
    from tasks.store.engine import database_of

    print_history(_console(), database or database_of(out), number, practice)


@actions.command()
def close(
    number: Number,
    why: Annotated[str, typer.Option(help="Why it is closed. No patient.")],
    by: Who = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Close an item; a later month that shows the cause opens it again."""
    _act(number, practice, out, database, by, "close", why)


@actions.command()
def assign(
    number: Number,
    to: Annotated[str, typer.Option(help="An audience, or a staff or practitioner identifier.")],
    why: Why = "",
    by: Who = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Give an item to another audience or person."""
    _act(number, practice, out, database, by, "assign", why, to=to)


@actions.command()
def due(
    number: Number,
    on: Annotated[str, typer.Option(help="The new day, as 2026-12-18.")],
    why: Why = "",
    by: Who = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Move the day by which an item is due."""
    _act(number, practice, out, database, by, "due", why, on=on, settings=settings)


@actions.command("import")
def import_(file: Annotated[Path, typer.Argument(help="actions.xlsx, filled in; or as CSV.")],
            practice: Practice = None, out: Out = Path("out"), database: Database = None,
            settings: Settings = None) -> None:  # fmt: skip
    """Take in a filled-in list. What cannot be is refused by line, the rest is taken; twice is no harm."""
    from flows.actions import take_in_file
    from tasks.store.engine import database_of

    if take_in_file(_console(), database or database_of(out), file, practice, out, settings):
        raise typer.Exit(InputError.exit_code)


def _act(
    number: str, practice: str | None, out: Path, database: str | None, by: str | None, what: str, why: str,
    to: str = "", on: str | None = None, settings: Path | None = None,
) -> None:  # fmt: skip
    from flows.actions import act_on
    from flows.typed import day_of
    from tasks.action.desk import Wanted
    from tasks.store.engine import database_of

    who = named(by)
    wanted = Wanted(what, who, why, to, day_of(on, "--on"))
    act_on(_console(), database or database_of(out), number, practice, wanted, out, settings)


def _console() -> Console:
    return Console(soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.add_typer(actions, name="actions")
