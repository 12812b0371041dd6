"""Services of the month by anyone, as facts of the patient-month: which of them the program cannot stand beside.

The pairs and their dates are the rulebook's (config/rules/exclusions/). What bars the whole program is known before the
choice; what depends on the chosen codes or on the date of service comes after it (services_of_choice.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config import ncci
from config.exclusions import Conflict
from config.frames import Texts
from config.line_modifiers import modifiers_for
from config.rulebook import RuleBook
from tasks.qualify.lookup import Written

if TYPE_CHECKING:
    from tasks.qualify.months import Facts


def codes_of_program(book: RuleBook) -> tuple[frozenset[str], frozenset[str]]:
    """The first codes of the program's families, and all of its codes."""
    first = frozenset(entry.first for _, entry in book.families)
    return first, first | {entry.further for _, entry in book.families if entry.further}


def bars_the_program(conflict: Conflict, book: RuleBook) -> bool:
    """Whether the pair concerns every family of the program, so that no other choice of codes avoids it.

    The family of psychologists is none to choose: who may bill it may bill no other, nor what those pairs are about.
    """
    first = {entry.first for family, entry in book.families if "by_psychologist" not in family.only_if}
    return bool(first) and first <= conflict.ours


def add_other_services(facts: Facts) -> None:
    """Services of the month that touch the rules on who is paid and what excludes what."""
    _add_care_planning(facts)
    rows, patient, _, own, practice, unclear = facts.services_of_month
    code = Written(rows["code"])
    reach = {"same_practitioner": own, "same_practice": own | practice, "anyone": ~unclear}
    _, ours = codes_of_program(facts.book)
    texts = Texts(COLUMNS, facts.size)
    _write(texts, "own_care_management", "", own & code.among(ours), patient, code.text, "")
    _write(texts, "unclear_service", "", unclear & code.among(ours), patient, code.text, "")
    for conflict in reversed(facts.book.exclusions.against(ours)):
        pair = conflict.pair
        if pair.strength == "hard" and pair.effect in ("hold", "not_billable"):
            _write(texts, "unclear_service", "", unclear & code.among(conflict.theirs), patient, code.text, "")
        if pair.strength != "hard" or pair.within != "month" or not bars_the_program(conflict, facts.book):
            continue
        theirs = conflict.theirs if pair.a == pair.b else conflict.theirs - ours
        met = reach[pair.scope] & code.among(theirs)
        if pair.a == pair.b:
            _write(texts, "other_care_management", "other_pair", met & ~own, patient, code.text, pair.name)
        elif pair.effect_for(facts.settings) == "not_billable":
            _write(texts, "excluding_service", "excluding_pair", met, patient, code.text, pair.name)
        elif pair.effect_for(facts.settings) == "warn":
            met = met if pair.scope == "same_practitioner" else met & ~own
            _write(texts, "service_elsewhere", "elsewhere_pair", met, patient, code.text, pair.name)
    _add_lone_add_ons(facts, rows[own], patient[own], texts)
    _add_pairs_of_others(facts, rows[own], patient[own], texts)
    for name, text in texts.columns():
        facts.frame[name] = text


COLUMNS = (
    "other_care_management",
    "other_pair",
    "own_care_management",
    "excluding_service",
    "excluding_pair",
    "service_elsewhere",
    "elsewhere_pair",
    "lone_add_on",
    "unclear_service",
    "service_apart",
    "service_against",
    "apart_pair",
)


def _write(texts: Texts, column: str, pair_column: str, met: Any, patient: Any, code: Any, pair: str) -> None:
    if not met.any():
        return
    texts[column][patient[met]] = code[met]
    if pair_column:
        texts[pair_column][patient[met]] = pair


def _add_care_planning(facts: Facts) -> None:
    """How many care-planning add-ons the same practitioner has billed for the patient by the month's end."""
    codes = facts.book.codes.get("care_planning_add_on_codes", frozenset())
    rows, patient, _, own, _, _ = facts.services
    met = own & (rows["service_date"] <= facts.last).to_numpy(bool) & Written(rows["code"]).among(codes)
    facts.frame["care_planning_add_ons"] = np.bincount(patient[met], minlength=facts.size)


def _add_lone_add_ons(facts: Facts, rows: pd.DataFrame, patient: Any, texts: Texts) -> None:
    """Own add-ons of the month without one of their bases: on the same day, or in the month, as their kind asks."""
    _, ours = codes_of_program(facts.book)
    code = Written(rows["code"])
    add_ons = ncci.add_ons(facts.last.date(), facts.book.reference.ncci)
    day = rows["service_date"].to_numpy("datetime64[ns]")
    for name in sorted({*code.names} & add_ons.keys() - ours):
        base, met = code.among(add_ons[name].bases), code.among(frozenset([name]))
        if add_ons[name].same_day:
            wanted = pd.MultiIndex.from_arrays([patient[met], day[met]])
            lone = ~wanted.isin(pd.MultiIndex.from_arrays([patient[base], day[base]]))
        else:
            lone = ~np.isin(patient[met], patient[base])
        if lone.any():
            texts["lone_add_on"][patient[met][lone]] = name


def _add_pairs_of_others(facts: Facts, rows: pd.DataFrame, patient: Any, texts: Texts) -> None:
    """Own services of the month, none of them the program's, that a pair keeps apart from one another."""
    _, ours = codes_of_program(facts.book)
    code = Written(rows["code"])
    others, carried = frozenset(code.names) - ours, carries_modifier(rows)
    for pair in reversed(facts.book.exclusions.pairs):
        if pair.strength == "allowed" or pair.within != "month" or pair.a == pair.b:
            continue
        sides = [others & frozenset(side) for side in facts.book.exclusions.sides[pair.name]]
        if not all(sides):
            continue
        met = [code.among(side) & ~carried if pair.strength == "modifier" else code.among(side) for side in sides]
        first, second = (pd.Series(code.text[some], index=patient[some]) for some in met)
        first, second = (side[~side.index.duplicated()] for side in (first, second))
        both = first.index.intersection(second.index)
        if len(both):
            texts["service_apart"][both], texts["service_against"][both] = first[both], second[both]
            texts["apart_pair"][both] = pair.name


def carries_modifier(rows: pd.DataFrame) -> Any:
    """Whether the service's own line says that it stands for itself: 25 on a visit, 59 or one of X."""
    if "modifiers" not in rows:  # of a month that was stored before it could be said
        return np.zeros(len(rows), dtype=bool)
    said = rows["modifiers"].astype("str").fillna("").str.upper()
    return said.str.contains(
        rf"\b(?:{'|'.join(sorted(modifiers_for('visit') | modifiers_for('separate_work')))})\b"
    ).to_numpy(bool)
