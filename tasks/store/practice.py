"""The practice's own row: what it is called, where its mail goes, what kind of place it is."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

NAMES = ("practice_name", "billing_email", "setting")


def practice_row(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Those of the practice whose tables these are; empty where they do not say."""
    practices = tables.get("practices")
    row = {} if practices is None or practices.empty else practices.iloc[0]
    return {name: "" if name not in row or pd.isna(row[name]) else str(row[name]) for name in NAMES}
