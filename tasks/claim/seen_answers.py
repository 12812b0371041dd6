"""What payers really answered, beside what the shipped table predicts: the practice's own remittances taught it."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from config.denials import denials as tables
from config.month import Month


def with_seen(scrub: pd.DataFrame, codes: pd.DataFrame, month: Month) -> pd.DataFrame:
    """The worklist with `seen`: for each rule the answers that were traced to an error it stops, the commonest first.

    `codes` are those that the practice's remittances taught, of all its payers.
    """
    of_error: dict[str, Counter[str]] = {}
    for row in codes[(codes["error"] != "") & (codes["times"] > 0)].to_dict("records"):
        remarks = f" with {row['remarks']}" if row["remarks"] else ""
        said = f"{row['adjustment_group']}-{row['reason']}{remarks}"
        of_error.setdefault(str(row["error"]), Counter())[said] += int(row["times"])
    words = {}
    for rule in scrub["rule"].dropna().unique():
        together: Counter[str] = Counter()
        for error in tables().stopped_by(str(rule), month.last):
            together.update(of_error.get(error.name, Counter()))
        ordered = sorted(together.items(), key=lambda item: (-item[1], item[0]))
        words[rule] = "; ".join(f"{said} ({times:,})" for said, times in ordered)
    return scrub.assign(seen=scrub["rule"].map(words).astype("str").where(scrub["rule"].map(words) != ""))
