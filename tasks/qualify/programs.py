"""Which patients take part in a program, and which of two programs that exclude one another is billed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from config.month import Month
from config.rulebook import Program, RuleBook
from config.settings import PracticeSettings
from tasks.qualify.families import comparable
from tasks.qualify.findings import gather_findings
from tasks.qualify.frames import Months, Stretches
from tasks.qualify.lookup import rows_of


@dataclass
class Decided:
    """One program of the month: its book, its patient-months, what became of its time, candidates and findings."""

    book: RuleBook
    months: Months
    ledger: pd.DataFrame
    found: pd.DataFrame
    findings: pd.DataFrame


def participants(tables: dict[str, pd.DataFrame], t: Stretches, program: Program, month: Month) -> Any:
    """The rows of `patients` to look at: all of the enrolment list, else who consented or has time logged."""
    if program.takes_part == "enrolled":
        return np.arange(len(tables["patients"]))
    consents = tables["consents"]
    given = consents["program"].eq(program.program) & (consents["consent_date"] <= pd.Timestamp(month.last))
    gone = consents["revoked_date"] < pd.Timestamp(month.first)
    asked = rows_of(tables["patients"]["patient_id"], consents["patient_id"][given & ~gone])
    logged = t["patient"].to_numpy()[(t["program"] == program.program).to_numpy(bool) & (t["day"] > 0).to_numpy()]
    found = np.unique(np.concatenate([asked, logged]))
    return found[found >= 0]


def stretches_of(t: Stretches, rows: Any, taking_part: Any, size: int) -> Stretches:
    """Those stretches, with `patient` counting among the patients who take part; -1 for anybody else's."""
    place = np.full(size + 1, -1, dtype=np.int32)
    place[taking_part] = np.arange(len(taking_part), dtype=np.int32)
    own = t[rows].reset_index(drop=True)
    own["patient"] = place[own["patient"].to_numpy()]  # -1 reads the last place, which is nobody's
    return own


def keep_one(parts: list[Decided], settings: PracticeSettings) -> None:
    """Of programs that exclude one another a practitioner bills one for a patient-month, by the practice's policy.

    The others become not billable and say why. A missing amount never wins over a known one; a tie goes to the
    simpler program.
    """
    _settle(parts, ["patient_id", "practitioner_id"], "", settings)


def bill_once(parts: list[Decided], settings: PracticeSettings) -> None:
    """A code that stands for several programs is billed once a patient-month, by the first of them."""
    _settle(parts, ["patient_id"], "bills_once", settings)


def give_way(parts: list[Decided], settings: PracticeSettings) -> None:
    """A family that may not stand beside certain codes gives way to them, whoever of the practice bills them."""
    for part in parts:
        bars = {family.family: set(entry.never_beside) for family, entry in part.book.families if entry.never_beside}
        if not bars:
            continue
        own = part.months
        yielding = (own["outcome"] == "bill") & own["family"].isin(list(bars))
        for other in parts:
            m = other.months
            first = m["codes"].astype("str").str.partition(" ")[0]
            there = m.loc[(m["outcome"] == "bill") & first.isin(set().union(*bars.values())), "patient_id"]
            place = np.flatnonzero(yielding & own["patient_id"].isin(there))
            if len(place):
                _lose(part, place, np.full(len(place), other.book.program, dtype=object), parts, settings)


def _settle(parts: list[Decided], key: list[str], only: str, settings: PracticeSettings) -> None:
    if len(parts) < 2:
        return
    rows = []
    for number, part in enumerate(parts):
        m = part.months
        bills = (m["outcome"] == "bill").to_numpy() & m["is_enrolled"].to_numpy()
        bills &= m[only].to_numpy(bool) if only else True
        chosen = m.loc[bills, [*key, "family", "expected_cents", "weighed_cents"]]
        rows.append(chosen.assign(part=number, row=np.flatnonzero(bills), program=part.book.program))
    every = pd.concat(rows, ignore_index=True)
    every = every[every.duplicated(key, keep=False)]
    if every.empty:
        return
    named = every["family"] == settings.choose_family
    worth, _ = comparable(every, every.groupby(key, sort=False).ngroup().to_numpy(), np.ones(len(every), dtype=bool))
    amount = worth if settings.choose_family == "highest_allowed" and not only else 0
    every = every.assign(named=~named, amount=-1 * amount).sort_values([*key, "named", "amount", "part"])
    first = every.drop_duplicates(key).set_index(key)["program"]
    lost = every[every.duplicated(key)]
    for number, part in enumerate(parts):
        losers = lost[lost["part"] == number]
        if losers.empty:
            continue
        winners = first.loc[pd.MultiIndex.from_frame(losers[key]) if len(key) > 1 else losers[key[0]]].to_numpy()
        _lose(part, losers["row"].to_numpy(), winners, parts, settings)


def _lose(part: Decided, place: Any, winners: Any, parts: list[Decided], settings: PracticeSettings) -> None:
    """Those patient-months of the program are not billable, for the program that is billed in its stead."""
    m = part.months
    other = m["other_program"].to_numpy(object).copy()
    other[place] = winners
    m["other_program"] = pd.array(other, dtype="str")
    barring = {one.book.program: pair_of(part.book, one.book) for one in parts}
    m["program_pair"] = m["other_program"].map(barring).fillna("")
    rule = part.book.rules["another_program_chosen"]
    more = gather_findings(m, [rule], m["is_enrolled"].to_numpy(), part.book, settings)
    part.findings = pd.concat([part.findings[part.findings["rule"] != rule.name], more], ignore_index=True)
    for column, value in (("outcome", "not_billable"), ("reason", rule.name)):
        m.loc[m.index[place], column] = value


def pair_of(book: RuleBook, other: RuleBook) -> str:
    """The pair that lets one practitioner bill only one of the two programs; empty where none says so."""
    ours, theirs = ({entry.first for _, entry in one.families} for one in (book, other))
    for conflict in book.exclusions.against(ours):
        barring = conflict.pair.strength == "hard" and conflict.pair.scope == "same_practitioner"
        if barring and conflict.theirs & theirs and book is not other:
            return conflict.pair.name
    return ""
