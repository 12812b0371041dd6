"""The commands about who covers it; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from config.counted import first_few
from config.errors import InputError
from config.month import Month
from flows.options import Database, Out, Practice, Settings, look_first, named
from flows.prefect_server import flow_on_terminal

MOST = 10  # places of a file that are named
Takes = Literal["all", "75%", "50%", "part", "none", "unknown"]

coverage = typer.Typer(help="Who covers care management: the matrix of a month, one case, answers of payers.")


@coverage.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    month: Annotated[str | None, typer.Option(help="Service month, as 2026-10; a case has its last.")] = None,
    patient: Annotated[str | None, typer.Option(help="One case by its number, as C-000123.")] = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Show who covers a decided month: payers against answers in patients, and the plans to ask; or one case."""
    if context.invoked_subcommand:
        return
    if not month and not patient:
        raise InputError("Say which month: ccm coverage --month 2026-10.")
    from flows.who_covers import print_case, print_matrix
    from tasks.store.engine import database_of

    place, parsed = database or database_of(out), Month.parse(month) if month else None
    if patient:
        print_case(Console(), place, patient, parsed, practice, settings)
    elif parsed:
        print_matrix(Console(), place, parsed, practice)


@coverage.command()
def answer(
    task: Annotated[str, typer.Argument(help="Verification task, as T-000012.")],
    said: Annotated[Literal["covers", "does_not"], typer.Option("--answer", help="What the payer said.")],
    step: Annotated[
        Literal["eligibility", "policy", "fee_schedule", "representative", "test_claim"],
        typer.Option(help="How it was found out."),
    ],
    source: Annotated[str, typer.Option(help="Where it stands: policy and date, page, or who said it. No patient.")],
    reference: Annotated[str, typer.Option(help="Reference number of a call, or claim number of a test.")] = "",
    by: Annotated[str | None, typer.Option(help="Who found it out; without it, the user of this computer.")] = None,
    on: Annotated[str | None, typer.Option(help="Day of the answer, as 2026-10-20; without it, today.")] = None,
    since: Annotated[
        str | None, typer.Option(help="First day it holds; without it, the first of the month that asked.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last day it holds; without it, a year from the answer.")] = None,
    authorization: Annotated[
        Literal["needed", "not_needed"] | None, typer.Option(help="Whether an authorization is needed.")
    ] = None,
    coinsurance: Annotated[Takes | None, typer.Option(help="What it takes of the coinsurance left to it.")] = None,
    deductible: Annotated[Takes | None, typer.Option(help="What it takes of the deductible left to it.")] = None,
    owes: Annotated[
        Literal["not_billed", "share"] | None,
        typer.Option(help="What the patient owes: what is left, or nothing because it forbids to bill the patient."),
    ] = None,
    codes: Annotated[str, typer.Option(help="The codes that it pays, where it pays only these: '99490 99439'.")] = "",
    not_codes: Annotated[str, typer.Option(help="Codes that it does not pay: their claims are held.")] = "",
    crossover: Annotated[
        Literal["automatic", "no"] | None,
        typer.Option(help="Whether the payer before it hands the claim on, so that none is sent by hand."),
    ] = None,
    copay: Annotated[str, typer.Option(help="Its co-pay for a month, as 15.00.")] = "",
    filing_days: Annotated[str, typer.Option(help="Days from the date of service in which it takes a claim.")] = "",
    note: Annotated[str, typer.Option(help="What else was said, in words. No patient.")] = "",
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Record what a payer answered; it serves every patient of the plan until it expires, then it is asked again."""
    from flows.payer_answers import record_answer
    from tasks.store.engine import database_of

    needed = None if authorization is None else authorization == "needed"
    terms = {"takes_coinsurance": coinsurance, "takes_deductible": deductible, "patient_owes": owes, "note": note}
    terms |= {"codes": codes, "codes_not_covered": not_codes, "crossover": crossover}
    terms |= {"copay": copay, "filing_days": filing_days}
    told: dict[str, Any] = {name: value or "" for name, value in terms.items()} | {"needs_authorization": needed}
    told |= {"answer": said, "step": step, "source": source, "reference_number": reference}
    who, place = named(by), database or database_of(out)
    record_answer(Console(), place, task, practice, told, who, on, since, until)


@coverage.command("import")
def import_answers(
    file: Annotated[Path, typer.Argument(help="coverage_tasks.xlsx or .csv with its answers.")],
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Take in the answers of a list of tasks. What cannot be is refused by line; the same file twice is no harm."""
    from flows.payer_answers import take_in_list
    from tasks.store.engine import database_of

    if take_in_list(Console(), database or database_of(out), file, practice):
        raise typer.Exit(InputError.exit_code)


@coverage.command()
def eligibility(
    files: Annotated[list[Path], typer.Argument(help="271 files as the clearinghouse gave them.")],
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Read eligibility answers (271): Part B, plan, QMB, payers before Medicare, hospice, nursing facility."""
    from tasks.cover.eligibility import given

    given(map(str, files))  # before a server is started for them
    look_first(None, None, out, database)
    with flow_on_terminal(database) as console:
        from flows.eligibility import eligibility as read

        found = read([str(path) for path in files], out=str(out))
    _print_files(console, found)
    print_told(console, found, out)
    if any(one["state"] == "quarantined" for one in found):
        raise typer.Exit(InputError.exit_code)


def _print_files(console: Console, found: list[dict[str, Any]]) -> None:
    table = Table(title="Eligibility answers", title_justify="left")
    for heading in ("File", "State", "People", "Shows"):
        table.add_column(heading, justify="right" if heading == "People" else "left")
    for one in found:
        shows = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in one["shows"].items())
        table.add_row(one["file_name"], one["state"], f"{one['people']:,}", shows)
    console.print(table, highlight=False)
    for one in found:
        if one["state"] == "quarantined":
            console.print(one["reason"], highlight=False, soft_wrap=True, markup=False)


def print_told(console: Console, found: list[dict[str, Any]], out: Path) -> None:
    """Which answers are nobody's, what contradicts, and which months to run again; places and counts, nobody named."""

    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True, markup=False)

    for one in found:
        places = [str(place) for place in one["unmatched"]]
        if places:
            which = f"answer{'s' if len(places) > 1 else ''} {first_few(places, MOST)}"
            say(f"{one['file_name']}: {len(places):,} of {one['people']:,} match no patient: {which}")
        if one["contradictions"]:
            said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in one["contradictions"].items())
            say(f"{one['file_name']} contradicts what is on file: {said}")
    months = sorted({tuple(one) for file in found for one in file["run_again"]})
    if months:
        by_practice = {practice: [month for whose, month in months if whose == practice] for practice, _ in months}
        for practice_id, theirs in by_practice.items():
            say(f"Run again for practice {practice_id}: {', '.join(theirs)} (ccm run --month ...)")
    elif any(one["people"] for one in found):
        say("No decided month has to be run again.")
    if any(one["people"] for one in found):
        say(f"Each answer, and whose it is: {out / 'eligibility_answers.csv'}")


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.add_typer(coverage, name="coverage")
