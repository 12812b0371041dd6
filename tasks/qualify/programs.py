"""Which patients take part in a program, and which of two programs that exclude one another is billed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from config.frames import as_texts
from config.month import Month
from config.rulebook import Program, Rule, RuleBook
from config.settings import PracticeSettings
from tasks.qualify.families import comparable
from tasks.qualify.findings import gather_findings
from tasks.qualify.frames import Months, Stretches
from tasks.qualify.lookup import Tables, places


@dataclass
class Decided:
    """One program of the month: its book, its patient-months, what became of its time, candidates and findings."""

    book: RuleBook
    months: Months
    ledger: pd.DataFrame
    found: pd.DataFrame
    findings: pd.DataFrame


def participants(tables: Tables, t: Stretches, program: Program, month: Month) -> Any:
    """The rows of `patients` to look at: all of the enrolment list, else who consented or has time logged."""
    if program.takes_part == "enrolled":
        return np.arange(len(tables["patients"]))
    consents = tables["consents"]
    given = consents["program"].eq(program.program) & (consents["consent_date"] <= pd.Timestamp(month.last))
    gone = consents["revoked_date"] < pd.Timestamp(month.first)
    asked = tables.owners("consents")[(given & ~gone).to_numpy(bool)]
    logged = t["patient"].to_numpy()[(t["program"] == program.program).to_numpy(bool) & (t["day"] > 0).to_numpy()]
    found = np.unique(np.concatenate([asked, logged]))
    return found[found >= 0]


def stretches_of(t: Stretches, rows: Any, taking_part: Any, size: int) -> Stretches:
    """Those stretches, with `patient` counting among the patients who take part; -1 for anybody else's."""
    own = t[rows].reset_index(drop=True)
    own["patient"] = places(taking_part, size)[own["patient"].to_numpy()]  # -1 reads the last place, which is nobody's
    return own


def keep_one(parts: list[Decided], settings: PracticeSettings) -> None:
    """Of programs that exclude one another a practitioner bills one for a patient-month, by the practice's policy.

    The choice is made among those that bill and those that wait with their codes, so that mending a hold never turns it
    round after a claim went out. The others become not billable, or wait where the chosen one waits, and say why. A
    missing amount never wins over a known one; where none is known the schedule's amounts in an office are compared; a
    tie goes to the simpler program.
    """
    # What waits for minutes has no codes to be ranked by, yet it must not come on top of a claim that is out.
    rows = [_open(part) | _may_rise(part) for part in parts]
    _settle(parts, ["patient_id", "practitioner_id"], rows, settings)


def bill_once(parts: list[Decided], settings: PracticeSettings) -> None:
    """A code that stands for several programs is billed once a patient-month, by the first of them that bills.

    Its amount is the same whichever bills it, so that a program that is ready never waits for one that is not.
    """
    rows = [_open(part) & part.months["bills_once"].to_numpy(bool) for part in parts]
    _settle(parts, ["patient_id"], rows, settings, ready_first=True)


def give_way(parts: list[Decided], settings: PracticeSettings) -> None:
    """A family that may not stand beside certain codes gives way to them, whoever of the practice bills them.

    Where they wait on hold it waits with them.
    """
    for part in parts:
        bars = {family.family: set(entry.never_beside) for family, entry in part.book.families if entry.never_beside}
        if not bars:
            continue
        own = part.months
        yielding = _open(part) & own["family"].isin(list(bars)).to_numpy(bool)
        for other in parts:
            m = other.months
            first = m["codes"].astype("str").str.partition(" ")[0]
            there = _open(other) & first.isin(set().union(*bars.values())).to_numpy(bool)
            waits = (m["outcome"] == "hold").to_numpy(bool)
            for name, some in (("another_program_chosen", there & ~waits), ("rival_on_hold", there & waits)):
                place = np.flatnonzero(yielding & own["patient_id"].isin(m.loc[some, "patient_id"]).to_numpy(bool))
                if len(place):
                    losers = pd.DataFrame({"row": place, "winner": other.book.program})
                    _tell(part, name, losers, parts, settings)


def keep_one_of_excluding(parts: list[Decided], rows: list[Any], settings: PracticeSettings) -> None:
    """As `keep_one`, among those rows of programs whose codes cannot stand together though their kinds can."""
    _settle(parts, ["patient_id"], rows, settings)


def _open(part: Decided) -> Any:
    """Patient-months that are claimed, now or once their hold is mended, with codes already."""
    m = part.months
    claimed = m["outcome"].isin(["bill", "hold"]) & (m["family"] != "")
    return (claimed & m["is_enrolled"]).to_numpy(bool)


def _may_rise(part: Decided) -> Any:
    """Patient-months on hold whose codes, or whose units, wait for time that may yet count."""
    m = part.months
    return ((m["outcome"] == "hold") & m["earns_more_with_pending"] & m["is_enrolled"]).to_numpy(bool)


def _settle(
    parts: list[Decided], key: list[str], rows: list[Any], settings: PracticeSettings, ready_first: bool = False
) -> None:
    if len(parts) < 2:
        return
    claimed = []
    for number, part in enumerate(parts):
        m = part.months
        some = rows[number]
        chosen = m.loc[some, [*key, "family", "expected_cents", "weighed_cents", "schedule_cents"]]
        waits, rise = (m["outcome"] == "hold").to_numpy()[some], _may_rise(part)[some]
        claimed.append(
            chosen.assign(part=number, row=np.flatnonzero(some), waits=waits, may_rise=rise, program=part.book.program)
        )
    every = pd.concat(claimed, ignore_index=True)
    every = every[every.duplicated(key, keep=False)]
    if every.empty:
        return
    named = every["family"] == settings.choose_family
    by_amount = settings.choose_family == "highest_allowed" and not ready_first
    worth, *_ = comparable(every, every.groupby(key, sort=False).ngroup().to_numpy(), np.ones(len(every), dtype=bool))
    every = every.assign(
        named=~named,
        amount=-worth if by_amount else 0,
        codeless=every["family"] == "",
        late=every["waits"] & ready_first,
    ).sort_values([*key, "codeless", "late", "named", "amount", "part"])
    first = every.drop_duplicates(key).set_index(key)[["program", "waits", "codeless"]]
    lost = every[every.duplicated(key)]
    winner = first.loc[pd.MultiIndex.from_frame(lost[key]) if len(key) > 1 else lost[key[0]]]
    chosen_waits, nobody = winner["waits"].to_numpy(bool), winner["codeless"].to_numpy(bool)
    said = np.select(
        [nobody | (lost["codeless"].to_numpy() & chosen_waits), chosen_waits, lost["may_rise"].to_numpy()],
        ["", "rival_on_hold", "rival_is_billed"],
        "another_program_chosen",
    )
    lost = lost.assign(said=said, winner=winner["program"].to_numpy(object))
    for number, part in enumerate(parts):
        for rule, losers in lost[(lost["part"] == number) & (said != "")].groupby("said", sort=True):
            _tell(part, str(rule), losers, parts, settings)


COLUMN = {
    "another_program_chosen": "other_program",
    "rival_on_hold": "waits_for_program",
    "rival_is_billed": "billed_program",
}


def _tell(part: Decided, name: str, losers: pd.DataFrame, parts: list[Decided], settings: PracticeSettings) -> None:
    """Those rows meet that rule from now on; one that was to be billed is so no longer."""
    if name not in part.book.rules:
        return
    m, rule, place = part.months, part.book.rules[name], losers["row"].to_numpy()
    other = m[COLUMN[name]].to_numpy(object).copy()
    other[place] = losers["winner"].to_numpy(object)
    m[COLUMN[name]] = as_texts(other)
    barring = {one.book.program: pair_of(part.book, one.book) for one in parts}
    m["program_pair"] = m["other_program"].map(barring).fillna("")
    add_findings(part, rule, place, settings)
    outcome, reason = (m[column].to_numpy(object).copy() for column in ("outcome", "reason"))
    turned = place if rule.effect == "not_billable" else place[outcome[place] == "bill"]
    outcome[turned], reason[turned] = rule.effect, rule.name
    m["outcome"], m["reason"] = outcome, reason


def add_findings(part: Decided, rule: Rule, rows: Any, settings: PracticeSettings) -> None:
    """Asks the rule once more, of those patient-months alone, and adds what it finds."""
    asked = np.zeros(len(part.months), dtype=bool)
    asked[rows] = True
    more = gather_findings(part.months, [rule], asked, part.book, settings)
    part.findings = pd.concat([part.findings, more], ignore_index=True)


def pair_of(book: RuleBook, other: RuleBook) -> str:
    """The hard pair that lets only one of the two programs be billed; empty where none says so."""
    ours, theirs = ({entry.first for _, entry in one.families} for one in (book, other))
    for conflict in book.exclusions.against(ours):
        if conflict.pair.strength == "hard" and conflict.theirs & theirs and book is not other:
            return conflict.pair.name
    return ""
