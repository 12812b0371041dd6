"""The lists beside a month's claim files: what is held and why, what a person has to do, what the scrub found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from config.contract import claim_outputs
from config.settings import practice_settings
from tasks.claim.difference import Difference
from tasks.claim.needs import Held
from tasks.claim.signed import Drafted, SignedMonth
from tasks.claim.tell import corrections_frame, held_frame, held_sheet
from tasks.store import modifiers
from tasks.store.filing import limits_in
from tasks.store.store import Store


def claim_lists(
    store: Store,
    month: SignedMonth,
    drafts: Drafted,
    left: Difference,
    settings: Path | None,
    following: pd.DataFrame | None = None,
    held: Held | None = None,
) -> dict[str, pd.DataFrame]:
    """The lists by name, in contract columns, where `left` differs from what was sent and answered; nothing is written.

    `following` is what the scrub found of claims that follow on an answer, `held` those of them it holds; without
    them, they are those of the difference.
    """
    practice_id = month.cycle.practice_id
    with store.reading() as connection:
        recorded = modifiers.recorded(connection, practice_id, str(month.cycle.month))
    found = pd.concat([drafts.scrub, following if following is not None else left.scrub], ignore_index=True)
    limits = limits_in(practice_settings(practice_id, settings).filing_days, month.tables)
    holds = held_frame([*(held or []), *left.held], limits)
    decisions, findings = (store.frame(name, month.cycle) for name in ("decisions", "findings"))
    return {
        "claim_holds": holds,
        "held": held_sheet(holds, decisions, findings, recorded, limits, month.tables["coverages"]),
        "claim_corrections": corrections_frame([*left.by_hand, *left.behind]),
        "scrub": found.drop_duplicates(list(claim_outputs()["scrub"].key), ignore_index=True),
    }
