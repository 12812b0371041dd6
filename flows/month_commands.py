"""The commands of a month's life; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.month import Month
from flows.options import Database, Out, Settings, StoredMonth, look_first, named
from flows.prefect_server import flow_on_terminal, kept_out_of_prefect

Practice = Annotated[str, typer.Option("--practice", help="The practice by its practice_id.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it; without it, the user of this computer.")]


def reopen(
    month: StoredMonth,
    practice: Practice,
    reason: Annotated[str, typer.Option(help="Why, without names; it is kept beside the sign-off before.")],
    by: By = None,
    source: Annotated[
        str | None, typer.Option(help="Corrected folder or database URL: the month is run at once.")
    ] = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Open a signed-off, released or closed month again; its next run makes a new revision to be signed off."""
    Month.parse(month)
    look_first(source, practice, out, database)

    with flow_on_terminal(database) as console:
        from flows.reopen_month import reopen_month
        from flows.terminal import print_cycle

        where = kept_out_of_prefect("CCM_SOURCE_URL", source) if source and "://" in source else source
        given, name = str(settings or ""), named(by)
        results = reopen_month(practice, month, reason, name, given, str(out), source=where or "")
    for result in results:
        print_cycle(console, result)
    if not results:
        said = f"{practice} · {month}: open again; ccm run makes the new revision, and only what differs goes out."
        console.print(said, highlight=False, markup=False, soft_wrap=True)


def close(
    month: StoredMonth,
    practice: Practice,
    reason: Annotated[str, typer.Option(help="Anything to remember, without names.")] = "",
    by: By = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Close a released month: no run decides it again until somebody opens it."""
    from flows.close_month import close_month
    from tasks.store.engine import database_of

    name = named(by)
    close_month(Console(), database or database_of(out), practice, Month.parse(month), name, reason)


def decide(
    case: Annotated[str, typer.Argument(help="Case number, as C-000123.")],
    decision: Annotated[
        str | None,
        typer.Argument(
            metavar="hold|release|force",
            help="hold: the case waits; force: a hold that a person may lift keeps it back no longer; release: takes "
            "either off. Without it, what is on record is shown.",
        ),
    ] = None,
    month: Annotated[
        str | None, typer.Option("--month", help="Service month; without it, the latest one decided.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, without names; it stands in the report and the audit packet.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who decides; without it, the user of this computer.")] = None,
    practice: Annotated[str | None, typer.Option(help="The practice, where a case number is in several.")] = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Hold, release or force one case of a month by hand; refused where the rules leave nothing to a person."""
    from flows.decide_case import decide_case, print_decisions
    from tasks.store.engine import database_of

    where, when = database or database_of(out), Month.parse(month) if month else None
    if decision is None:
        print_decisions(Console(), where, case, when, practice)
        return
    decide_case(Console(), where, case, decision, when, practice, named(by), reason)


def status(
    month: Annotated[str | None, typer.Option("--month", help="One service month; without it, all.")] = None,
    practice: Annotated[str | None, typer.Option(help="One practice by its practice_id; without it, all.")] = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Where every practice's months stand; of a single one also its moves and the steps of its last run."""
    from flows.status import print_status
    from tasks.store.engine import database_of

    when = Month.parse(month) if month else None
    print_status(Console(), database or database_of(out), practice, when, settings)


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.command()(reopen)
    app.command()(close)
    app.command()(decide)
    app.command()(status)
