"""The commands that look again at a stored month; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.month import Month
from flows.options import Database, OutRead, StoredMonth, checked_settings

AMONG_SEVERAL = "One practice by its practice_id; without it, all that have the month."
Case = Annotated[str, typer.Argument(help="Case number, as C-000123.")]
CaseMonth = Annotated[str | None, typer.Option("--month", help="Service month; without it, the latest one decided.")]
CasePractice = Annotated[str | None, typer.Option("--practice", help="Practice, when several use the same database.")]
Practice = Annotated[str | None, typer.Option("--practice", help=AMONG_SEVERAL)]
Policy = Annotated[
    str | None, typer.Option(help="How families are chosen: highest_allowed, simplest, or a family by its name.")
]

DIFFERS = 5


def explain(
    case: Case,
    month: CaseMonth = None,
    practice: CasePractice = None,
    out: OutRead = Path("out"),
    database: Database = None,
    html: Annotated[Path | None, typer.Option(help="Write it as a page to this file instead.")] = None,
) -> None:
    """Tell one patient-month on one screen: verdict, codes, minutes, findings with source and remedy."""
    from flows.explain import explain_case
    from tasks.store.engine import database_of

    console = Console()
    written = explain_case(console, case, _month(month), practice, database or database_of(out), html)
    if written:
        console.print(f"Open {written}", highlight=False, soft_wrap=True)


def audit_packet(
    case: Case,
    out_file: Annotated[Path, typer.Option("--out", help="The page to write, as packet.html.")],
    month: CaseMonth = None,
    practice: CasePractice = None,
    results: OutRead = Path("out"),
    database: Database = None,
) -> None:
    """Write everything about one patient-month as one page that a reviewer can read alone; it holds patient data."""
    from flows.audit_packet import write_audit_packet
    from tasks.store.engine import database_of

    write_audit_packet(out_file, case, _month(month), practice, database or database_of(results))
    Console().print(
        f"Open {out_file}; it holds patient data, and only you can read the file.", highlight=False, soft_wrap=True
    )


def replay(
    month: StoredMonth,
    practice: Practice = None,
    out: OutRead = Path("out"),
    database: Database = None,
    rulebook: Annotated[
        str,
        typer.Option(
            help="stored: the rules it was decided by; current: those of this version; or a folder with rule files "
            "that replace those of the same name, as a draft of the practice or of the next year."
        ),
    ] = "stored",
    settings: Annotated[
        Path | None, typer.Option(callback=checked_settings, help="Settings to decide by instead of the stored ones.")
    ] = None,
    policy: Policy = None,
) -> None:
    """Decide a stored month again: the same to the last byte, or, by other rules or settings, what would differ."""
    from flows.replay import replay_month
    from tasks.store.engine import database_of

    place = database or database_of(out)
    if not replay_month(Console(), place, Month.parse(month), practice, rulebook, settings, policy):
        raise typer.Exit(DIFFERS)


def whatif(
    month: StoredMonth,
    practice: Practice = None,
    out: OutRead = Path("out"),
    database: Database = None,
    add_minutes: Annotated[
        int | None, typer.Option(min=1, max=600, help="Minutes of staff time more where minutes are missing.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="A program all consents of its kind would be for, as apcm.")] = None,
    policy: Policy = None,
) -> None:
    """What a stored month would come to with more minutes, another program or another policy; writes nothing."""
    from flows.replay import suppose
    from tasks.store.engine import database_of

    suppose(Console(), database or database_of(out), Month.parse(month), practice, add_minutes, to, policy)


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    for command in (explain, replay, whatif):
        app.command()(command)
    app.command("audit-packet")(audit_packet)


def _month(text: str | None) -> Month | None:
    return Month.parse(text) if text else None
