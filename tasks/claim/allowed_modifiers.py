"""Whether a modifier may be put on a line: what it is for, and what stands beside the code in the month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from config import ncci
from config.care_settings import CareSetting
from config.errors import InputError
from config.line_modifiers import EVERY, LineModifier, line_modifiers
from config.month import Month
from config.rulebook import RuleBook
from tasks.claim.scrub_pairs import KINDS

BY_SETTING = ("PO", "PN", "GF")
OWN = "same_practitioner"


@dataclass(frozen=True)
class CaseMonth:
    """One case's decided month: its decisions, and the tables they were made from."""

    case_number: str
    patient_id: str
    decisions: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    setting: CareSetting
    book: RuleBook


@dataclass(frozen=True)
class Billed:
    """A code that the month bills or that waits, or another service of the same practitioner."""

    code: str
    practitioner_id: str
    day: Any


def allowed(case: CaseMonth, modifier: str, code: str) -> LineModifier:
    """The modifier, where it may stand on that code of the case's month; InputError saying why where it may not."""
    month = case.book.month
    known = line_modifiers(month)
    if modifier in BY_SETTING:
        raise InputError(
            f"{modifier} is put on by the program itself, as the care setting and claims.off_campus_modifier say."
        )
    if modifier not in known:
        raise InputError(f"'{modifier}' is no modifier that is recorded here in {month}; known are {', '.join(known)}.")
    one, codes = known[modifier], sorted({billed.code for program in _own(case) for billed in program})
    if one.use == "visit":
        raise InputError(f"{modifier} goes on the visit's line, where that is billed, and on none of these.")
    if not codes:
        raise InputError(f"{case.case_number} has no codes in {month}, so there is no line for a modifier.")
    if code != EVERY and code not in codes:
        raise InputError(f"{case.case_number} has no {code} in {month}; its codes are {', '.join(codes)}.")
    if one.use == "hospice":
        _elected(case)
    else:
        _lifts(case, modifier, code)
    return one


def _elected(case: CaseMonth) -> None:
    """Nothing where a hospice election of the patient touches the month; InputError where none is on file."""
    month = case.book.month
    if not hospice_elected(case.tables["stays"], case.patient_id, month):
        raise InputError(
            f"No hospice election of {case.case_number} in {month} is on file (table stays), so GV and GW say nothing."
        )


def hospice_elected(stays: pd.DataFrame, patient_id: str, month: Month) -> bool:
    """Whether a hospice election of the patient touches the month."""
    mine = (stays["patient_id"] == patient_id) & (stays["kind"].astype("str") == "hospice")
    inside = stays["admit_date"] <= pd.Timestamp(month.last)
    inside &= stays["discharge_date"].isna() | (stays["discharge_date"] >= pd.Timestamp(month.first))
    return bool((mine & inside).fillna(False).any())


def _lifts(case: CaseMonth, modifier: str, code: str) -> None:
    """Nothing where a modifier lifts what bars the code, and nothing else does; InputError otherwise."""
    if code == EVERY:
        raise InputError(f"Say on which code {modifier} stands: --code CODE.")
    beside = list(barring(case, code))
    if hard := [other for other, bypassable in beside if not bypassable]:
        raise InputError(
            f"{code} and {hard[0]} are never paid together in {case.book.month}, and no modifier helps; leave one out."
        )
    if not beside:
        raise InputError(
            f"Nothing that stands beside {code} in {case.book.month} asks for a modifier, so {modifier} would be wrong."
        )


def barring(case: CaseMonth, code: str) -> Iterator[tuple[str, bool]]:
    """The codes that an edit or a pair of the month holds against the code, and whether a modifier lifts that."""
    book = case.book
    kinds = sorted({KINDS[entry.form] for entry in case.setting.claims(book.month)})
    programs = _own(case)
    for place, ours in [(n, one) for n, codes in enumerate(programs) for one in codes if one.code == code]:
        # The codes of one program are billed beside each other: a base and what is added to it.
        beside = [one for n, codes in enumerate(programs) if n != place for one in codes]
        for other in (*beside, *_services(case, ours)):
            if other.code == code or other.practitioner_id != ours.practitioner_id:
                continue
            same_day = other.day == ours.day
            pairs = [pair for pair in book.exclusions.between(code, other.code) if pair.within == "month" or same_day]
            for pair in pairs:
                if pair.strength == "hard":
                    yield other.code, False
                elif "59" in pair.modifier:
                    yield other.code, True
            if same_day and not pd.isna(ours.day):
                for kind in kinds:
                    edit = ncci.edits(ours.day.date(), kind, book.reference.ncci).between(code, other.code)
                    if edit:
                        yield other.code, edit.bypassable


def _own(case: CaseMonth) -> list[list[Billed]]:
    """The codes of each of the case's programs, those that wait too."""
    rows = [
        row
        for row in case.decisions.to_dict("records")
        if str(row["outcome"]) in ("bill", "hold") and not pd.isna(row["codes"])
    ]
    return [
        [Billed(code, str(row["practitioner_id"]), row["service_date"]) for code in str(row["codes"]).split()[::2]]
        for row in rows
    ]


def _services(case: CaseMonth, ours: Billed) -> Iterator[Billed]:
    """The same practitioner's other services of the month that stand, by the list or by its NPI."""
    rows, people = case.tables["other_services"], case.tables["practitioners"]
    npi = people.loc[people["practitioner_id"] == ours.practitioner_id, "npi"].astype("str").str.strip()
    mine = rows[(rows["patient_id"] == case.patient_id).to_numpy(bool)]
    for row in mine.to_dict("records"):
        by_npi = not pd.isna(row["npi"]) and str(row["npi"]).strip() in set(npi)
        withdrawn = row.get("withdrawn")
        stands = withdrawn is None or pd.isna(withdrawn) or not withdrawn
        inside = pd.Timestamp(case.book.month.first) <= row["service_date"] <= pd.Timestamp(case.book.month.last)
        if stands and inside and (by_npi or str(row["billed_by"]) == OWN):
            yield Billed(str(row["code"]).strip().upper(), ours.practitioner_id, row["service_date"])
