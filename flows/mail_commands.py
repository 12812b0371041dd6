"""The commands about messages: the outbox as a page, bounces, templates; like cli.py they hold no logic."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.options import Database, OutRead, Settings

outbox = typer.Typer(help="The outbox as a mailbox page; what came back.", invoke_without_command=True)
templates = typer.Typer(help="Templates of messages: your own in the place of those shipped.", no_args_is_help=True)


@outbox.callback()
def show(
    context: typer.Context,
    practice: Annotated[str | None, typer.Option(help="One practice by its practice_id.")] = None,
    out: OutRead = Path("out"),
    database: Database = None,
    settings: Settings = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Write the page, open no browser.")] = False,
) -> None:
    """Write every message with its state as a page, and open it in the browser."""
    if context.invoked_subcommand:
        return
    from tasks.send.links import links_set
    from tasks.send.mailbox import mailbox_page, tally_lines, write_mailbox
    from tasks.store.engine import database_of
    from tasks.store.store import open_store

    store = open_store(database or database_of(out))
    messages, left_out = store.newest_messages(practice)
    path = write_mailbox(out, mailbox_page([*map(links_set(settings), messages)], left_out))
    console = Console()
    for line in tally_lines(messages):
        console.print(line, highlight=False)
    console.print(f"Open {path}", highlight=False, soft_wrap=True)
    if not no_open:
        webbrowser.open(path.resolve().as_uri())


@outbox.command()
def bounces(
    files: Annotated[list[Path], typer.Argument(help="Mail files, mailboxes (mbox) or folders of them.")],
    out: OutRead = Path("out"),
    database: Database = None,
) -> None:
    """Record what mail systems sent back: those messages count as not delivered, and operations are told."""
    from tasks.send.bounces import record_bounces
    from tasks.store.engine import database_of
    from tasks.store.store import open_store

    done = record_bounces(open_store(database or database_of(out)), files)
    said = f"{done.recorded} recorded, {done.known} known already, {done.of_others} of other mail"
    Console().print(f"{said}, {done.no_failure} that tell no failure", highlight=False, soft_wrap=True)


@templates.command("copy")
def copy(
    name: Annotated[str, typer.Argument(help="Template, as billing.html.j2; a wrong one lists all.")],
    to: Annotated[Path, typer.Option(help="Your folder: messages.templates of the settings.")],
) -> None:
    """Copy a shipped template into your folder, where it takes its place and is watched for becoming stale."""
    from tasks.send.own_templates import copy_template

    Console().print(f"Change {copy_template(name, to)}", highlight=False, soft_wrap=True)


@templates.command()
def check(folder: Annotated[Path, typer.Argument(help="Your folder of templates.")]) -> None:
    """Try your templates as a run does before it decides anything, and say which are stale."""
    from tasks.send.own_templates import check_templates, stale_templates

    check_templates(str(folder))
    console = Console()
    for words in stale_templates(str(folder)) or ["Every template can be filled in, and none is stale."]:
        console.print(words, highlight=False, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.add_typer(outbox, name="outbox")
    app.add_typer(templates, name="templates")
