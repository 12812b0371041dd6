"""Another process at work on the same database: `python -m tests.store.worker JOB URL`.

It says `ready` and waits for a line.
"""

from __future__ import annotations

import sys
import time

import pandas as pd

from tasks.store import Store, bulk, open_store
from tests.store.months import BASIS, OCTOBER, month, no_cases, save


def stop_here() -> None:
    """Tell the parent, then wait to be killed."""
    print("stopped", flush=True)
    time.sleep(60)


def save_and_stop(store: Store, after: str) -> None:
    """Save a month but stop inside the transaction: after a table is written, or while messages are composed."""
    write = bulk.write_cycle

    def write_and_stop(connection, table, cycle_id, data):
        write(connection, table, cycle_id, data)
        if table.name == after:
            stop_here()

    bulk.write_cycle = write_and_stop
    store.save_cycle("P1", OCTOBER, BASIS, month(40), no_cases(), lambda revision, changes: stop_here() or [])


def main(job: str, url: str) -> None:
    """Do the job once the parent says go."""
    store = open_store(url)
    print("ready", flush=True)
    sys.stdin.readline()
    if job == "number":
        ids = pd.Series([f"PT{number:06d}" for number in range(3000)])
        print(store.case_numbers("P1", ids).str.cat(sep=" "), flush=True)
    elif job == "save":
        saved = save(store, month(200))
        print(saved.cycle.revision, saved.new, flush=True)
    elif job == "claim":
        print(sum(store.claim_for_sending(message.id) for message in store.pending_messages()), flush=True)
    else:
        save_and_stop(store, job)


if __name__ == "__main__":
    main(*sys.argv[1:])
