"""Rules on whether a patient-month may be billed at all; words, dates and sources: config/rules/eligibility.yaml."""

from __future__ import annotations

import pandas as pd

from config.payer_register import register_in
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.alignment import among, beside
from tasks.qualify.families import open_to_biller
from tasks.qualify.frames import Mask, Months


def nothing_payable_here(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No family of the program is in force where the practice bills, or none that its practitioner may bill."""
    named = "own_code_not_payable_here" in book.rules  # which says it with its reason; older books have none
    return ~open_to_biller(m, book) & ~(own_code_not_payable_here(m, book, settings) & named)


def own_code_not_payable_here(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Families of the program are in force, and none that a psychologist or social worker may bill."""
    return m.by_psychologist & bool(book.families) & ~open_to_biller(m, book)


def patient_died_before_service(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The date of death lies before the month."""
    return m.death_date < pd.Timestamp(book.month.first)


def practitioner_cannot_bill(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The billing practitioner is a clinical psychologist or social worker."""
    return m.by_psychologist


def practitioner_not_listed(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """As practitioner_cannot_bill, for programs of which the list of practitioners is only recalled."""
    return m.by_psychologist


def behavioral_code_not_yet(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """As practitioner_cannot_bill, while they had no code of behavioral health integration."""
    return m.by_psychologist


def coverage_unknown(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Nobody, or an unknown payer, pays first on the day of reference."""
    return m.payer_kind.isna() | (m.payer_kind == "unknown")


def medicare_advantage(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A Medicare Advantage plan is in force and has not answered; not asked where plans are billed as Medicare."""
    return m.has_medicare_advantage & (m.payer_said == "") & (not settings.advantage_plans_follow_medicare)


def advantage_plan_by_medicare_rules(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A Medicare Advantage plan is in force that has not answered, and the practice bills it by Medicare's rules."""
    return m.has_medicare_advantage & (m.payer_said == "") & settings.advantage_plans_follow_medicare


def payer_answered_yes(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The payer, which is not Part B, answered that it covers the service."""
    return (m.payer_said == "covers") & (m.has_medicare_advantage | ~m.has_part_b)


def payer_answered_no(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The payer answered that it does not cover the service, and Part B does not stand behind it."""
    return (m.payer_said == "does_not") & (m.has_medicare_advantage | ~m.has_part_b)


def authorization_not_on_file(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The payer said that it covers the service with an authorization, and none is on file."""
    return m.authorization_missing & (m.payer_said == "covers")


def coverage_conflicting(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """What is on file of the patient's payers contradicts itself."""
    return m.coverage_conflict.isin(_conflicts(book, "coverages"))


def eligibility_says_otherwise(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """An eligibility answer for the month shows otherwise than what is on file."""
    return m.coverage_conflict.isin(_conflicts(book, "eligibility"))


def _conflicts(book: RuleBook, about: str) -> list[str]:
    return [one.name for one in register_in(book.month).contradictions if one.about == about]


def no_part_b(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A payer is known that has not said that it covers it, and none is Part B or a Medicare Advantage plan."""
    known = ~coverage_unknown(m, book, settings) & (m.payer_said != "covers")
    return known & ~m.has_part_b & ~m.has_medicare_advantage


def medicare_is_secondary(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Part B is there, but somebody else comes first, and why is not on file."""
    return _another_before_part_b(m) & ~m.second_place_explained


def payer_before_medicare(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Part B is there, somebody else comes first, and it is on file why."""
    return _another_before_part_b(m) & m.second_place_explained


def _another_before_part_b(m: Months) -> Mask:
    first = m.payer_kind.isin(["medicare_part_b", "unknown"])
    return m.has_part_b & m.payer_kind.notna() & ~first & ~m.has_medicare_advantage


def consent_missing(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No consent was ever on file by the month's end, and time or a month's code waits for one."""
    waits = (m.pending_seconds > 0) | m.bills_month_code
    return m.consent_date.isna() & ~m.consent_for_other & ~m.is_revoked & waits


def consent_other_practitioner(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The only consent names another practitioner."""
    return m.consent_date.isna() & m.consent_for_other & ((m.pending_seconds > 0) | m.bills_month_code)


def consent_withdrawn(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A month's code would be billed although every consent was withdrawn in an earlier month."""
    return m.consent_date.isna() & m.is_revoked & m.bills_month_code


def consent_not_written(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Only verbal consent is on file while written consent was asked for."""
    return m.consent_date.notna() & ~m.consent_written & bool(book.numbers["written_consent_needed"])


def consent_incomplete(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No consent in force shows all four elements."""
    return m.consent_date.notna() & ~m.consent_complete


def consent_late(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Time of the month was left out because it lies before the consent."""
    return m.before_consent_seconds > 0


def care_plan_missing(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No care plan was established by the day of reference."""
    return m.care_plan_date.isna() | (m.care_plan_date > m.reference_date)


def care_plan_unsigned(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """There is a care plan, and no signature on it."""
    return m.care_plan_date.notna() & m.care_plan_signed_date.isna()


def care_plan_signed_late(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The signature on the care plan is younger than the month."""
    return m.care_plan_date.notna() & (m.care_plan_signed_date > pd.Timestamp(book.month.last))


def care_plan_copy_missing(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """There is a care plan, and no copy was given."""
    return m.care_plan_date.notna() & m.care_plan_copy_date.isna()


def initiating_visit_missing(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No qualifying visit came before the counted time, where one was needed."""
    return _visit_needed(m, book) & ~_visited(m.initiating_visit_date, m) & ~_visited(m.recalled_visit_date, m)


def seen_by_staff_only(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """What makes a starting visit unnecessary are visits that staff may have given alone."""
    started = _visited(m.initiating_visit_date, m) | _visited(m.recalled_visit_date, m)
    return ~_visit_needed(m, book) & ~started & ~(m.practitioner_saw_date >= m.seen_since)


def initiating_visit_recalled(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The visit that was needed has a code of which only memory says that it qualifies."""
    return _visit_needed(m, book) & ~_visited(m.initiating_visit_date, m) & _visited(m.recalled_visit_date, m)


def _visit_needed(m: Months, book: RuleBook) -> Mask:
    seen = m.last_visit_before_start.notna() & (m.last_visit_before_start >= m.seen_since)
    return ~seen | bool(book.numbers["initiating_visit_for_everyone"])


def _visited(visit: pd.Series, m: Months) -> Mask:
    return visit.notna() & (visit <= m.first_counted_date.fillna(m.reference_date))


def visit_before_restart(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The patient began again after stopping and was not seen in the time before that a new patient is asked for."""
    return m.restart_date.notna() & m.visit_about_restart.isna()


def visit_after_a_year(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The program began more than a year before the month, and no qualifying visit lies in that year."""
    return (m.program_start < m.year_before) & m.visit_of_the_year.isna()


def never_seen_in_person(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No visit to the practitioner is on file from the year before the program began to the date of service."""
    return m.seen_in_person_date.isna() | (m.seen_in_person_date > m.reference_date)


def too_few_chronic_conditions(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Not enough chronic conditions, even with those that the indicator leaves open, or none that is surely chronic."""
    enough = m.chronic_conditions + m.undetermined_conditions >= book.numbers["chronic_conditions_needed"]
    return ~enough | (m.chronic_conditions == 0)


def principal_condition_missing(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Fewer chronic conditions than the program is for; codes that the indicator leaves open do not help here."""
    return m.chronic_conditions < book.numbers["chronic_conditions_needed"]


def chronic_status_undetermined(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Enough chronic conditions only with those that the indicator leaves open."""
    enough = ~too_few_chronic_conditions(m, book, settings)
    return enough & (m.chronic_conditions < book.numbers["chronic_conditions_needed"])


def whole_month_in_facility(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Every day of the month was a facility day."""
    return m.facility_days >= m.days_in_month


def aligned_to_model(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """In the month the patient is aligned to a model that pays for care management itself."""
    return among(m.aligned_model, _models(book))


def model_terms_unknown(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """In the month the patient is aligned to a model, and nothing at hand says that it bars the program."""
    return beside(m.aligned_model, _models(book) if "aligned_to_model" in book.rules else frozenset())


def _models(book: RuleBook) -> frozenset[str]:
    return book.codes.get("models_that_pay_instead", frozenset())


def in_hospice(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A hospice election stands on the date of service, and no modifier is recorded that says why the care is paid."""
    return m.hospice_since.notna() & (m.hospice_modifier == "")


def asked_to_stop(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The patient asked to stop in an earlier month and has neither agreed nor consented since."""
    return m.asked_to_stop_date.notna()


def time_unapproved(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """With the time that waits for approval the month would earn more."""
    return (m.unapproved_seconds > 0) & m.earns_more_with_pending


def colleague_time_left_out(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Time of another practitioner than the billing one was left out."""
    return m.colleague_seconds > 0


def practitioner_time_on_visit_day(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Counted practitioner time lies on the day of a visit."""
    return m.visit_day_seconds > 0


def staff_time_on_visit_day(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Counted staff time lies on the day of a visit."""
    return m.staff_visit_day_seconds > 0


def behavioral_condition_missing(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No condition of the chapter on mental, behavioral and substance-use disorders stands on the list."""
    return m.behavioral_conditions == 0


def consent_not_on_file(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No consent to the program was found."""
    return m.consent_date.isna()


def care_plan_not_on_file(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """As care_plan_missing, for programs of which it is only recalled that they ask for a plan."""
    return care_plan_missing(m, book, settings)


def visit_not_on_file(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """As initiating_visit_missing, for programs of which the qualifying visits are not known for sure."""
    return initiating_visit_missing(m, book, settings)


def month_in_facility(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Every day of the month was a facility day."""
    return m.facility_days >= m.days_in_month


def time_on_facility_day(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Counted time lies on a day in hospital or in a Part A skilled nursing stay."""
    return m.facility_seconds > 0


def dated_in_stay(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The date of a code of the month as such lies in a stay, and an earlier day of the month does not."""
    return m.day_before_stay.notna() & m.bills_month_code
