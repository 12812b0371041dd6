"""Asks every rule of every patient-month and writes down what it met, with the numbers it looked at.

A rule over many pairs of services is as sure as the pair that a patient-month met: the finding says that pair's source,
and where the pair is only recalled it warns, whatever the rule may do.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from config import ncci
from config.rulebook import Rule, RuleBook
from config.settings import PracticeSettings
from tasks.qualify import documentation, eligibility, exclusions, minutes
from tasks.qualify.frames import Months, Stretches

TOPICS: dict[str, ModuleType] = {
    "minutes": minutes,
    "eligibility": eligibility,
    "exclusions": exclusions,
    "documentation": documentation,
}


def ask(rule: Rule, frame: Any, book: RuleBook, settings: PracticeSettings) -> Any:
    """The rule's mask over the frame, as a plain boolean array."""
    mask = getattr(TOPICS[rule.topic], rule.name)(frame, book, settings)
    if mask.dtype == bool:  # nothing is missing, as in most
        return np.asarray(mask)
    return np.asarray(pd.array(mask, dtype="boolean").fillna(False), dtype=bool)


def minute_rules(book: RuleBook) -> list[Rule]:
    """The rules of minutes in the order in which they are asked: those that only ask for a check come last."""
    return sorted(book.topic("minutes"), key=lambda rule: rule.effect == "warn")


def dispositions(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Any:
    """For each stretch the number of the first of the `minute_rules` that it meets, or -1 when it meets none."""
    reason = np.full(len(t), -1, dtype=np.int8)
    for number, rule in enumerate(minute_rules(book)):
        reason = np.where((reason < 0) & ask(rule, t, book, settings), np.int8(number), reason)
    return reason


def gather_findings(
    m: Months, rules: Iterable[Rule], enrolled: Any, book: RuleBook, settings: PracticeSettings
) -> pd.DataFrame:
    """One row a patient and rule met: patient, rule, effect, numbers, proof. Only enrolled patient-months are asked.

    `proof` is the pair or edition that the finding rests on, empty where it is the rule itself.
    """
    patients, names, outcomes, numbers, proofs = [], [], [], [], []
    for rule in rules:
        met = np.flatnonzero(ask(rule, m, book, settings) & enrolled)
        if not len(met):  # most rules meet nobody
            continue
        proof = m[rule.proof].iloc[met].fillna("").to_numpy(object) if rule.proof else np.full(len(met), "", object)
        recalled = [name for name in set(proof) if proof_of(rule, name, book).confidence == "unverified"]
        patients.append(met)
        names.append(np.full(len(met), rule.name, dtype=object))
        outcomes.append(np.where(np.isin(proof, recalled), "warn", rule.effect).astype(object))
        numbers.append(_numbers(m, met, rule.shows))
        proofs.append(proof)
    return pd.DataFrame(
        {
            "patient": np.concatenate([np.zeros(0, dtype=np.int64), *patients]),
            "rule": _texts(names),
            "outcome": _texts(outcomes),
            "numbers": pd.Series(_joined(numbers), dtype=object),
            "proof": _texts(proofs),
        }
    )


def _joined(parts: list[Any]) -> Any:
    return np.concatenate([np.zeros(0, dtype=object), *parts])


def _texts(parts: list[Any]) -> Any:
    """The texts of all rules as one column: a few that come again and again, each written once."""
    code, known = pd.factorize(_joined(parts))
    return pd.array(known, dtype="str").take(code)


class Proof(NamedTuple):
    """Where a finding stands and how sure that is."""

    source: str
    confidence: str


def proof_of(rule: Rule, name: str, book: RuleBook) -> Proof:
    """The proof of a finding that rests on the pair of that name, or on the edits of that quarter, else the rule's own.

    Edits of another quarter than the month's were seen, but not for that date: they are secondary.
    """
    if not name:
        return Proof(rule.source, rule.confidence)
    if pair := book.exclusions.named(name):
        return Proof(pair.source, pair.confidence)
    first, last = ncci.quarter_days(name)
    if first <= book.month.first <= last:
        return Proof(f"CMS NCCI edits {name}", "primary")
    return Proof(f"CMS NCCI edits {name}, used for a date outside of that quarter", "secondary")


def _numbers(m: Months, rows: Any, shows: tuple[str, ...]) -> Any:
    """The values a rule looked at, as `name=value; name=value`."""
    text = np.full(len(rows), "", dtype=object)
    for position, name in enumerate(shows):
        column = m[name].iloc[rows]
        code, distinct = pd.factorize(column)  # each value is written once, however many patients have it
        known = pd.Series(distinct)
        if pd.api.types.is_datetime64_any_dtype(column):
            values = known.dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_float_dtype(column):
            values = known.astype("Int64").astype("str")
        else:
            values = known.astype("str")
        shown = [("; " if position else "") + name + "=" + value for value in [*values, "none"]]
        text = text + np.array(shown, dtype=object)[code]
    return text


def with_words(findings: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """The findings with each rule's words, owner, remedy and denial beside them, and the source and confidence of what
    they rest on.
    """
    names = list(book.rules)
    code = pd.Index(names).get_indexer(findings["rule"])
    for column in ("words", "owner", "fix", "denial"):
        texts, number = np.unique([str(getattr(rule, column)) for rule in book.rules.values()], return_inverse=True)
        findings[column] = pd.Categorical.from_codes(number[code], texts)
    which, proofs = pd.factorize(findings["proof"])
    kinds, place = np.unique(code * len(proofs) + which, return_inverse=True)
    met = [proof_of(book.rules[names[kind // len(proofs)]], proofs[kind % len(proofs)], book) for kind in kinds]
    for column in Proof._fields:
        said = [str(getattr(proof, column)) for proof in met]
        known = sorted(set(said))
        found = np.array([known.index(text) for text in said], dtype=np.int64)
        findings[column] = pd.Categorical.from_codes(found[place], pd.Index(known, dtype="str"))
    return findings
