"""Cases that somebody decided by hand, as the report lists them."""

from __future__ import annotations

import pandas as pd

RULES = {"held_by_hand": "held", "forced_by_hand": "not waited for"}
FACTS = ("by_hand_by", "by_hand_date", "by_hand_reason")


def decided_by_hand(findings: pd.DataFrame, decisions: pd.DataFrame) -> list[dict[str, str]]:
    """Each case once: what was decided, who did it, when and why, and what the month came to for it."""
    mine = findings[findings["rule"].isin(list(RULES)).to_numpy(bool)]
    theirs = decisions[decisions["case_number"].isin(mine["case_number"]).to_numpy(bool)]
    outcomes = theirs.groupby(theirs["case_number"].astype("str"))["outcome"].agg(
        lambda each: ", ".join(dict.fromkeys(str(one).replace("_", " ") for one in each))
    )
    rows = []
    for row in mine.drop_duplicates("case_number").sort_values("case_number").to_dict("records"):
        told = dict(part.split("=", 1) for part in str(row["numbers"]).split("; "))
        by, day, reason = (told.get(name, "") for name in FACTS)
        number = str(row["case_number"])
        rows.append(
            {
                "case": number,
                "decision": RULES[str(row["rule"])],
                "by": by,
                "day": day,
                "reason": reason,
                "outcome": str(outcomes.get(number, "")),
            }
        )
    return rows
