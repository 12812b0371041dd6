"""Facts of the service month, one row a patient, gathered from the tables before any rule is asked."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from config.frames import as_texts, numbered
from config.month import Month
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from config.stays import STOPS_THE_CLOCK
from tasks.qualify.alignment import add_alignment
from tasks.qualify.beginning import add_program_start, add_visits
from tasks.qualify.by_hand import add_by_hand
from tasks.qualify.conditions import add_conditions
from tasks.qualify.decision_making import add_decision_level
from tasks.qualify.earlier import add_earlier_claims
from tasks.qualify.episodes import add_first_month
from tasks.qualify.frames import Months
from tasks.qualify.line_modifiers import add_line_modifiers
from tasks.qualify.lookup import Tables, in_order_of_payers, places, rows_of
from tasks.qualify.other_services import add_other_services
from tasks.qualify.payer_answers import add_payer_answers
from tasks.qualify.services import Services, seen_by_biller
from tasks.qualify.sites import add_site

NAT = np.datetime64("NaT", "ns")
PSYCHOLOGISTS = ("CP", "CSW")
"""Clinical psychologists and social workers, who bill behavioral health integration of their own."""


class Facts:
    """Gathers columns for the patients of one program in a practice's month; every method adds columns to `frame`.

    `book` is the program's, `taking_part` the rows of `patients` to look at.
    """

    def __init__(
        self,
        tables: dict[str, pd.DataFrame],
        month: Month,
        book: RuleBook,
        settings: PracticeSettings,
        taking_part: Any,
    ):
        self.tables = tables if isinstance(tables, Tables) else Tables(tables)
        self.book, self.settings = book, settings
        self.first, self.last = pd.Timestamp(month.first), pd.Timestamp(month.last)
        self.days = month.last.day
        patients = tables["patients"].iloc[taking_part].reset_index(drop=True)
        self.size = len(patients)
        self._places = places(taking_part, len(tables["patients"]))
        columns = ["patient_id", "practice_id", "practitioner_id", "care_manager_id", "death_date", "enrolled_date"]
        self.frame: Months = patients[columns].copy()
        self._rows: dict[str, tuple[pd.DataFrame, Any]] = {}
        add_alignment(self, patients)
        self.own_practitioner = self.tables.practitioners("patients")[taking_part]
        self.biller = self.own_practitioner
        if next(program for program in book.programs if program.program == book.program).takes_part == "enrolled":
            left = patients["unenrolled_date"]
            self.frame["is_enrolled"] = (patients["enrolled_date"] <= self.last) & (left.isna() | (left >= self.first))
            self.frame["unenrolled_date"] = left
        else:
            self.frame["is_enrolled"], self.frame["unenrolled_date"] = True, pd.NaT
            self.by_consent()
        people = tables["practitioners"]
        self._biller_row = rows_of(people["practitioner_id"], self.frame["practitioner_id"])
        self.frame["credential"] = self.of_biller(people["credential"].astype("str"))
        self.frame["by_psychologist"] = self.frame["credential"].isin(PSYCHOLOGISTS).to_numpy(bool)
        self.frame["by_physician"] = ~self.frame["by_psychologist"]
        self.frame["npi"] = self.of_biller(people["npi"].str.strip())

    def of_biller(self, column: pd.Series) -> Any:
        """What that column of the practitioners says of each patient's biller."""
        return column.array.take(self._biller_row, allow_fill=True)

    def names_biller(self, table: str) -> Any:
        """Whether each of the table's `rows` names the practitioner who bills the patient."""
        who, (_, patient) = self._practitioners(table), self.rows(table)
        return (who >= 0) & (who == self.biller[patient])

    def _practitioners(self, table: str) -> Any:
        """The number of the practitioner whom each of the table's `rows` names, -1 for none."""
        return self.tables.practitioners(table)[self._places[self.tables.owners(table)] >= 0]

    def codes_of_conditions(self) -> tuple[Any, Any]:
        """For each of the patients' conditions the number of its code, and the codes."""
        numbers, names = self.tables.conditions()
        return numbers[self._places[self.tables.owners("conditions")] >= 0], names

    def rows(self, table: str) -> tuple[pd.DataFrame, Any]:
        """The table's rows that belong to a known patient, and for each the row of that patient."""
        if table not in self._rows:
            frame = self.tables[table]
            patient = self._places[self.tables.owners(table)]
            known = patient >= 0
            self._rows[table] = (frame, patient) if known.all() else (frame[known], patient[known])
        return self._rows[table]

    @cached_property
    def services(self) -> Services:
        """What was billed beside the program for its patients, as its biller sees it."""
        return seen_by_biller(self)

    @cached_property
    def services_of_month(self) -> Services:
        """Those of which some day lies in the month."""
        inside = (self.services.rows["service_date"] <= self.last) & (self.services.last >= self.first)
        return self.services.among(inside.to_numpy(bool))

    def earliest(self, patient: Any, dates: Any) -> Any:
        """The earliest date of each patient, NaT where there is none."""
        return self._extreme(patient, dates, np.minimum, np.iinfo(np.int64).max)

    def latest(self, patient: Any, dates: Any) -> Any:
        """The latest date of each patient, NaT where there is none."""
        return self._extreme(patient, dates, np.maximum, np.iinfo(np.int64).min)

    def _extreme(self, patient: Any, dates: Any, pick: Any, none: int) -> Any:
        whole = np.full(self.size, none, dtype=np.int64)
        known = pd.notna(dates).to_numpy() if hasattr(dates, "to_numpy") else ~np.isnat(dates)
        pick.at(whole, patient[known], np.asarray(dates, dtype="datetime64[ns]")[known].astype(np.int64))
        return np.where(whole == none, NAT, whole.astype("datetime64[ns]"))

    def any(self, patient: Any) -> Any:
        """Whether each patient has at least one of these rows."""
        found = np.zeros(self.size, dtype=bool)
        found[patient] = True
        return found

    def by_consent(self) -> None:
        """Outside of the enrolment list the consent to the program says who bills it and when the patient began."""
        rows, patient = self.rows("consents")
        given = (rows["program"].eq(self.book.program) & (rows["consent_date"] <= self.last)).to_numpy(bool)
        began = self.earliest(patient[given], rows["consent_date"][given])
        self.frame["enrolled_date"] = np.where(np.isnat(began), np.datetime64(self.first, "ns"), began)
        standing = given & (rows["revoked_date"].isna() | (rows["revoked_date"] >= self.first)).to_numpy(bool)
        named = np.flatnonzero(standing & rows["practitioner_id"].notna().to_numpy())
        named = named[np.argsort(rows["consent_date"].to_numpy()[named], kind="stable")]
        who = self.frame["practitioner_id"].to_numpy(object).copy()
        who[patient[named]] = rows["practitioner_id"].to_numpy(object)[named]  # the latest is written last
        self.frame["practitioner_id"] = as_texts(who)
        self.biller = self.own_practitioner.copy()
        self.biller[patient[named]] = self._practitioners("consents")[named]

    def consents(self) -> None:
        """The consent in force: for this practitioner or none named, given by the month's end, not withdrawn before."""
        rows, patient = self.rows("consents")
        ours = rows["practitioner_id"].isna() | self.names_biller("consents")
        given = rows["program"].eq(self.book.program) & (rows["consent_date"] <= self.last)
        standing = rows["revoked_date"].isna() | (rows["revoked_date"] >= self.first)
        in_force = (given & ours & standing).to_numpy(bool)
        told = np.ones(len(rows), dtype=bool)
        for column in ("told_service", "told_cost_sharing", "told_one_practitioner", "told_right_to_stop"):
            told &= rows[column].fillna(False).to_numpy(bool)
        dates = self.earliest(patient[in_force], rows["consent_date"][in_force])
        if self.book.numbers[
            "written_consent_needed"
        ]:  # a verbal one counts for nothing where a written one came later
            written = in_force & rows["form"].eq("written").to_numpy(bool)
            in_writing = self.earliest(patient[written], rows["consent_date"][written])
            dates = np.where(np.isnat(in_writing), dates, in_writing)
        self.frame["consent_date"] = dates
        self.frame["consent_written"] = self.any(patient[in_force & rows["form"].eq("written").to_numpy(bool)])
        self.frame["consent_complete"] = self.any(patient[in_force & told])
        self.frame["consent_for_other"] = self.any(patient[(given & ~ours & standing).to_numpy(bool)])
        self.frame["is_revoked"] = self.any(patient[(given & ours & ~standing).to_numpy(bool)])

    def facility_days(self) -> None:
        """Bits 0..30: days of the month that the patient spent as an inpatient or in a Part A skilled nursing stay."""
        rows, patient = self.rows("stays")
        hospice = rows["kind"].eq("hospice").to_numpy(bool)
        begin = rows["admit_date"][hospice].clip(lower=self.first)
        end = rows["discharge_date"][hospice].fillna(self.last).clip(upper=self.last)
        self.frame["hospice_bits"] = self.bits(patient[hospice], begin, end)
        kind = rows["kind"].isin(STOPS_THE_CLOCK).to_numpy(bool)
        rows, patient = rows[kind], patient[kind]
        leaving = rows["discharge_date"]
        if self.settings.count_discharge_day:
            leaving = leaving - pd.Timedelta(days=1)
        begin = rows["admit_date"].clip(lower=self.first)
        end = leaving.fillna(self.last).clip(upper=self.last)
        self.frame["facility_bits"] = self.bits(patient, begin, end)
        self.frame["facility_days"] = np.bitwise_count(self.frame["facility_bits"].to_numpy()).astype(np.int64)
        self.frame["days_in_month"] = self.days

    def bits(self, patient: Any, begin: pd.Series, end: pd.Series) -> Any:
        """Bits 0..30 for each patient: the days of the month in one of these spans, both ends included."""
        low = (begin - self.first).dt.days.to_numpy(np.int64)
        high = (end - self.first).dt.days.to_numpy(np.int64)
        inside = (high >= low) & (high >= 0) & (low < self.days)
        bits = np.zeros(self.size, dtype=np.int64)
        one = np.int64(1)
        np.bitwise_or.at(bits, patient[inside], (one << (high[inside] + 1)) - (one << low[inside]))
        return bits

    def on_reference_day(self, reference: Any) -> None:
        """Adds who pays and what stands on each patient's day of reference: conditions, and a hospice election."""
        self.frame["reference_date"] = reference
        self.coverage(reference)
        add_conditions(self, reference)
        self.hospice(reference)

    def hospice(self, reference: Any) -> None:
        """Since when the patient has been under a hospice election that stands on that day; NaT where none does."""
        rows, patient = self.rows("stays")
        begin, end, day = rows["admit_date"].to_numpy(), rows["discharge_date"].to_numpy(), reference[patient]
        stands = rows["kind"].eq("hospice").to_numpy(bool) & (begin <= day) & (np.isnat(end) | (end >= day))
        self.frame["hospice_since"] = self.earliest(patient[stands], begin[stands])

    def care_plans(self) -> None:
        """When the care plan was established, signed, handed over and last revised, by the month's end."""
        rows, patient = self.rows("care_plans")
        rows_by_end = (rows["established_date"] <= self.last).to_numpy(bool)
        rows, patient = rows[rows_by_end], patient[rows_by_end]
        self.frame["care_plan_date"] = self.earliest(patient, rows["established_date"])
        self.frame["care_plan_signed_date"] = self.earliest(patient, rows["signed_date"])
        self.frame["care_plan_copy_date"] = self.earliest(patient, rows["copy_given_date"])
        revised = rows["revised_date"].fillna(rows["established_date"])
        by_end = (revised <= self.last).to_numpy(bool)
        self.frame["care_plan_revised_date"] = self.latest(patient[by_end], revised[by_end])
        self.frame["care_plan_revised_in_month"] = self.any(
            patient[revised.between(self.first, self.last).to_numpy(bool)]
        )

    def responses(self) -> None:
        """When the patient asked to stop before this month, unless they agreed or consented again since."""
        rows, patient = self.rows("copay_responses")
        early = (rows["response_date"] < self.first).to_numpy(bool)
        stop = rows["response"].eq("asks_to_stop").to_numpy(bool) & early
        asked = self.latest(patient[stop], rows["response_date"][stop])
        again = rows["response"].eq("agreed").to_numpy(bool) & (rows["response_date"] <= self.last).to_numpy(bool)
        agreed = self.latest(patient[again], rows["response_date"][again])
        consents, giver = self.rows("consents")
        given = ((consents["consent_date"] <= self.last) & consents["program"].eq(self.book.program)).to_numpy(bool)
        consented = self.latest(giver[given], consents["consent_date"][given])
        taken_back = (agreed > asked) | (consented > asked)
        self.frame["asked_to_stop_date"] = np.where(taken_back, NAT, asked)

    def coverage(self, reference: Any) -> None:
        """Who pays first on each patient's day of reference, and whether Part B is among the payers."""
        rows, patient = self.rows("coverages")
        told = ["msp_type"] if "msp_type" in rows else []  # months stored before it was asked for have none
        rows = rows[["coverage_id", "priority", "payer_kind", "start_date", "end_date", *told]]
        day = reference[patient]
        begin, end = rows["start_date"].to_numpy(), rows["end_date"].to_numpy()
        active = (begin <= day) & (np.isnat(end) | (end >= day))
        rows, patient = rows[active], patient[active]
        order = in_order_of_payers(patient, rows["priority"].to_numpy(np.int64), rows["coverage_id"])
        ranked = patient[order]
        firsts = order[np.flatnonzero(np.diff(ranked, prepend=-1))] if len(ranked) else order
        payer, kinds = pd.factorize(rows["payer_kind"].astype("str"))
        kind = np.full(self.size, -1)
        kind[patient[firsts]] = payer[firsts]
        self.frame["payer_kind"] = numbered(kind, [*kinds, None])
        planned = (rows["payer_kind"] == "medicare_advantage").to_numpy(bool)[order]
        plans = order[planned][np.flatnonzero(np.diff(ranked[planned], prepend=-1))]
        who = np.full(self.size, -1)
        who[patient[firsts]], who[patient[plans]] = firsts, plans  # a plan pays whatever the order typed
        there = np.flatnonzero(who >= 0)
        add_payer_answers(self, there, rows["coverage_id"].iloc[who[there]])
        for column, payer in (("has_part_b", "medicare_part_b"), ("has_medicare_advantage", "medicare_advantage")):
            self.frame[column] = self.any(patient[rows["payer_kind"].eq(payer).to_numpy(bool)])
        part_b = rows["payer_kind"].eq("medicare_part_b").to_numpy(bool)
        explained = rows["msp_type"].notna().to_numpy(bool) if told else np.zeros(len(rows), dtype=bool)
        self.frame["second_place_explained"] = self.any(patient[part_b & explained])
        self.frame["is_qmb"] = self.any(patient[rows["payer_kind"].eq("qmb").to_numpy(bool)])
        self.frame["not_qmb"] = ~self.frame["is_qmb"]


def gather(
    tables: dict[str, pd.DataFrame],
    month: Month,
    book: RuleBook,
    settings: PracticeSettings,
    taking_part: Any,
) -> Facts:
    """All facts that do not depend on the minutes; coverage follows once the day of reference is known."""
    facts = Facts(tables, month, book, settings, taking_part)
    facts.consents()
    facts.facility_days()
    add_line_modifiers(facts)
    add_by_hand(facts)
    add_program_start(facts)
    add_visits(facts)
    if any("is_first_month" in family.only_if for family, _ in book.families):
        add_first_month(facts)
    else:
        facts.frame["start_assumed"] = False
    facts.care_plans()
    add_decision_level(facts)
    add_other_services(facts)
    add_earlier_claims(facts)
    facts.responses()
    add_site(facts.frame, tables, settings)
    return facts
