"""What became of the rule that should have stopped a denial: it had warned, it did not see it, or there is none yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pandas as pd

from config.denial_models import DenialError
from config.month import Month
from config.rulebook import Rule, all_families, all_rules
from tasks.store.known_findings import FACTS

Known = tuple[pd.DataFrame, pd.DataFrame]
"""Findings and facts of claims as they left (tasks/store/known_findings.py)."""

WARNED, NOT_SEEN, NO_RULE = "warned", "not_seen", "no_rule"
OF_DENIAL = ("service_date", "payer_kind", "code")  # what a rule may look at that the denied line itself says


@cache
def _rules() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in all_rules():
        found.setdefault(rule.name, []).append(rule)
    return found


@cache
def _programs(code: str) -> frozenset[str]:
    """The programs that bill the code; none where it is not known."""
    entries = ((family.program, entry) for family in all_families() for entry in family.entries)
    return frozenset(program for program, entry in entries if code in (entry.first, entry.further))


def rules_met(denied: pd.DataFrame, known: Known | None) -> pd.DataFrame:
    """The denied lines with the rules that the claim had met when it left (`met`), and those of them whose predicted
    denial names the answer's codes (`foretold`). A rule met by the patient-month speaks of every line."""
    blank = denied.assign(met="", foretold="")
    if known is None or known[0].empty or denied.empty:
        return blank
    lines = denied[["claim_number", "line", "adjustment_group", "reason"]].assign(place=range(len(denied)))
    both = lines.merge(known[0], on="claim_number", suffixes=("", "_of"))
    both = both[(both["line_of"] == both["line"]) | (both["line_of"] == 0) | (both["line"] == 0)]
    if both.empty:
        return blank
    pair = both["adjustment_group"] + "-" + both["reason"]
    says = [_says(words, codes) for words, codes in zip(both["denial"], pair, strict=True)]
    for name, rows in (("met", both), ("foretold", both[says])):
        rules = rows.sort_values("rule").groupby("place")["rule"].agg(lambda found: " ".join(dict.fromkeys(found)))
        blank[name] = rules.reindex(range(len(denied))).fillna("").astype("str").to_numpy()
    return blank


@cache
def _says(words: str, codes: str) -> bool:
    return re.search(rf"\b{re.escape(codes)}\b", words) is not None


def cause_of(
    error: DenialError | None, met: Sequence[str], foretold: Sequence[str], month: Month, code: str = ""
) -> tuple[list[str], str]:
    """The rules that a denial is held against, and how they stand to it.

    Those of the error that had warned, or whose own words foretold the answer: it was billed all the same. Else those
    of the error that hold in the month for a program that bills the code, blocking ones first, which did not see it.
    Else there is no rule yet.
    """
    stopping = error.stopped_by if error else ()
    warned = [rule for rule in met if rule in stopping] or list(foretold)
    if warned:
        return warned, WARNED
    held = [rule for name in stopping for rule in _rules().get(name, []) if rule.holds_in(month)]
    programs = _programs(code)
    held = [rule for rule in held if not rule.programs or not programs or programs & set(rule.programs)]
    held.sort(key=lambda rule: rule.effect == "warn")
    return [rule.name for rule in held], NOT_SEEN if held else NO_RULE


def with_inputs(traced: pd.DataFrame, known: Known | None) -> pd.DataFrame:
    """The traced lines with `evidence`: the numbers of the finding that had warned, or what the rules that did not see
    it look at, so far as it is kept: what the decision and the first line of the claim said. The stored month can be
    decided again for the rest."""
    findings, facts = known if known else (pd.DataFrame(), pd.DataFrame())
    numbers = {(row.claim_number, row.rule): str(row.numbers) for row in findings.itertuples(index=False)}
    values = {str(row["claim_number"]): row for row in facts.to_dict("records")}
    told = []
    for row in traced[["claim_number", "cause", "rule", *OF_DENIAL]].to_dict("records"):
        rules = str(row["rule"]).split()
        if row["cause"] == WARNED:
            said = [numbers.get((row["claim_number"], rule), "") for rule in rules]
        elif row["cause"] == NOT_SEEN:
            seen = {name: values.get(str(row["claim_number"]), {}).get(name) for name in FACTS}
            seen |= {name: row[name] for name in OF_DENIAL}
            names = dict.fromkeys(_kept_as(name) for rule in rules for one in _rules()[rule] for name in one.shows)
            said = [f"{name}={_text(seen[name])}" for name in names if name in seen]
            lost = ", ".join(name for name in names if name not in seen)
            said += [f"not kept: {lost}"] if lost else []
        else:
            said = []
        told.append("; ".join(filter(None, said)))
    return traced.assign(evidence=pd.Series(told, index=traced.index, dtype="str"))


def _kept_as(name: str) -> str:
    """What is kept of what a rule shows: of all that it found among the diagnoses, the diagnoses themselves."""
    return "diagnoses" if "diagnos" in name else name


def _text(value: object) -> str:
    if value is None or pd.isna(value) or value == "":
        return "none"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
