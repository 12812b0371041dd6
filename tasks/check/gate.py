"""The gate between checking and deciding: too much set aside means that the export is wrong, not its rows."""

from __future__ import annotations

from config.errors import DataStopError
from config.settings import PracticeSettings
from tasks.check.check import Checked

PARENTS = ("practitioners", "staff", "patients")


def gate(checked: Checked, settings: PracticeSettings) -> None:
    """Return when deciding may begin; DataStopError when more time entries than the setting allows were set aside."""
    aside = checked.quarantine
    entries = aside[aside["table"] == "time_entries"]
    lost = len(entries[["source_file", "source_line"]].drop_duplicates())
    read = lost + len(checked.accepted["time_entries"])
    if not read or lost * 100 <= settings.quarantine_limit_percent * read:
        return
    reasons = entries["reason"].value_counts(sort=True)[:3]
    common = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())
    parents = aside[aside["table"].isin(PARENTS)]
    # A parent set aside takes all its children along: that is where to begin.
    begin = ", ".join(f"{table} {count:,}" for table, count in parents["table"].value_counts().items())
    first = f"begin with the rows set aside in {begin}, then " if begin else ""
    raise DataStopError(
        f"{lost:,} of {read:,} time entries ({100 * lost / read:.1f} %) were set aside, more than the "
        f"{settings.quarantine_limit_percent:g} % that quarantine_limit_percent allows (commonest: {common}); "
        f"{first}mend the rows listed in quarantine.csv, or raise the limit, and run again."
    )
