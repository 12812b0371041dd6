"""Rules on what a family of codes needs besides minutes, and on how the minutes stand.

Words, dates and sources stand in config/rules/documentation.yaml.
"""

from __future__ import annotations

from config.hospital_rates import NOT_EXCEPTED
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.families import open_to_biller
from tasks.qualify.frames import Mask, Months


def complex_without_decision(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The minutes carry complex care management; the decision making does not."""
    return m.reaches_complex & ~m.decision_supports_complex


def complex_without_plan_revision(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Minutes and decision making carry complex care management; the care plan was neither made nor revised."""
    return m.reaches_complex & m.decision_supports_complex & ~m.care_plan_revised_in_month


def units_above_cap(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The chosen family's minutes earn more further units than its cap."""
    return (m.family != "") & (m.units_earned > m.units_cap)


def units_above_hospital_limit(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The practitioner's claim bears more units of a code than the hospital's own claim may carry."""
    return m.hospital_code.notna()


def rate_not_loaded(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A code is billed whose amount is not known."""
    return (m.family != "") & m.expected_cents.isna()


def hospital_rate_not_loaded(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """A hospital's claim goes out beside the practitioner's, and what it is paid is not known."""
    return (m.family != "") & m.hospital_rate_unknown


def nonexcepted_share_recalled(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The hospital's claim goes out from here, of a department that is not excepted."""
    return (m.family != "") & (m.campus_modifier == NOT_EXCEPTED) & (settings.claims_here != "professional")


def collaborative_start_assumed(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Nothing but a consent of an earlier month says when collaborative care began."""
    return (m.family != "") & m.start_assumed


def facility_claim_alone(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The practitioners bill elsewhere, so that the hospital's claim stands alone."""
    return (m.family != "") & (settings.claims_here == "facility")


def family_unverified(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The chosen family's entry is only recalled."""
    recalled = [family.family for family, entry in book.families if entry.confidence == "unverified"]
    return m.family.isin(recalled)


def dated_when_documented(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The minutes were reached before the care plan or the conditions stood, and the claim carries a later day."""
    return m.minutes_date.notna()


def conditions_of_one_category(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Enough chronic conditions by their codes, and all of these are of one category of three characters."""
    return m.of_one_category & (m.chronic_conditions >= 2)


def held_by_hand(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Somebody of the practice decided that this case waits."""
    return m.by_hand == "hold"


def forced_by_hand(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Somebody of the practice decided that holds of this case which may be lifted do not keep it back."""
    return m.by_hand == "force"


def another_program_chosen(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Another program of the same practitioner is billed in this one's stead."""
    return m.other_program != ""


def rival_on_hold(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """The program that the practice would bill in this one's stead waits itself."""
    return m.waits_for_program != ""


def rival_is_billed(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """Another program is billed while time of this one still waits."""
    return m.billed_program != ""


def short_of_minutes(m: Months, book: RuleBook, settings: PracticeSettings) -> Mask:
    """No family's threshold is reached, though the practitioner may bill one."""
    return (m.family == "") & open_to_biller(m, book)
