"""A payer's request for the records of a claim: recorded with its last day, and answered."""

from __future__ import annotations

from datetime import date, datetime

from rich.console import Console

from config.clocks import after
from config.denials import denials
from config.errors import InputError
from tasks.store import record_requests as stored
from tasks.store.day import today_of
from tasks.store.identities import nobody_named, practice_of
from tasks.store.store import open_store


def record(
    console: Console,
    database: str,
    claim: str,
    asked: date | None,
    due: date | None,
    answered: date | None,
    note: str,
    by: str,
    now: datetime,
    today: date | None = None,
) -> None:
    """The request, its answer, or both are on record and said; a second time changes nothing."""
    if due and not asked:
        raise InputError("--due is the last day that the letter names; say of which day that is: --asked DAY.")
    if not asked and not answered:
        raise InputError("Say when the payer asked (--asked DAY), or when the records were sent (--answered DAY).")
    if not by.strip():
        raise InputError("Say who records it: --by NAME.")
    route = denials().routes["answer_request"]
    store = open_store(database)
    try:
        with store.writing() as connection:
            nobody_named(connection, claim, note=note, by=by)
            today = today or today_of(connection, practice_of(connection, claim))
            if late := next((day for day in (asked, answered) if day and day > today), None):
                raise InputError(f"{late} lies ahead; record what has happened.")
            said = []
            if asked:
                last = due or after(asked, route.clock.days if route.clock else 0)
                instead = stored.opened_by_remittance(connection, claim, asked)
                new = stored.ask(connection, claim, asked, last, note, by.strip(), now)
                place = ", in the place of what the remittance opened" if instead else ""
                known = "on record already, nothing was changed"
                said.append(f"asked for on {asked}, due by {last}{place}" if new else known)
            if answered:
                last = stored.answer(connection, claim, answered)
                said.append(f"sent on {answered}" + (f", after their last day ({last})" if answered > last else ""))
    finally:
        store.close()
    console.print(f"Records of claim {claim}: {'; '.join(said)}.", highlight=False, markup=False, soft_wrap=True)
    if not answered:
        console.print(f"{route.words}: {route.told}.", highlight=False, markup=False, soft_wrap=True)


def show(console: Console, database: str, practice: str | None) -> None:
    """Every request, those that are open first, the soonest due before the others; cases, no names."""
    store = open_store(database)
    try:
        for practice_id in [practice] if practice else store.every_practice():
            with store.reading() as connection:
                rows = stored.of_practice(connection, practice_id).to_dict("records")
            for row in rows:
                end = f"due by {row['due_date']:%Y-%m-%d}"
                if row["state"] != stored.OPEN:
                    sent = row["state"] == stored.ANSWERED
                    end = f"sent on {row['answered_date']:%Y-%m-%d}" if sent else "the line is paid or given up"
                text = f"{row['claim_number']} ({row['case_number']}, {row['payer_name']}): {row['state']}, {end}"
                console.print(text, highlight=False, markup=False, soft_wrap=True)
            if not rows:
                console.print(f"{practice_id}: no payer asked for records.", highlight=False, markup=False)
    finally:
        store.close()
