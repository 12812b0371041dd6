"""Deciding as Prefect runs it."""

from __future__ import annotations

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.month import Month
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.progress import step
from tasks.qualify.decide import decide
from tasks.qualify.reconcile import reconcile


@task(name="determine which codes qualify", cache_policy=NO_CACHE)
def qualify_practice(
    tables: dict[str, pd.DataFrame], month: Month, book: RuleBook, settings: PracticeSettings
) -> dict[str, pd.DataFrame]:
    """One outcome for every enrolled patient-month, with all that led to it."""
    with step("qualify", "determining which codes qualify") as done:
        decided = decide(tables, month, book, settings)
        outcomes = decided["decisions"]["outcome"].value_counts()
        said = ", ".join(f"{int(outcomes.get(name, 0)):,} {name.replace('_', ' ')}" for name in outcomes.index)
        done(said, len(decided["decisions"]))
    return decided


@task(name="tie the totals", cache_policy=NO_CACHE)
def tie_totals(
    read: dict[str, int],
    aside: pd.DataFrame,
    set_aside: dict[str, int],
    accepted: dict[str, pd.DataFrame],
    decided: dict[str, pd.DataFrame],
) -> pd.DataFrame:
    """The three totals; a run whose totals do not tie fails here, before anything is written."""
    with step("qualify", "tying rows, seconds and patients") as done:
        totals = reconcile(read, aside, set_aside, accepted, decided)
        done("rows, seconds and patients tie")
    return totals
