"""The commands about what payers answered; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from config.errors import LOOK_AT_IT, InputError
from flows.options import Database, Practice, Settings, look_first, named
from flows.prefect_server import flow_on_terminal
from flows.typed import day_of

Out = Annotated[
    Path, typer.Option(envvar="CCM_OUT", help="Folder with the results; its ccm.db is used, and the lists go there.")
]


def remit(
    files: Annotated[list[Path] | None, typer.Argument(help="835 files as the payer sent them.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="A watched folder instead: what lies in its folder `in` is posted and put away.")
    ] = None,
    out: Out = Path("out"),
    database: Database = None,
    practice: Practice = None,
    settings: Settings = None,
) -> None:
    """Post 835 remittances: payments matched and balanced, denials on the worklist. Nothing is posted twice."""
    if not files and not folder:
        raise InputError("Give the 835 files to post, or --folder with a folder that has them in `in`.")
    _run(files, folder, out, database, practice, settings)


def denials(
    out: Out = Path("out"), database: Database = None, practice: Practice = None, settings: Settings = None
) -> None:
    """Write the denial worklist, balances, rates and overpayments anew, with what was found to fit since."""
    _run(None, None, out, database, practice, settings)


def denial(
    claim: Annotated[str, typer.Argument(help="Claim number, as in denials.csv.")],
    line: Annotated[int, typer.Argument(help="Line of the claim; 0 for the claim as a whole.")],
    state: Annotated[str | None, typer.Option(help="open, resent, appealed, accepted or paid.")] = None,
    error: Annotated[str | None, typer.Option(help="The error it comes from, for it and all with its codes.")] = None,
    note: Annotated[str, typer.Option(help="A word for its history, without names.")] = "by hand",
    following: Annotated[
        str | None, typer.Option("--next", help="The appeal after one that was refused: reconsideration or hearing.")
    ] = None,
    letter: Annotated[
        str | None, typer.Option(help="Day of the letter that refused, as 2026-12-01; for --next.")
    ] = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Move one denial, say which error it comes from, or go on to the next appeal."""
    from flows.one_denial import change
    from tasks.store.engine import database_of

    change(
        Console(),
        database or database_of(out),
        claim,
        line,
        state,
        error,
        note,
        settings,
        following,
        day_of(letter, "--letter"),
    )


suspense = typer.Typer(help="Answers that fit no claim: list them, give one to a claim by hand, or take it back.")


@suspense.callback(invoke_without_command=True)
def list_suspense(context: typer.Context, out: Out = Path("out"), database: Database = None) -> None:
    """List the answers that fit no claim; `assign` gives one to a claim by hand."""
    if context.invoked_subcommand is None:
        from flows.waiting_answers import print_waiting
        from tasks.store.engine import database_of

        print_waiting(Console(), database or database_of(out), out)


@suspense.command("assign")
def assign(
    number: Annotated[int, typer.Argument(help="Number of the answer, as in suspense.csv.")],
    claim: Annotated[str, typer.Option(help="Claim number, as in claims.csv.")],
    reason: Annotated[str, typer.Option(help="Why it is this claim's, for its history; without names.")],
    by: Annotated[
        str | None, typer.Option("--by", help="Who assigns it; without it, the user of this computer.")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Although it tells of another day of service.")] = False,
    other_payer: Annotated[
        bool, typer.Option("--other-payer", help="Although it comes from another payer than the claim went to.")
    ] = False,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Give a waiting answer to a claim: balances and denials move accordingly."""
    from flows.waiting_answers import assign_answer
    from tasks.store.engine import database_of

    name, place = named(by), database or database_of(out)
    said = {"anyway": anyway, "other_payer": other_payer}
    assign_answer(Console(), place, number, claim, name, reason, out, settings, **said)


@suspense.command("unassign")
def unassign(
    number: Annotated[int, typer.Argument(help="Number of the answer that was given to a claim by hand.")],
    reason: Annotated[str, typer.Option(help="Why it is taken back, for its history; without names.")],
    by: Annotated[
        str | None, typer.Option("--by", help="Who takes it back; without it, the user of this computer.")
    ] = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Take an answer back from the claim it was given to by hand: balances and denials are those of before."""
    from flows.waiting_answers import take_back_answer
    from tasks.store.engine import database_of

    name = named(by)
    take_back_answer(Console(), database or database_of(out), number, name, reason, out, settings)


def _run(
    files: list[Path] | None,
    folder: Path | None,
    out: Path,
    database: str | None,
    practice: str | None,
    settings: Path | None,
) -> None:
    from tasks.remit.folder import given

    given(map(str, files or []))  # before a server is started for them
    look_first(None, None, out, database)
    with flow_on_terminal(database) as console:
        from flows.remittance import remittance

        result = remittance(
            folder=str(folder or ""),
            files=[str(path) for path in files or []],
            out=str(out),
            practice=practice or "",
            settings=str(settings or ""),
        )
    _print(console, result)
    raise typer.Exit(_exit_code(result["files"]))


def _exit_code(files: list[dict[str, Any]]) -> int:
    """2 where a file was set aside, else 6 where a payment that was posted does not tie, else 0."""
    if any(one["state"] == "quarantined" for one in files):
        return InputError.exit_code
    return LOOK_AT_IT if any(one["differences"] for one in files) else 0


def _print(console: Console, result: dict[str, Any]) -> None:
    if result["files"]:
        table = Table(title="Remittances", title_justify="left", box=None)
        for heading in ("File", "State", "Answers", "Waiting", "Denials", "Paid ($)", "Off ($)"):
            left = heading in ("File", "State")
            table.add_column(heading, justify="left" if left else "right", overflow="fold", no_wrap=heading == "State")
        for one in result["files"]:
            counts = (f"{one[name]:,}" for name in ("claims", "in_suspense", "denials"))
            off = f"{one['difference_cents'] / 100:,.2f}" if one["differences"] else ""
            state, paid = one["state"].replace("_", " "), f"{one['payment_cents'] / 100:,.2f}"
            table.add_row(one["file_name"], state, *counts, paid, off)
        console.print(table, highlight=False)
    for one in result["files"]:
        if one["reason"]:
            console.print(one["reason"], highlight=False, soft_wrap=True, markup=False)
        for trace, cents in one["differences"]:
            text = f"{one['file_name']}: payment {trace} differs by {cents / 100:,.2f} from its claims and adjustments."
            console.print(text, highlight=False, soft_wrap=True, markup=False)
    for practice_id, lines in result["answered"].items():
        said = "; ".join(f"{label} {text}" for label, text in lines)
        console.print(f"{practice_id}: {said}", highlight=False, soft_wrap=True, markup=False)
    for path in result["written"]:
        console.print(f"Open {path}", highlight=False, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    for command in (remit, denials, denial):
        app.command()(command)
    app.add_typer(suspense, name="suspense")
