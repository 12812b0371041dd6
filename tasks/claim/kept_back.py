"""Drafts that the scrub keeps back: a hold on one line keeps its whole claim, a warning goes along."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.needs import Need
from tasks.claim.signed import Drafted, SignedMonth
from tasks.claim.worklist import CLAIM, scrub


def kept_back(month: SignedMonth, drafts: Drafted, book: RuleBook, settings: PracticeSettings, today: date) -> Drafted:
    """The drafts without those that a rule holds; these stand among what lacks something, with the rule's remedy."""
    findings = scrub(month.lines, month.tables, book, settings, today)
    holds: dict[tuple[str, ...], dict[str, tuple[Need, list[str]]]] = {}
    for row in findings[findings["outcome"] == "hold"].to_dict("records"):
        claim = holds.setdefault(tuple(str(row[name]) for name in CLAIM), {})
        owner = "billing" if row["owner"] == "billing" else "care_team"
        need = Need(need=row["rule"], words=row["words"], owner=owner, fix=row["fix"])
        claim.setdefault(row["rule"], (need, []))[1].append(f"line={row['line']}; {row['numbers']}")
    held = [
        (draft, need, "; ".join(numbers))
        for draft in drafts.ready
        for need, numbers in holds.get((*draft.key, str(draft.payer_order)), {}).values()
    ]
    gone = {draft.key for draft, _, _ in held}
    ready = [draft for draft in drafts.ready if draft.key not in gone]
    return replace(drafts, ready=ready, held=[*drafts.held, *held], scrub=findings)
