"""Remittances as Prefect runs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.counted import plural
from config.errors import PlaceError
from tasks.progress import step
from tasks.remit.folder import content_of, put_away
from tasks.remit.post import Posted, post, try_suspense_again
from tasks.remit.worklist import answers_of, balances_of, waiting
from tasks.retry import on_errors_of
from tasks.store import remittances
from tasks.store.step import Place


@dataclass
class Answers:
    """The lists of every practice, and what waits in suspense."""

    practices: dict[str, dict[str, pd.DataFrame]]
    suspense: pd.DataFrame


@task(
    name="post the remittances",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=on_errors_of(PlaceError),
)
def post_files(place: Place, files: Iterable[str], folder: str | None = None) -> list[Posted]:
    """Each file posted or set aside, in this order; those of a watched folder put away. Suspense is tried again."""
    found = []
    with step("remit", "posting remittances") as done:
        for file in map(Path, files):
            posted = post(place.store, file.name, content_of(file), None, place.settings)
            found.append(posted)
            if folder:
                put_away(Path(folder), file, posted)
        left = try_suspense_again(place.store, None, place.settings)
        claims = sum(one.claims for one in found)
        aside = sum(one.state == "quarantined" for one in found)
        denied = plural(sum(one.denials for one in found), "denial")
        words = [f"{plural(len(found), 'file')}, {plural(claims, 'answer')}, {denied}"]
        words += [f"{plural(aside, 'file')} set aside"] if aside else []
        words += [f"{plural(left, 'answer')} left suspense"] if left else []
        done("; ".join(words), claims)
    return found


@task(name="see what patients owe", cache_policy=NO_CACHE)
def claim_balances(place: Place, practice: str) -> pd.DataFrame:
    """What became of each answered claim of the practice's charge, what is left to the patient among it."""
    return balances_of(place.store, practice)


@task(name="list what payers answered", cache_policy=NO_CACHE)
def list_answers(place: Place, practice: str | None = None) -> Answers:
    """Worklist, balances, rates, codes and overpayments of each practice that was answered, or of the one named."""
    with step("list", "listing what payers answered") as done:
        with place.store.reading() as connection:
            practices = remittances.practices_answered(connection)
        wanted = [one for one in practices if practice in (None, one)]
        lists = {one: answers_of(place.store, one, place.settings) for one in wanted}
        held = waiting(place.store)
        open_ = sum(int((one["denials"]["state"] == "open").sum()) for one in lists.values())
        done(f"{plural(open_, 'open denial')}, {plural(len(held), 'answer')} in suspense", open_)
    return Answers(lists, held)
