"""What a sign-off says at the terminal: which month, who, what it comes to, whom it told, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from rich.console import Console

from flows.listing import say
from tasks.send import counts
from tasks.send.words import dollars, month_name, plural
from tasks.store.claims import SignOff
from tasks.store.records import Cycle, StoredMessage

STATES = {"pending": "waits in the outbox", "sent": "sent", "failed": "could not be delivered",
          "uncertain": "perhaps sent", "superseded": "never sent, a later one took its place"}  # fmt: skip
FIGURES = ("quality", "board")


def say_signed(
    console: Console, cycle: Cycle, signed: SignOff, begun: datetime, lines: pd.DataFrame, told: Sequence[StoredMessage]
) -> None:
    """It is said; of a month that was signed off before this command was `begun`, that nothing changes."""
    head = f"{cycle.practice_id} · {month_name(cycle.month)} · revision {cycle.revision}"
    who = f"signed off by {signed.signed_by}, {signed.signed_at:%Y-%m-%d %H:%M} UTC"
    again = signed.signed_at < begun
    say(console, f"{head}: was {who}; nothing changes" if again else f"{head}: {who}")
    patients = plural(lines["case_number"].nunique(), "patient")
    money = dollars(counts.billed(lines)["expected"])
    say(console, f"  {patients} with {plural(len(lines), 'claim line')}, {money} expected")
    for one in told:
        state = STATES.get(one.state, one.state)
        say(console, f"  {one.audience}: {one.recipient or 'no address is on file'}, {state}")
    if without := [name for name in FIGURES if name not in {one.audience for one in told}]:
        then = "not told at that sign-off, the settings had" if again else "not told, the settings have"
        say(console, f"  {' and '.join(without)}: {then} no address (messages)")
    say(console, f"Its claims may go out: ccm claims --month {cycle.month} --practice {cycle.practice_id}.")
    if not again:
        say(console, "Another run that changes the month opens it again; that revision takes a sign-off of its own.")
