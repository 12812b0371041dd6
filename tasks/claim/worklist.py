"""The scrub worklist: every rule asked of every claim line before it leaves, and which claims stay back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.contract import claim_outputs
from config.frames import as_contract, empty
from config.rulebook import Rule, RuleBook
from config.settings import PracticeSettings
from tasks.claim import scrub as rules
from tasks.claim.scrub_lines import with_facts

CLAIM = ["patient_id", "program", "claim", "payer_order"]
TOPIC = "scrub"


def scrub(
    lines: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    book: RuleBook,
    settings: PracticeSettings,
    today: date,
    beside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a claim line and rule that it met, in contract columns; none where every line may leave.

    `lines` are claim lines of one practice's month in contract columns, with `payer_order` where some go to a second
    payer. Every rule is asked of every line; what a hold means for the others of the claim says `held`. The lines
    `beside` them are not asked: they went out before, and count where a rule looks at what else was billed.
    """
    together = lines if beside is None or beside.empty else pd.concat([lines, beside], ignore_index=True)
    frame = with_facts(together, tables, book, settings, today)
    new = np.arange(len(frame)) < len(lines)
    asked = ((rule, np.flatnonzero(new & ask(rule, frame, book, settings))) for rule in book.topic(TOPIC))
    found = [_findings(order, rule, frame, rows) for order, (rule, rows) in enumerate(asked) if len(rows)]
    if not found:
        return empty(claim_outputs()["scrub"])
    together = pd.concat(found, ignore_index=True)
    together = together.sort_values(["place", "order"], kind="stable", ignore_index=True)
    return as_contract(together, claim_outputs()["scrub"])


def held(findings: pd.DataFrame) -> pd.DataFrame:
    """The claims that stay back whole: patient, program, claim and payer order, each once."""
    return findings.loc[findings["outcome"] == "hold", CLAIM].drop_duplicates(ignore_index=True)


def ask(rule: Rule, frame: pd.DataFrame, book: RuleBook, settings: PracticeSettings) -> Any:
    """The rule's mask over the lines of its programs, as a plain boolean array."""
    mask = getattr(rules, rule.name)(frame, book, settings)
    met = np.asarray(pd.array(mask, dtype="boolean").fillna(False), dtype=bool)
    return met & frame["program"].isin(rule.programs).to_numpy() if rule.programs else met


def _findings(order: int, rule: Rule, frame: pd.DataFrame, rows: Any) -> pd.DataFrame:
    found = frame[["case_number", *CLAIM, "line", "code"]].take(rows)
    told = {name: str(getattr(rule, name)) for name in ("words", "owner", "fix", "denial", "source", "confidence")}
    numbers = _numbers(frame, rows, rule.shows)
    return found.assign(rule=rule.name, outcome=rule.effect, numbers=numbers, **told, place=rows, order=order)


def _numbers(frame: pd.DataFrame, rows: Any, shows: tuple[str, ...]) -> Any:
    """The values a rule looked at, as `name=value; name=value`."""
    text = np.full(len(rows), "", dtype=object)
    for position, name in enumerate(shows):
        column = frame[name].iloc[rows]
        dated = pd.api.types.is_datetime64_any_dtype(column)
        values = column.dt.strftime("%Y-%m-%d") if dated else column.astype("str")
        shown = np.where(column.notna().to_numpy(), values.to_numpy(object), "none")
        text = text + (("; " if position else "") + name + "=") + shown
    return text
