"""The commands of billing after a month is decided; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from config.month import Month
from flows.options import Database, Settings, StoredMonth, named
from flows.prefect_server import flow_on_terminal

Out = Annotated[
    Path, typer.Option(envvar="CCM_OUT", help="Folder with the results; its ccm.db is read, and the claims go there.")
]


def sign_off(
    month: StoredMonth,
    practice: Annotated[str, typer.Option(help="The practice by its practice_id.")],
    by: Annotated[
        str | None, typer.Option("--by", help="Who signs off; without it, the user of this computer.")
    ] = None,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Sign off the latest revision of a month: its claims may go out, and quality and board get its figures."""
    from flows.prefect_api import server_of
    from flows.sign_off import sign_off_month
    from tasks.store.engine import database_of

    name, where = named(by), database or database_of(out)
    sign_off_month(Console(), where, Month.parse(month), practice, name, settings, server_of(out))


def claims(
    month: StoredMonth,
    practice: Annotated[
        str | None, typer.Option(help="One practice by its practice_id; without it, all that have the month.")
    ] = None,
    ahead: Annotated[
        bool,
        typer.Option("--ahead", help="Write no claim: say and list what would be held now, signed off or not."),
    ] = False,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Write the 837 files of a signed-off month: what is new, what replaces or voids what was sent."""
    when = Month.parse(month)
    if ahead:
        from flows.claims_ahead import show_ahead

        show_ahead(Console(), database, out, when, practice, settings)
        return
    with flow_on_terminal(database, lambda: _may_be_billed(database, out, when, practice)) as console:
        from flows.claims import claims as claims_flow

        given = str(settings) if settings else None
        results = claims_flow(month=month, practice=practice, out=str(out), settings=given)
    _say(console, results)


def resend(
    claim: Annotated[str, typer.Argument(help="Claim number, as in claims.csv.")],
    line: Annotated[
        list[int] | None, typer.Option(help="A denied line; may be repeated. Without it, all that are denied.")
    ] = None,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Although the denial has another way, as an appeal, or nothing changed."),
    ] = False,
    after_reversal: Annotated[
        bool, typer.Option("--after-reversal", help="All of a claim that the payer took back, and corrects no more.")
    ] = False,
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Send the denied lines of a claim again, once the month that bills them is corrected and signed off."""
    with flow_on_terminal(database) as console:
        from flows.resend import resend as resend_flow

        given = str(settings) if settings else None
        result = resend_flow(
            claim, line or [], out=str(out), settings=given, anyway=anyway, after_reversal=after_reversal
        )
    _say(console, [result])


def modifier(
    case: Annotated[str, typer.Argument(help="Case number, as C-000123.")],
    month: StoredMonth,
    value: Annotated[
        str | None,
        typer.Argument(
            metavar="MODIFIER",
            help="59, XU, XE, XP or XS for separate work, GV or GW beside hospice; off takes off what stands. Without "
            "it, what is on record is shown.",
        ),
    ] = None,
    code: Annotated[str, typer.Option(help="The code it stands on; without it, every line of the month.")] = "",
    why: Annotated[str, typer.Option(help="What the record shows, without names; it stands in the audit packet.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who decided; without it, the user of this computer.")] = None,
    practice: Annotated[str | None, typer.Option(help="The practice, where a case number is in several.")] = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Put a modifier on a case's claim lines of a month, or take it off; refused where it may not stand."""
    from flows.line_modifier import print_recorded, put_on
    from tasks.store.engine import database_of

    place, when = database or database_of(out), Month.parse(month)
    if value is None:
        print_recorded(Console(), place, case, when, practice)
        return
    name = named(by)
    put_on(Console(), place, case, value, when, code, why, name, practice)


def _may_be_billed(database: str | None, out: Path, month: Month, practice: str | None) -> None:
    from tasks.claim.signed import refuse_unsigned
    from tasks.store.step import open_place

    store = open_place(str(out), database, None).store
    try:
        refuse_unsigned(store, month, practice)
    finally:
        store.close()


def _say(console: Console, results: list[dict[str, Any]]) -> None:
    from flows.terminal import print_claims

    for result in results:
        print_claims(console, result)


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    app.command("sign-off")(sign_off)
    app.command()(claims)
    app.command()(resend)
    app.command()(modifier)
