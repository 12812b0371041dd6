"""The commands about what patients owe and are told; like cli.py they call what does it and hold no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.errors import InputError
from config.money import cents_of
from config.month import EASTERN, Month, today_in
from flows.options import Database, Settings, named
from flows.typed import day_of

Out = Annotated[
    Path, typer.Option(envvar="CCM_OUT", help="Folder with the results; its ccm.db is read, and letters go there.")
]
Practice = Annotated[str | None, typer.Option(help="One practice by its practice_id.")]
CaseMonth = Annotated[str | None, typer.Option("--month", help="Service month; of a case, without it, the latest one.")]


def share(
    case: Annotated[str | None, typer.Argument(help="Case number, as C-000123; without it all of a month.")] = None,
    month: CaseMonth = None,
    practice: Practice = None,
    setting: Annotated[
        str | None, typer.Option(help="For nobody in particular: a care setting, as office; needs --code.")
    ] = None,
    code: Annotated[list[str] | None, typer.Option(help="Code, or code and units as 99439=2; may be repeated.")] = None,
    locality: Annotated[str, typer.Option(help="Medicare payment locality, as 15202-00; without it national.")] = "",
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """What a patient is expected to pay in a month and a year, before any bill."""
    from flows.owed import list_shares, show_share, show_usual
    from tasks.store.engine import database_of

    console, parsed, place = Console(), Month.parse(month) if month else None, database or database_of(out)
    if case:
        show_share(console, place, case, parsed, practice, settings)
        return
    if setting and parsed is None:
        parsed = Month.of(today_in(EASTERN)).previous
    if parsed is None:
        raise InputError("Give a case number, or --month 2026-10 for all patients of a month.")
    if setting:
        show_usual(console, parsed, setting, locality, _units(code or []), settings)
    else:
        list_shares(console, place, out, parsed, practice, settings)


def letter(
    case: Annotated[str, typer.Argument(help="Case number, as C-000123.")],
    kind: Annotated[str, typer.Option(help="welcome, share, options ...; a wrong one lists all. Or voicemail.")],
    language: Annotated[str | None, typer.Option(help="en or es; without it the patient's own.")] = None,
    call: Annotated[bool, typer.Option("--call", help="The script for a call instead of the letter.")] = False,
    month: CaseMonth = None,
    practice: Practice = None,
    amount: Annotated[str | None, typer.Option(help="Paid back, as 39.69, where the books do not say it.")] = None,
    parts: Annotated[int, typer.Option(min=1, max=36, help="Payment plan: in how many monthly parts.")] = 3,
    day: Annotated[
        str | None, typer.Option(help="First part, or last day to pay; without it, the usual time from today.")
    ] = None,
    percent: Annotated[int | None, typer.Option(help="By how much it is lowered; the determination says it.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when it is lowered; the determination says it.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why an application was refused that nobody determined: papers.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option(help="Of the options open to the patient only these.")] = None,
    settled: Annotated[bool, typer.Option("--settled", help="Every payer has answered: the rest is real.")] = False,
    by: Annotated[
        str, typer.Option("--by", help="Who writes it, by staff identifier; without it, the user of this computer.")
    ] = "",
    out: Out = Path("out"),
    database: Database = None,
    settings: Settings = None,
) -> None:
    """Write a letter to a patient, or the script of a call, as PDF, HTML and text; it holds patient data."""
    from flows.letter import write_letter
    from tasks.store.engine import database_of

    given = {
        "language": language,
        "refund_cents" if kind == "refund" else "balance_cents": cents_of(amount, "--amount") if amount else None,
        "due": day_of(day, "--day", "2026-12-15"),
        "parts": parts,
        "reduced_percent": percent,
        "until": day_of(until, "--until", "2026-12-15"),
        "reason": reason,
        "options": tuple(option or ()),
    }
    place, parsed = database or database_of(out), Month.parse(month) if month else None
    user = named(None)
    paths, note = write_letter(place, out, case, kind, given, parsed, practice, settings, call, settled, by, user)
    console = Console()
    if note:
        console.print(f"{note}.", style="yellow", highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"Open {paths[0]}; the same as .html and .txt. It holds patient data.", highlight=False, soft_wrap=True
    )


def _units(codes: list[str]) -> dict[str, int]:
    if not codes:
        raise InputError("Give the codes of a usual month: --code 99490, with units as --code 99439=2.")
    found = {}
    for text in codes:
        code, _, number = text.partition("=")
        if number and not number.isdigit():
            raise InputError(f"--code: '{text}' is no code with units; write it as 99439=2.")
        found[code.strip().upper()] = int(number or 1)
    return found


def add_to(app: typer.Typer) -> None:
    """The commands are among those of `ccm`."""
    for command in (share, letter):
        app.command()(command)
