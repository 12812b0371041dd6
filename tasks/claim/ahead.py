"""What a decided month's claims would come to if they were written now: seen before somebody signs it off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from config.contract import outputs
from config.errors import InputError, UserError
from config.frames import empty
from config.month import Month
from tasks.claim.difference import difference
from tasks.claim.kept_back import scrubbed
from tasks.claim.lists import claim_lists
from tasks.claim.signed import undecided, with_all_of_claims
from tasks.claim.worklist import CLAIM
from tasks.store.store import Store


@dataclass(frozen=True)
class Ahead:
    """How many claims would go out that did not yet, and the lists beside them; `problem` says why none can."""

    ready: int = 0
    lists: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    lines: pd.DataFrame = field(default_factory=lambda: empty(outputs()["claim_lines"]), repr=False)
    problem: str = ""

    @property
    def held(self) -> int:
        """The claims that would be held, each once."""
        return len(self.lists["claim_holds"].drop_duplicates(CLAIM)) if self.lists else 0

    @property
    def causes(self) -> dict[str, int]:
        """How many claims would be held for each cause in words, the commonest first."""
        if not self.lists:
            return {}
        each = self.lists["claim_holds"].drop_duplicates([*CLAIM, "words"])
        return {str(words): int(count) for words, count in each["words"].value_counts().items()}


def ahead(store: Store, practice_id: str, month: Month, settings: Path | None) -> Ahead:
    """What the latest revision's claims would come to, signed off or not; nothing is recorded.

    What keeps every claim from being written, as a missing setting, is told as the problem. InputError when the month
    was never decided.
    """
    cycle = store.latest(practice_id, month)
    if cycle is None:
        raise InputError(undecided(store, practice_id, month))
    try:
        decided = with_all_of_claims(store, cycle, settings)
        drafts = scrubbed(store, decided, settings)
        with store.reading() as connection:
            left = difference(connection, decided, drafts)
        lists = claim_lists(store, decided, drafts, left, settings)
    except UserError as error:
        return Ahead(problem=str(error))
    return Ahead(len(left.steps), lists, decided.lines)
