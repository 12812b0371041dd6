"""Checking as Prefect runs it."""

from __future__ import annotations

from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.counted import plural
from config.frames import rows_set_aside
from config.month import Month
from config.settings import PracticeSettings
from tasks.check.check import Checked, check_tables
from tasks.check.other_months import with_other_months
from tasks.check.page import render_data_quality
from tasks.check.quality import quality_view
from tasks.progress import LOG, no_cell_in_errors, step


@task(name="check the tables", cache_policy=NO_CACHE)
def check_practice(
    tables: dict[str, pd.DataFrame],
    settings: PracticeSettings,
    month: Month,
    as_of: date,
    other_month: int = 0,
    future: int = 0,
) -> Checked:
    """Hold every table against its expectations; rows that fail are set aside with every reason.

    Of time entries of other months, which are not among the tables, it is told how many lie in the `future`.
    """
    with step("check", "holding the tables against their expectations") as done:
        checked = check_tables(tables, settings, month, as_of)
        checked.checks = with_other_months(checked.checks, other_month, future)
        aside = sum(rows_set_aside(checked.quarantine).values())
        warned = int(checked.checks.loc[checked.checks["severity"] == "warn", "failed"].sum())
        if future:
            LOG.info("%s time entries of other months lie in the future: look for a wrong year", f"{future:,}")
        done(
            f"{len(checked.checks)} expectations, {plural(aside, 'row')} quarantined, "
            f"{plural(warned, 'warning')}, {plural(len(checked.signals), 'integrity signal')}",
            sum(map(len, tables.values())),
        )
    return checked


@task(name="describe the data's quality", cache_policy=NO_CACHE)
def describe_quality(
    practice_name: str,
    month: Month,
    checked: Checked,
    rejected: pd.DataFrame,
    history: pd.DataFrame,
    other_month: int = 0,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """All rows set aside, rejected ones first, and the data-quality page with the trend of the months before."""
    with no_cell_in_errors():
        aside = pd.concat([rejected, checked.quarantine], ignore_index=True) if len(rejected) else checked.quarantine
        view = quality_view(checked.checks, aside, history, other_month)
        return aside, {"data_quality.html": render_data_quality(view, practice_name, month)}
