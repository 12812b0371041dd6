"""Drafts that the scrub keeps back: a hold on one line keeps its whole claim, a warning goes along."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.asked import Scrubber, held_by
from tasks.claim.scrub_chart import APART
from tasks.claim.scrub_modifiers import BILLED
from tasks.claim.signed import Drafted, SignedMonth
from tasks.claim.worklist import scrub


def kept_back(month: SignedMonth, drafts: Drafted, book: RuleBook, settings: PracticeSettings, today: date) -> Drafted:
    """The drafts without those that a rule holds; these stand among what lacks something, with the rule's remedy.

    What follows on an answer to them is asked by the same rules: another payer has another limit and another order.
    """
    apart = pd.DataFrame({"cases": [" ".join(sorted(two)) for two in month.settings.apart]}, dtype="str")
    tables = {**month.tables, BILLED: month.lines, APART: apart}
    findings = scrub(month.lines, tables, book, settings, today)
    held = held_by(drafts.ready, findings)
    gone = {draft.key for draft, _, _ in held}
    return replace(
        drafts,
        ready=[draft for draft in drafts.ready if draft.key not in gone],
        held=[*drafts.held, *held],
        scrub=findings,
        stopped=[draft for draft in drafts.ready if draft.key in gone],
        scrubber=Scrubber(book, settings, today, tables, month.practice.npi),
    )
