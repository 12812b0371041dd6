"""Another process that posts a file and stops within: `python -m tests.remit.posting URL FILE PLACE`.

It says `stopped` once it is past the place, and waits to be killed; without a place it posts to the end.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

from tasks.remit import post as posting
from tasks.remit import settle
from tasks.store import denials, open_store, remittances


def stop_after(place: str) -> None:
    """The function of that name still does its work, and then nothing goes on."""
    module = next(one for one in (posting, settle, denials, remittances) if hasattr(one, place))
    work = getattr(module, place)

    def work_and_stop(*args, **named):
        work(*args, **named)
        print("stopped", flush=True)
        time.sleep(60)

    setattr(module, place, work_and_stop)


def main(url: str, file: str, place: str = "") -> None:
    """Post the file."""
    if place:
        stop_after(place)
    path = Path(file)
    print(posting.post(open_store(url), path.name, path.read_bytes(), date(2026, 11, 24)).state, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
