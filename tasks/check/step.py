"""Checking as Prefect runs it."""

from __future__ import annotations

from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.month import Month
from config.settings import PracticeSettings
from tasks.check.check import Checked, check_tables
from tasks.progress import step


@task(name="check the tables", cache_policy=NO_CACHE)
def check_practice(tables: dict[str, pd.DataFrame], settings: PracticeSettings, month: Month, as_of: date) -> Checked:
    """Hold every table against its expectations; rows that fail are set aside with every reason."""
    with step("check", "holding the tables against their expectations") as done:
        checked = check_tables(tables, settings, month, as_of)
        aside = checked.quarantine.drop_duplicates(["table", "source_file", "source_line"])
        warned = checked.checks[(checked.checks["severity"] == "warn") & (checked.checks["failed"] > 0)]
        done(
            f"{len(checked.checks)} expectations, {len(aside):,} rows set aside, "
            f"{len(warned)} warnings, {len(checked.signals)} integrity signals"
        )
    return checked
