"""The commands about queries; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from config.errors import InputError
from config.month import Month
from flows.options import Database, Out, Settings, named

Practice = Annotated[str | None, typer.Option(help="One practice by its practice_id, when several have the number.")]
Number = Annotated[str, typer.Argument(help="Query, as Q-000012.")]
Billing = Annotated[str | None, typer.Option("--by", help="Who does it; without it, the user of this computer.")]
KINDS = (
    "note_approved, activity_clinical, consent_date, care_plan_date, care_plan_signed, visit_date, who_bills, "
    "staff_role or other"
)
query = typer.Typer(
    help="What billing asks the care team about a patient-month, and the answers.", no_args_is_help=True
)


@query.command("ask")
def ask_(
    case: Annotated[str, typer.Argument(help="Case number, as C-000123.")],
    about: Annotated[str, typer.Option(help=f"Kind of question: {KINDS}.")],
    question: Annotated[str, typer.Option(help="The question, where the kind does not say it all. No patient.")] = "",
    entry: Annotated[list[str] | None, typer.Option(help="A time entry or member of staff that it is about.")] = None,
    month: Annotated[str | None, typer.Option(help="Service month; without it, the case's latest.")] = None,
    by: Billing = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Ask the care manager of a case; the question goes out with the next `ccm outreach`."""
    from flows.queries import ask_one
    from tasks.store.engine import database_of

    who, place, when = named(by), database or database_of(out), Month.parse(month) if month else None
    ask_one(_console(), place, case, when, practice, about, question, entry or [], who)


@query.command()
def answer(
    number: Number,
    said: Annotated[Literal["yes", "no", "not_known"], typer.Option("--answer", help="The answer.")],
    by: Annotated[str, typer.Option("--by", help="Who answers, by staff identifier.")],
    detail: Annotated[str, typer.Option(help="The day, practitioner or role that the question asks for.")] = "",
    day: Annotated[str | None, typer.Option("--date", help="When, as 2026-10-20; without it, today.")] = None,
    note: Annotated[str, typer.Option(help="What else billing should know. No patient.")] = "",
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Answer what billing asked; billing is told, and the next run of the month goes by it where it can."""
    from flows.queries import AnswerGiven, answer_one
    from flows.typed import day_of
    from tasks.store.engine import database_of

    given = AnswerGiven(said, detail, by, day_of(day, "--date"), note)
    answer_one(_console(), database or database_of(out), number, practice, given)


@query.command("import")
def import_(file: Annotated[Path, typer.Argument(help="holds.xlsx or queries_<staff>.xlsx, filled in; or as CSV.")],
            practice: Practice = None, out: Out = Path("out"), database: Database = None) -> None:  # fmt: skip
    """Take in questions of a list of holds, or answers. What cannot be is refused by line; twice is no harm."""
    from flows.queries import take_in_file
    from tasks.store.engine import database_of

    if take_in_file(_console(), database or database_of(out), file, practice):
        raise typer.Exit(InputError.exit_code)


@query.command("list")
def list_(practice: Practice = None, out: Out = Path("out"), database: Database = None,
          settings: Settings = None) -> None:  # fmt: skip
    """Every query that is not closed, and those closed lately."""
    from flows.queries import print_list
    from tasks.store.engine import database_of

    print_list(_console(), database or database_of(out), practice, settings)


@query.command()
def show(number: Number, practice: Practice = None, out: Out = Path("out"), database: Database = None) -> None:
    """One query with its history: asked, told, answered, escalated, closed."""
    from flows.queries import print_history
    from tasks.store.engine import database_of

    print_history(_console(), database or database_of(out), number, practice)


@query.command()
def accept(
    number: Number,
    by: Billing = None,
    note: Annotated[str, typer.Option(help="Why. No patient.")] = "",
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Take the answer as it is, which closes the query."""
    _move(number, "accept", by, note, practice, out, database)


@query.command()
def again(
    number: Number,
    question: Annotated[str, typer.Option(help="What is still to be answered. No patient.")],
    by: Billing = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Ask once more; the answer before stays in the history and counts no longer."""
    _move(number, "again", by, question, practice, out, database)


@query.command()
def withdraw(
    number: Number,
    by: Billing = None,
    note: Annotated[str, typer.Option(help="Why. No patient.")] = "",
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Close a query whose answer nobody needs any more."""
    _move(number, "withdraw", by, note, practice, out, database)


@query.command()
def serve(out: Out = Path("out")) -> None:
    """Offer the answering of queries in the Prefect UI, until it is stopped; PREFECT_API_URL names the server."""
    if not os.environ.get("PREFECT_API_URL"):
        raise InputError(
            "PREFECT_API_URL: it names no Prefect server, and only one that stays has a UI; start it with prefect "
            "server start, and set PREFECT_API_URL=http://127.0.0.1:4200/api."
        )
    from prefect.types.entrypoint import EntrypointType

    from flows.answer_query import answer_query

    # By its module, so that it is found from whatever folder it is served from.
    given = {"out": str(out.absolute())}
    answer_query.serve(name="care-team", parameters=given, entrypoint_type=EntrypointType.MODULE_PATH)


def _move(
    number: str, what: str, by: str | None, words: str, practice: str | None, out: Path, database: str | None
) -> None:
    from flows.queries import move_one
    from tasks.store.engine import database_of

    move_one(_console(), database or database_of(out), number, practice, what, named(by), words)


def _console() -> Console:
    return Console(soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.add_typer(query, name="query")
