"""The commands about co-pay cases; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.errors import InputError
from flows.options import Database, Practice, Settings, look_first
from flows.prefect_server import flow_on_terminal

Out = Annotated[
    Path,
    typer.Option(
        envvar="CCM_OUT", help="Folder with the results; its ccm.db is used, and outreach writes its worklists there."
    ),
]
ACTIONS = (
    "contacted, attempted, timed (the time of a call that has none), offer, apply, refuse, resolve, close, reopen or "
    "determine; of a Qualified Medicare "
    "Beneficiary's share statement_blocked or adjusted; without it the case is shown"
)
DAY_ALONE = len("2026-10-20")
cases = typer.Typer(help="Co-pay cases of a whole worklist.", no_args_is_help=True)


def case(
    number: Annotated[str, typer.Argument(help="Case number, as C-000123.")],
    action: Annotated[str | None, typer.Argument(help=ACTIONS)] = None,
    by: Annotated[str, typer.Option("--by", help="Who did it, by staff identifier.")] = "",
    day: Annotated[
        str | None, typer.Option("--date", help="When, as 2026-10-20, a call as '2026-10-20 14:30'; without it, now.")
    ] = None,
    option: Annotated[str, typer.Option(help="The option that was offered; without it, the one the case has.")] = "",
    outcome: Annotated[str, typer.Option(help="How it is resolved, as paid, waived or withdrew.")] = "",
    note: Annotated[str, typer.Option(help="How or with whom: by_phone, in_person, by_letter ...")] = "",
    amount: Annotated[str, typer.Option(help="Dollars, where they are not what is open, as 13.23.")] = "",
    kind: Annotated[str, typer.Option(help="Of a determination: hardship or sliding_fee.")] = "hardship",
    household: Annotated[int, typer.Option(help="Persons in the household.")] = 0,
    income: Annotated[str, typer.Option(help="The household's income a year in dollars.")] = "",
    ground: Annotated[str, typer.Option(help="What it rests on: proof_seen or attested.")] = "",
    percent: Annotated[int, typer.Option(help="How much of the share is taken off, in percent.")] = 100,
    second: Annotated[str, typer.Option(help="The second person who decided.")] = "",
    requested: Annotated[
        str, typer.Option(help="Day of the patient's request; without it, when they said that they cannot pay.")
    ] = "",
    words: Annotated[str, typer.Option(help="The patient's own words. No name.")] = "",
    collection: Annotated[str, typer.Option(help="Whether collection was tried: tried or not_tried.")] = "",
    proof: Annotated[str, typer.Option(help="What was shown, as 'tax return of 2025'. No name.")] = "",
    proof_date: Annotated[str, typer.Option(help="Day of what was shown, as 2026-04-15.")] = "",
    seen_by: Annotated[str, typer.Option(help="Who saw it, by staff identifier.")] = "",
    month: Annotated[
        str, typer.Option(help="Of statement_blocked and adjusted: the month of the share, as 2026-10.")
    ] = "",
    sources: Annotated[bool, typer.Option("--sources", help="Show each option's source too.")] = False,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Show one co-pay case with its options, next step and history; or record what happened to it."""
    from flows.one_case import Told, work_on
    from tasks.store.engine import database_of

    told = Told(
        *(action or "", by, option, outcome, note, amount, kind, household, income, ground, percent, second),
        at=_moment(day),
        whole_day=day is not None and len(day) <= DAY_ALONE,
        typed=day is not None,
        sources=sources,
        requested=requested,
        words=words,
        collection=collection,
        proof=proof,
        proof_date=proof_date,
        seen_by=seen_by,
        month=month,
    )
    work_on(Console(soft_wrap=True), database or database_of(out), number, practice, told, out, settings)


@cases.command("import")
def import_answers(
    file: Annotated[Path, typer.Argument(help="A worklist with its answers, XLSX or CSV.")],
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Take in the answers of a worklist. What cannot be is refused by line and case; the same file twice is no harm."""
    from flows.case_answers import take_in_file
    from tasks.store.engine import database_of

    refused = take_in_file(Console(soft_wrap=True), database or database_of(out), file, practice, out, settings)
    if refused:
        raise typer.Exit(InputError.exit_code)


def outreach(
    practice: Practice = None, out: Out = Path("out"), database: Database = None, settings: Settings = None
) -> None:
    """The day's co-pay cases: what is due and overdue, worklists, letters due, messages to their owners."""
    look_first(None, None, out, database)
    with flow_on_terminal(database) as console:
        from flows.outreach import outreach as outreach_flow
        from flows.terminal import print_outreach

        results = outreach_flow(practice=practice or "", out=str(out), settings=str(settings or ""))
    for result in results:
        print_outreach(console, result)


def _moment(day: str | None) -> datetime:
    if day is None:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(day)
    except ValueError:
        raise InputError(f"'{day}' is not a day; write it as 2026-10-20, or as '2026-10-20 14:30'.") from None


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.command()(case)
    app.command()(outreach)
    app.add_typer(cases, name="cases")
