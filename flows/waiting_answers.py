"""Answers in suspense: listed for a person, and given to a claim by hand."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tasks.remit.assign import assign
from tasks.remit.unassign import unassign
from tasks.remit.worklist import waiting
from tasks.send.answers_folder import write_suspense
from tasks.store.store import Store, open_store

SHOWN = 50


def print_waiting(console: Console, database: str, out: Path) -> None:
    """The answers that wait are printed, and all of them written to suspense.csv."""
    store = open_store(database)
    try:
        _list(console, store, out)
    finally:
        store.close()


def assign_answer(
    console: Console,
    database: str,
    number: int,
    claim: str,
    by: str,
    note: str,
    out: Path,
    settings: Path | None = None,
    *,
    anyway: bool = False,
    other_payer: bool = False,
) -> None:
    """The answer is the claim's, the list is written without it, and it is said; a second time changes nothing."""
    store = open_store(database)
    try:
        new = assign(store, number, claim, by, note, None, settings, anyway=anyway, other_payer=other_payer)
        write_suspense(out, waiting(store))
    finally:
        store.close()
    said = "is assigned to" if new else "was assigned before to"
    text = f"Answer {number} {said} claim {claim}."
    console.print(f"{text} ccm denials writes balances and denials anew." if new else text, highlight=False)


def take_back_answer(
    console: Console, database: str, number: int, by: str, note: str, out: Path, settings: Path | None = None
) -> None:
    """The answer waits again, the list is written with it, and it is said."""
    store = open_store(database)
    try:
        claim = unassign(store, number, by, note, None, settings)
        write_suspense(out, waiting(store))
    finally:
        store.close()
    text = f"Answer {number} is taken back from claim {claim} and waits in suspense again."
    console.print(f"{text} ccm denials writes balances and denials anew.", highlight=False, soft_wrap=True)


def _list(console: Console, store: Store, out: Path) -> None:
    found = waiting(store)
    path = write_suspense(out, found)
    if found.empty:
        console.print("No answer waits in suspense.", highlight=False)
        return
    table = Table(title=f"In suspense: {len(found):,}", title_justify="left")
    for heading in ("Number", "Payer", "Claim as the payer wrote it", "Charge ($)", "Paid ($)", "Why it waits"):
        table.add_column(heading, justify="right" if "$" in heading or heading == "Number" else "left")
    for row in found.head(SHOWN).to_dict("records"):
        cents = (f"{row[name] / 100:,.2f}" for name in ("charge_cents", "paid_cents"))
        whose = (escape(str(row[name])) for name in ("payer_name", "control_number"))
        table.add_row(str(row["number"]), *whose, *cents, row["words"])
    console.print(table, highlight=False)
    console.print(f"All of them, with what ends the wait: {path}", highlight=False, soft_wrap=True)
