"""Rules on services that exclude care management. Words: config/rules/exclusions.yaml; pairs: its folder beside it."""

from __future__ import annotations

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.frames import Mask, Months


def billed_by_another_practitioner(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Somebody else billed care management for the month."""
    return m.other_care_management.notna()


def offered_under_another_practitioner(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """An earlier run of this month offered the program's claim under another practitioner of the practice."""
    return m.offered_code.notna()


def already_billed(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner's care management for the month went out already."""
    return m.own_care_management.notna()


def excluded_service_same_practitioner(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner billed a service that no family of the program can stand beside in the month."""
    return m.excluding_service.notna()


def excluded_service_of_family(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner billed a service that the chosen codes, not the whole program, cannot stand beside."""
    return m.family_service.notna()


def same_day_edit(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """An edit that no modifier lifts bars the chosen codes beside a service of the same practitioner that day."""
    return m.same_day_service.notna()


def dated_past_edit(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """An edit bars the chosen codes on the day on which the minutes were reached, and a later day was free."""
    return m.reached_date.notna()


def dated_past_edit_by_analogy(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """An edit bars the chosen codes on the day on which the minutes were reached, and a later day was free."""
    return m.reached_date.notna()


def dated_past_modifier(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """On the day on which the minutes were reached the chosen codes need a modifier, and a later day needs none."""
    return m.unmodified_date.notna()


def modifier_needed(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A service of the same practitioner is paid beside the chosen codes only with a modifier."""
    return m.modifier_service.notna()


def hospital_edit(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """An edit of the hospitals' edition stands between a code on the hospital's own claim and a service of that day."""
    return m.hospital_service.notna()


def excluded_service_anyone(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Somebody else billed a service that may not stand beside the program, or only under a condition."""
    return m.service_elsewhere.notna()


def add_on_without_base(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner billed an add-on and none of the services that it belongs to is known."""
    return m.lone_add_on.notna()


def other_services_apart(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner billed two services beside the program that may not stand with one another."""
    return m.service_apart.notna()


def g0506_twice(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The same practitioner has billed the care-planning add-on more than once for the patient."""
    return m.care_planning_add_ons > 1


def modifier_between_programs(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Another program of the same practitioner is billed in the month, and an edit asks for a modifier."""
    return m.modifier_beside != ""


def condition_between_programs(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Another program of the practice is billed in the month and may stand beside this one only under a condition."""
    return m.condition_pair != ""


def biller_of_service_unclear(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Somebody of the practice billed a service that bars the program where its own practitioner did."""
    return m.unclear_service.notna()
