"""Drafts that the scrub keeps back: a hold on one line keeps its whole claim, a warning goes along."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from config.month import today_in
from config.rulebook import RuleBook, load_rulebook
from config.settings import PracticeSettings, practice_settings
from tasks.claim.asked import Scrubber, held_by
from tasks.claim.scrub_chart import APART
from tasks.claim.scrub_modifiers import BILLED
from tasks.claim.seen_answers import with_seen
from tasks.claim.signed import Drafted, SignedMonth, drafted
from tasks.claim.worklist import scrub
from tasks.store.denials import codes_of
from tasks.store.store import Store


def scrubbed(store: Store, month: SignedMonth, settings: Path | None) -> Drafted:
    """A draft of every claim that the month wants, without those that lack something or that a rule holds."""
    found = kept_back(month, drafted(month), *scrubbed_by(month, settings))
    with store.reading() as connection:
        codes = codes_of(connection, month.cycle.practice_id)
    return replace(found, scrub=with_seen(found.scrub, codes, month.cycle.month))


def scrubbed_by(month: SignedMonth, settings: Path | None) -> tuple[RuleBook, PracticeSettings, date]:
    """The month's rules as they are known today, the practice's settings, and today on the practice's clock."""
    today = today_in(month.practice.time_zone)
    return load_rulebook(month.cycle.month), practice_settings(month.cycle.practice_id, settings), today


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
