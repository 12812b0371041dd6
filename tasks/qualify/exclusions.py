"""Rules on services that exclude care management for the month. Words and sources: config/rules/exclusions.yaml."""

from __future__ import annotations

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.frames import Mask, Months


def billed_by_another_practitioner(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Somebody else billed care management for the month."""
    return m.other_care_management.notna()


def already_billed(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner's care management for the month went out already."""
    return m.own_care_management.notna()


def excluded_service_same_practitioner(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner billed a service of one of the excluding lists."""
    return m.excluding_service.notna()
