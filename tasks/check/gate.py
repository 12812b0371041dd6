"""The gate between checking and deciding: too much set aside means that the export is wrong, not its rows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from config.errors import DataStopError
from config.settings import PracticeSettings
from tasks.check.check import Checked

PEOPLE = ("practitioners", "staff")


def gate(checked: Checked, settings: PracticeSettings) -> None:
    """Return when deciding may begin; DataStopError when more time entries than the settings allow were set aside.

    Few rows never stop a month, for a share says little of a small one, unless they are half of its entries.
    """
    aside = checked.quarantine
    entries = aside[aside["table"] == "time_entries"]
    lost = len(entries[["source_file", "source_line"]].drop_duplicates())
    read = lost + len(checked.accepted["time_entries"])
    percent, rows = settings.quarantine_limit_percent, settings.quarantine_limit_rows
    few = percent > 0 and lost <= rows and lost * 2 < read
    if not read or few or lost * 100 <= percent * read:
        return
    reasons = entries["reason"].value_counts(sort=True)[:3]
    common = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())
    first = "; ".join(_begin(aside, entries))
    first = f"begin with {first}; then " if first else ""
    raise DataStopError(
        f"{lost:,} of {read:,} time entries ({100 * lost / read:.1f} %) were set aside, more than the "
        f"{percent:g} % that quarantine_limit_percent allows{_and_rows(percent, lost, rows)} (commonest: {common}); "
        f"{first}mend the rows listed in quarantine.csv, or raise the limit, and run again."
    )


def _and_rows(percent: float, lost: int, rows: int) -> str:
    """What the other limit says: that it is passed too, or why it does not help."""
    if not percent or not rows:
        return ""
    return f" and the {rows:,} rows of quarantine_limit_rows" if lost > rows else ", and half of them or more"


def _begin(aside: pd.DataFrame, entries: pd.DataFrame) -> Iterator[str]:
    """The tables whose rows set aside take entries along: mended there, the entries are good again."""
    lost = entries[entries["reason"] == "patient_unknown"]
    patients = aside[(aside["table"] == "patients") & aside["row_key"].isin(lost["patient_id"].dropna())]
    along = lost["patient_id"].isin(patients["row_key"])
    nobody = entries["reason"] == "performer_unknown"
    sought = nobody.any() or patients["reason"].eq("practitioner_unknown").any()
    for table in PEOPLE:
        rows = aside.loc[aside["table"] == table, "row_key"].nunique()
        if rows and sought:
            told = f", as {nobody.sum():,} of the entries are by somebody who is not accepted" if nobody.any() else ""
            yield f"{_rows(rows)} of {table} set aside{told}"
    if len(patients):
        rows = patients["row_key"].nunique()
        yield f"{_rows(rows)} of patients set aside, as {_of(int(along.sum()))} of those patients"


def _rows(count: int) -> str:
    return f"the {count:,} rows" if count > 1 else "the one row"


def _of(count: int) -> str:
    return f"{count:,} of the entries are" if count > 1 else "1 of the entries is"
