"""One denial moved by hand, or traced to the error that a person found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from config.counted import plural
from config.denials import due_date, further_appeal
from config.errors import InputError
from tasks.remit.trace import known_error, name_cause
from tasks.store.day import today_of
from tasks.store.denials import appeal_on, known_state, mark
from tasks.store.identities import nobody_named, practice_of
from tasks.store.store import open_store


def change(
    console: Console,
    database: str,
    claim: str,
    line: int,
    state: str | None,
    error: str | None,
    note: str,
    settings: Path | None = None,
    following: str | None = None,
    letter: date | None = None,
) -> None:
    """The denial has the state, and its codes the error, that are given, or is on the `following` appeal against the
    letter of that day; what was done is printed."""
    if letter and not following:
        raise InputError("--letter is the day of the letter that refused an appeal; name the next one: --next hearing.")
    if not state and not error and not following:
        raise InputError(
            "Say what to change: --state resent, --error with a name of the table of errors, or --next with an appeal."
        )
    # All that was typed is looked at before anything is done.
    route = further_appeal(following) if following else None
    if error:
        known_error(error)
    if state:
        known_state(state)
    store = open_store(database)
    try:
        with store.reading() as connection:
            nobody_named(connection, claim, note=note)
        if route:
            with store.reading() as connection:
                today = today_of(connection, practice_of(connection, claim))
            if letter is None or letter > today:
                raise InputError(
                    "Say on which day the letter that refuses is dated: --letter YYYY-MM-DD, not later than today."
                )
            due = due_date(route, letter)
            with store.writing() as connection:
                appeal_on(connection, claim, line, route, letter, due, note, datetime.now(UTC))
            console.print(f"Claim {claim}, line {line}: {route.words}, by {due}.", highlight=False, soft_wrap=True)
        if error:
            changed = name_cause(store, claim, line, error, None, settings)
            traced = plural(changed, "denial with these codes is", "denials with these codes are")
            console.print(f"{traced} traced to {error}.", highlight=False)
        if state:
            with store.writing() as connection:
                mark(connection, claim, line, state, note, datetime.now(UTC))
            said = f"Claim {claim}, line {line}: {state}."
            if state == "resent":
                one = f" --line {line}" if line else ""
                said += (
                    f" Nothing was sent by this; unless it went another way: ccm denial {claim} {line} --state open, "
                    f"then ccm resend {claim}{one}."
                )
            console.print(said, highlight=False, soft_wrap=True)
    finally:
        store.close()
