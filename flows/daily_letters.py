"""The day's letters to patients: those that are due, each written once."""

from __future__ import annotations

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.letter import write_due_letters
from tasks.progress import LOG, step
from tasks.store.step import Place


@task(name="write the letters due", cache_policy=NO_CACHE)
def letters_due_written(place: Place, practice_id: str, due: pd.DataFrame) -> list[str]:
    """The letters that are due stand in the folders of their months; and a sentence, said at once, for each other."""
    with step("letters", "writing the letters due") as done:
        paths, refused = write_due_letters(place.store, practice_id, due, place.settings, place.out)
        written = len({path.with_suffix("") for path in paths})
        done(f"{written:,} written, {len(refused):,} not", written)
    kept_back = list(dict.fromkeys(refused))
    for sentence in kept_back:  # also in the log of a scheduled run, where no one reads a terminal
        LOG.info("not written: %s", sentence)
    return kept_back
