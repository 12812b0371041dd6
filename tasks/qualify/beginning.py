"""When a program began with its practitioner, and which visits speak for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tasks.qualify.lookup import Written

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

NAT = np.datetime64("NaT", "ns")
NONE: frozenset[str] = frozenset()
"""A list that the rulebook of a month decided long ago does not know."""


def add_program_start(facts: Facts) -> None:
    """When the program began with this practitioner, and whether it began anew after the patient had stopped.

    It began with the enrolment, or with the consent where that is earlier. Where an earlier consent names another
    practitioner, it began with the first one for this practitioner: a new practitioner is a new beginning.
    """
    rows, patient = facts.rows("consents")
    given = (rows["program"].eq(facts.book.program) & (rows["consent_date"] <= facts.last)).to_numpy(bool)
    named = given & rows["practitioner_id"].notna().to_numpy(bool)
    ours = given & (facts.names_biller("consents") | ~named)
    first = facts.earliest(patient[ours], rows["consent_date"][ours])
    before = facts.earliest(patient[named & ~ours], rows["consent_date"][named & ~ours])
    start = facts.frame[["enrolled_date", "consent_date"]].min(axis=1)
    changed = (before < first) & facts.frame["consent_date"].notna().to_numpy()
    facts.frame["program_start"] = start.mask(changed, pd.Series(first))
    # The first month of a program is the patient's, whoever bills it: nobody earns it twice.
    facts.frame["is_first_month"] = (start >= facts.first).to_numpy()
    facts.frame["is_later_month"] = ~facts.frame["is_first_month"]
    last = facts.latest(patient[ours], rows["consent_date"][ours])
    ended = ours & (rows["revoked_date"].to_numpy("datetime64[ns]") < last[patient])
    stopped = facts.latest(patient[ended], rows["revoked_date"][ended])
    answers, whose = facts.rows("copay_responses")
    asked = answers["response"].eq("asks_to_stop").to_numpy(bool)
    asked = asked & (answers["response_date"].to_numpy("datetime64[ns]") < last[whose])
    stopped = np.fmax(stopped, facts.latest(whose[asked], answers["response_date"][asked]))
    facts.frame["restart_date"] = np.where(np.isnat(stopped) | changed, NAT, last)


def add_visits(facts: Facts) -> None:
    """When the practitioner saw the patient: before the program began, to start it, and inside the month."""
    rows, patient = facts.rows("visits")
    rows = rows[["visit_date", "code", "ccm_discussed"]]
    start = facts.frame["program_start"]
    if not facts.book.numbers["visit_with_colleague_counts"]:
        own = facts.names_biller("visits")
        rows, patient = rows[own], patient[own]
    seen, lists = rows["visit_date"], facts.book.codes
    code = Written(rows["code"])
    # A visit of the first level is staff's work: on the very day it says nothing of whom the practitioner saw.
    by_staff = code.among(lists.get("staff_visit_codes", NONE))
    day_of = start.to_numpy()[patient]
    before = ((seen < day_of) | ((seen == day_of) & ~by_staff)).to_numpy(bool)
    facts.frame["last_visit_before_start"] = facts.latest(patient[before], seen[before])
    facts.frame["practitioner_saw_date"] = facts.latest(patient[before & ~by_staff], seen[before & ~by_staff])
    years = pd.DateOffset(years=facts.book.numbers["initiating_visit_lookback_years"])
    facts.frame["seen_since"] = start - years
    recent = seen.to_numpy() >= facts.frame["seen_since"].to_numpy()[patient]
    discussed = rows["ccm_discussed"].fillna(False).to_numpy(bool)
    sure = code.among(lists["initiating_visit_codes"])
    ended = code.among(lists.get("ended_visit_codes", NONE))
    ended = ended & (seen.dt.year > facts.book.numbers.get("ended_visit_codes_last_year", 9999)).to_numpy(bool)
    recalled = code.among(lists.get("recalled_visit_codes", NONE)) & ~ended
    for column, codes in (("initiating_visit_date", sure), ("recalled_visit_date", recalled)):
        qualifies = codes & discussed & recent
        facts.frame[column] = facts.earliest(patient[qualifies], seen[qualifies])
    again = facts.frame["restart_date"]
    late = ((seen >= (again - years).to_numpy()[patient]) & (seen <= facts.last) & ~by_staff).to_numpy(bool)
    facts.frame["visit_about_restart"] = facts.latest(patient[late], seen[late])
    yearly = ((seen >= facts.first - years) & (seen <= facts.last)).to_numpy(bool) & sure
    facts.frame["visit_of_the_year"] = facts.latest(patient[yearly], seen[yearly])
    facts.frame["year_before"] = facts.first - years
    in_person = recent & (seen <= facts.last).to_numpy(bool) & ~by_staff
    facts.frame["seen_in_person_date"] = facts.earliest(patient[in_person], seen[in_person])
    inside = seen.between(facts.first, facts.last).to_numpy(bool)
    facts.frame["visit_bits"] = facts.bits(patient[inside], seen[inside], seen[inside]) | _billed_visits(facts)


def _billed_visits(facts: Facts) -> Any:
    """The days of the month on which the practitioner billed a visit, or care planning on top of one."""
    lists = ("initiating_visit_codes", "recalled_visit_codes", "care_planning_add_on_codes")
    rows, patient, _, own, _, _ = facts.services
    codes = NONE.union(*(facts.book.codes.get(name, NONE) for name in lists))
    day = rows["service_date"]
    met = own & Written(rows["code"]).among(codes) & day.between(facts.first, facts.last).to_numpy(bool)
    return facts.bits(patient[met], day[met], day[met])
