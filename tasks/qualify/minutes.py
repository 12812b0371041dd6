"""Rules that exclude a stretch of time, or let it count and ask for a check.

Words, dates and sources stand in config/rules/minutes.yaml, in the order asked.
"""

from __future__ import annotations

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.frames import NON_CLINICAL, OTHER_PRACTITIONER, PRACTITIONER, STAFF_POOL, Mask, Stretches


def other_month(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The stretch lies outside the service month on the practice's clock."""
    return t.day == 0


def not_enrolled(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The patient has no patient-month: not enrolled on any day of it."""
    return ~t.is_enrolled


def not_clinical_staff(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The performer is neither a practitioner nor clinical staff."""
    return t.performer_class == NON_CLINICAL


def automated(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A machine did it."""
    return t.is_automated


def outside_us(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The work was done in another country."""
    return t.is_abroad


def other_program(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The minutes serve a program that is not decided here."""
    return ~t.is_own_program


def facility_stay(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The patient was an inpatient or in a Part A skilled nursing stay that day."""
    return t.is_facility_day


def prior_authorization(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Prior-authorization work, unless the practice counts it."""
    return t.is_prior_authorization & (not settings.count_prior_authorization)


def part_of_visit(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The time was logged as a visit, which is paid by itself."""
    return t.is_visit


def colleague_time(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Another practitioner than the billing one did it, unless the practice counts that as staff time."""
    return (t.performer_class == OTHER_PRACTITIONER) & (not settings.count_colleague_time)


def before_consent(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The day lies before the day of consent."""
    return t.local_date < t.consent_date


def after_revocation(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Every consent had been withdrawn in an earlier month."""
    return t.consent_date.isna() & t.is_revoked


def no_consent(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No consent for this practitioner was ever given."""
    return t.consent_date.isna() & ~t.is_revoked


def unapproved(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Offline time nobody has approved, or time somebody refused."""
    return t.is_unapproved


def practitioner_beside_visit(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The billing practitioner's own time on the day of a visit, not logged as part of it."""
    return t.is_visit_day & (t.performer_class == PRACTITIONER)


def staff_beside_visit(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Staff time on the day of a visit, not logged as part of it."""
    return t.is_visit_day & t.performer_class.isin(STAFF_POOL)


def scheduling(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Time that was logged as the making of appointments."""
    return t.is_scheduling
