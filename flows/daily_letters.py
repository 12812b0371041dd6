"""The day's letters to patients: those that are due, each written once."""

from __future__ import annotations

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.letter import write_due_letters
from tasks.progress import step
from tasks.store.step import Place


@task(name="write the letters due", cache_policy=NO_CACHE)
def letters_due_written(place: Place, practice_id: str, due: pd.DataFrame) -> list[str]:
    """The letters that are due stand in the folders of their months; a sentence, said once, for what keeps others."""
    with step("letters", "writing the letters due") as done:
        paths, refused = write_due_letters(place.store, practice_id, due, place.settings, place.out)
        written = len({path.with_suffix("") for path in paths})
        done(f"{written:,} written, {len(refused):,} not", written)
    return list(dict.fromkeys(refused))
