"""Rules on what a claim line says, asked before it leaves. Words and sources stand in config/rules/scrub.yaml.

The frame has one row a claim line: the superbill's columns and the facts that scrub_lines.py adds. A rule about what
only a written claim says (pointers, qualifiers, billing address) is not met where a line does not say it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.npi import is_npi

Lines = Any  # pandas.DataFrame; columns in scrub_lines.py
Mask = Any  # boolean array or series, one element a line

MOST_UNITS = 999
TELEHEALTH_PLACES = ("02", "10")
TELEHEALTH_MODIFIERS = r"\b(?:93|95|FQ|GT)\b"
HOSPICE, SEPARATE_WORK = r"\bG[VW]\b", r"\b(?:59|XE|XP|XS|XU)\b"


def billing_npi_invalid(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The billing NPI is no NPI."""
    return ~is_npi(c.billing_npi)


def rendering_npi_invalid(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The practitioner's NPI is no NPI."""
    return ~is_npi(c.rendering_npi)


def billing_zip_short(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The billing address is told, and its ZIP code has not nine digits."""
    return c.billing_zip.notna() & ~c.billing_zip.astype("str").str.fullmatch(r"\d{5}-?\d{4}")


def enrolment_not_in_force(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The date lies before or after the practitioner's time with Medicare, where that is on file."""
    outside = (c.service_date < c.enrolled_date) | (c.service_date > c.enrolment_ended_date)
    return outside & (c.payer_kind == "medicare_part_b")


def enrolment_not_on_file(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The practitioner is on the roster, and no first day with Medicare stands there."""
    return c.on_roster & c.enrolled_date.isna() & (c.payer_kind == "medicare_part_b")


def diagnosis_malformed(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Some diagnosis has not the form of a code."""
    return c.malformed_diagnosis.notna()


def diagnosis_incomplete(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Some diagnosis is only the beginning of codes."""
    return c.incomplete_diagnosis.notna()


def diagnosis_not_on_list(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Some diagnosis has the form of a code, and is not listed; the day is later than the list."""
    return c.unlisted_diagnosis.notna() & ~(c.service_date <= c.listed_until)


def diagnosis_not_valid_on_date(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Some diagnosis has the form of a code, and is not listed though the list has every code up to the day."""
    return c.unlisted_diagnosis.notna() & (c.service_date <= c.listed_until)


def diagnosis_withdrawn(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Some diagnosis was a code, and a list of the day or of one before it has it no more."""
    return c.withdrawn_diagnosis.notna()


def diagnosis_perhaps_withdrawn(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Some diagnosis was a code, and the first list after the day has it no more."""
    return c.perhaps_withdrawn_diagnosis.notna()


def too_few_chronic_diagnoses(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Chronic diagnoses, and those that the indicator leaves open, are fewer than the program needs."""
    return c.chronic_diagnoses < c.diagnoses_needed


def acute_diagnosis_pointed(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Some diagnosis is known not to be chronic."""
    return c.acute_diagnosis.notna()


def pointer_without_diagnosis(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The pointers are told, and one of them has no diagnosis, or there is none."""
    return c.pointers.notna() & ((c.highest_pointer > c.diagnosis_count) | (c.highest_pointer < 1))


def diagnosis_qualifier_outdated(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The qualifiers are told, and BK or BF is among them."""
    return c.diagnosis_qualifiers.astype("str").str.contains(r"\b(?:BK|BF)\b").fillna(False)


def code_not_in_force(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The catalogue has no entry of the code for the day."""
    return ~c.code_in_force & c.service_date.notna()


def base_not_on_claim(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The code goes with another, and none of those stands on the claim with the same date."""
    return c.needs_base & ~c.base_on_claim


def units_over_absolute_limit(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The day's units are above a limit that no appeal lifts."""
    return (c.units_of_day > c.unit_limit) & c.limit_is_absolute


def units_over_appealable_limit(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The day's units are above a limit that an appeal may lift."""
    return (c.units_of_day > c.unit_limit) & ~c.limit_is_absolute


def units_out_of_range(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The line has no unit, or more than three digits of them."""
    return (c.units < 1) | (c.units > MOST_UNITS)


def edit_bars_pair(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The line's code is the one denied beside another of the day, whatever the modifier."""
    return c.barred_with.notna()


def edit_needs_modifier(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The line's code is paid beside another of the day with a modifier, and neither carries one."""
    return c.paired_with.notna()


def modifier_cannot_help(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A modifier for separate work on a code that is barred."""
    return c.barred_with.notna() & _has(c.modifiers, SEPARATE_WORK)


def separate_modifier_unfounded(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A modifier for separate work, and nothing beside the code in the month asks for one."""
    return _has(c.modifiers, SEPARATE_WORK) & c.separate_from.isna()


def code_sent_twice(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """More lines than one of patient, month, kind of claim and code."""
    return c.times_sent > 1


def person_billed_twice(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The insured person has the program or the code on a claim of another patient record as well."""
    return c.billed_as_well.notna()


def person_in_excluding_programs(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The insured person has, under another patient record, a program on a claim that excludes this one."""
    return c.excluded_as_well.notna()


def two_practitioners_in_month(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """More practitioners than one for patient, month and program."""
    return c.practitioners_of_month > 1


def place_not_of_setting(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A professional claim names a place that the setting does not have, or none."""
    return (c.claim_form == "837P") & ~c.place_fits


def telehealth_place(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The place is one of telehealth."""
    return c.place_of_service.isin(TELEHEALTH_PLACES)


def telehealth_modifier(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A modifier of telehealth is among the line's."""
    return _has(c.modifiers, TELEHEALTH_MODIFIERS)


def bill_type_not_of_setting(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """An institutional claim has not the setting's type of bill and revenue code."""
    return (c.claim_form == "837I") & ~c.bill_fits


def cg_twice_a_day(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The line carries CG, and so does another of the patient's day."""
    return _has(c.modifiers, r"\bCG\b") & (c.cg_lines_of_day > 1)


def campus_modifier_misplaced(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """PO or PN on a professional claim, or both together."""
    po, pn = _has(c.modifiers, r"\bPO\b"), _has(c.modifiers, r"\bPN\b")
    return ((po | pn) & (c.claim_form == "837P")) | (po & pn)


def service_date_outside_month(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The date is missing, or of another month."""
    return ~c.service_date.between(pd.Timestamp(book.month.first), pd.Timestamp(book.month.last))


def service_date_on_stay_day(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A stay that stops the clock holds the date."""
    return c.stay_from.notna()


def service_after_death(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The patient died before the date."""
    return c.death_date < c.service_date


def hospice_modifier_missing(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A hospice election holds the date, Part B pays, and no modifier says why."""
    return c.in_hospice & (c.payer_kind == "medicare_part_b") & ~_has(c.modifiers, HOSPICE)


def hospice_modifier_unfounded(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """GV or GW stands on the line, and no hospice election of the patient touches the month."""
    return _has(c.modifiers, HOSPICE) & ~c.elected_in_month


def birth_date_missing(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The patient's birth date is not told."""
    return c.birth_date.isna()


def coverage_not_in_force(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """None of the patient's coverages of the day is the claim's payer."""
    return c.payer_kind.isna() & c.service_date.notna()


def advantage_plan_passed_over(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The claim is Part B's, and a Medicare Advantage plan covers the day."""
    return (c.payer_kind == "medicare_part_b") & c.has_medicare_advantage


def contractor_of_another_place(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The claim is Part B's, the practice has said who its contractors are, and the payer is none of them."""
    return (c.payer_kind == "medicare_part_b") & (c.contractors != "") & ~c.payer_is_contractor


def payer_out_of_order(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A first claim goes to a payer of the day that is not the first."""
    return c.payer_kind.notna() & (c.payer_order == 1) & ~c.payer_is_first


def second_payer_is_the_first(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A claim to a later payer goes to the very coverage that is first on the day."""
    return (c.payer_order > 1) & c.payer_is_the_first


def second_place_unexplained(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A practitioner's claim to Part B as a later payer is written, and does not say why Medicare pays later."""
    of_medicare = (c.payer_kind == "medicare_part_b") & (c.claim_form == "837P")
    return of_medicare & (c.payer_order > 1) & (c.insurance_type == "").fillna(False)


def first_answer_untold(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A claim to a later payer is written, and does not say what the payer before has paid."""
    return (c.payer_order > 1) & (c.answer_paid == "").fillna(False)


def first_answer_does_not_tie(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """What the payer before paid and took off is told of the line, and is not its charge."""
    return c.answer_open.notna() & ~c.answer_open.astype("str").str.fullmatch(r"-?0(\.0+)?").fillna(True).astype(bool)


def loops_do_not_fit(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A written claim's subscriber, patient and payers do not fit together."""
    return (c.misfit.notna() & (c.misfit != "")).fillna(False).astype(bool)


def handed_on_already(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The payer before handed the claim on by itself, and the wait for this payer's answer is not over."""
    return c.crossover_waits


def filing_limit_passed(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Today lies after a limit that is sure."""
    return c.is_late & c.limit_is_sure


def recalled_filing_limit_passed(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Today lies after a limit that is only recalled."""
    return c.is_late & ~c.limit_is_sure


def code_not_covered_by_payer(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """It is more than recalled that the payer does not cover this very code, and Part B does not stand behind it."""
    return (c.code_said == "not_covered") & c.payer_is_sure & ~c.part_b_behind


def code_open_with_payer(c: Lines, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The payer names the codes that it pays and not this one; or it is only recalled, or no loss, that it does not."""
    return (c.code_said != "") & ~((c.code_said == "not_covered") & c.payer_is_sure & ~c.part_b_behind)


def _has(modifiers: pd.Series, pattern: str) -> pd.Series:
    return modifiers.astype("str").str.contains(pattern).fillna(False).astype(bool)
