"""What another process does on the same database; tests/store/processes.py starts it.

It says `ready` and waits for a word.
"""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

import pandas as pd

from tasks.store import Store, bulk, open_store
from tests.store.months import BASIS, OCTOBER, month, no_cases, save


def stop_here(line: Connection) -> None:
    """Tell the parent, then wait to be killed."""
    line.send("stopped")
    time.sleep(60)


def save_and_stop(store: Store, after: str, line: Connection) -> None:
    """Save a month but stop inside the transaction: after a table is written, or while messages are composed."""
    write = bulk.write_cycle

    def write_and_stop(connection, table, cycle_id, data):
        write(connection, table, cycle_id, data)
        if table.name == after:
            stop_here(line)

    bulk.write_cycle = write_and_stop
    store.save_cycle("P1", OCTOBER, BASIS, month(40), no_cases(), lambda revision, changes: stop_here(line) or [])


def work(job: str, url: str, line: Connection) -> None:
    """Do the job once the parent says go."""
    store = open_store(url)
    line.send("ready")
    line.recv()
    if job == "number":
        ids = pd.Series([f"PT{number:06d}" for number in range(3000)])
        line.send(store.case_numbers("P1", ids).str.cat(sep=" "))
    elif job == "save":
        saved = save(store, month(200))
        line.send(f"{saved.cycle.revision} {saved.new}")
    elif job == "claim":
        line.send(str(sum(store.claim_for_sending(message.id) for message in store.pending_messages())))
    else:
        save_and_stop(store, job, line)
