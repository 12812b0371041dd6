"""Asks every rule of every patient-month and writes down what it met, with the numbers it looked at."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

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
    return np.asarray(pd.array(mask, dtype="boolean").fillna(False), dtype=bool)


def dispositions(t: Stretches, book: RuleBook, settings: PracticeSettings) -> Any:
    """For each stretch the number of the first minute rule that excludes it, or -1 when it counts."""
    reason = np.full(len(t), -1, dtype=np.int8)
    for number, rule in enumerate(book.topic("minutes")):
        reason = np.where((reason < 0) & ask(rule, t, book, settings), np.int8(number), reason)
    return reason


def gather_findings(
    m: Months, rules: Iterable[Rule], enrolled: Any, book: RuleBook, settings: PracticeSettings
) -> pd.DataFrame:
    """One row a patient and rule met: patient, rule, effect, numbers. Only enrolled patient-months are asked."""
    found = []
    for rule in rules:
        met = np.flatnonzero(ask(rule, m, book, settings) & enrolled)
        if len(met):  # most rules meet nobody, and an empty frame costs as much as a full one
            found.append(_rows(met, rule.name, rule.effect, _numbers(m, met, rule.shows)))
    return pd.concat(found, ignore_index=True) if found else _rows(np.zeros(0, dtype=np.int64), "", "", [])


def _rows(met: Any, rule: str, outcome: str, numbers: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"patient": met, "rule": rule, "outcome": outcome})
    frame["numbers"] = pd.Series(numbers, dtype=object)
    return frame


def _numbers(m: Months, rows: Any, shows: tuple[str, ...]) -> Any:
    """The values a rule looked at, as `name=value; name=value`."""
    text = np.full(len(rows), "", dtype=object)
    for position, name in enumerate(shows):
        column = m[name].iloc[rows]
        if pd.api.types.is_datetime64_any_dtype(column):
            values = column.dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_float_dtype(column):
            values = column.astype("Int64").astype("str")
        else:
            values = column.astype("str")
        known = column.notna().to_numpy()
        shown = np.where(known, values.to_numpy(object), "none")
        text = text + (("; " if position else "") + name + "=") + shown
    return text


def with_words(findings: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """The findings with each rule's words, owner, remedy, denial, source and confidence beside them."""
    names = list(book.rules)
    code = pd.Index(names).get_indexer(findings["rule"])
    for column in ("words", "owner", "fix", "denial", "source", "confidence"):
        texts, number = np.unique([str(getattr(rule, column)) for rule in book.rules.values()], return_inverse=True)
        findings[column] = pd.Categorical.from_codes(number[code], texts)
    return findings
