"""What is known of payers by now, held against what months were decided by: which of them should be run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from config.frames import of_patients
from config.month import Month
from config.payer_register import FIRST, Contradiction
from tasks.cover.compare import shown
from tasks.cover.lists import kept
from tasks.cover.payers import Payers, payers_of
from tasks.cover.verify import Known, contradictions, said, verify, verify_other
from tasks.store.records import Cycle
from tasks.store.store import Store

TABLES = ("patients", "coverages", "stays", "payer_answers", "program_answers")
SHOWN = ("conflict", "eligibility", "deductible_left_cents", "patient_owes")  # all that an eligibility answer tells
STATE = (*SHOWN, "answer", "evidence", "needs_authorization", "takes_coinsurance", "takes_deductible")
_WHEN = r" \(answer of [0-9-]+\)$"  # a newer answer that says the same changes nothing


def kept_answers(store: Store, cycle: Cycle) -> pd.DataFrame | None:
    """What each payer answered when the month was decided, by program; None for months before payers were asked."""
    return answers_in(store.kept_tables(cycle, "payer_answers", "program_answers"))


def answers_in(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """The answers among these tables, those about other programs than chronic care behind it."""
    if "payer_answers" not in tables:
        return None
    first = tables["payer_answers"].assign(program=FIRST)
    others = tables.get("program_answers")
    return first if others is None else pd.concat([first, others], ignore_index=True)


def tables_of_patients(tables: Mapping[str, pd.DataFrame], patient_ids: pd.Series) -> dict[str, pd.DataFrame]:
    """The tables with the rows of these patients."""
    return {name: of_patients(frame, patient_ids).reset_index(drop=True) for name, frame in tables.items()}


def known_now(
    tables: Mapping[str, pd.DataFrame], month: Month, known: Known, answers: pd.DataFrame
) -> tuple[pd.DataFrame, Payers, list[tuple[Contradiction, np.ndarray]]]:
    """What each payer answers by what is known now, by program as it was asked; the payers, and what contradicts."""
    payers = payers_of(dict(tables), month)
    seen = shown(payers, dict(tables), answers)
    against = contradictions(payers, known.register, seen)
    parts = [kept(verify(payers, known, against, seen)).assign(program=FIRST)]
    others = tables.get("program_answers", pd.DataFrame(columns=["patient_id", "program"]))
    for program in sorted(set(others["program"].astype("str"))):
        asked = others[(others["program"] == program).to_numpy(bool)]["patient_id"]
        theirs = payers.patients["patient_id"].isin(asked).to_numpy(bool)
        rows = verify_other(payers, known, against, seen, program, theirs)
        parts += [kept(rows).assign(program=program)] if len(rows) else []
    return pd.concat(parts, ignore_index=True), payers, against


def changed(before: pd.DataFrame, now: pd.DataFrame, what: Sequence[str] = STATE) -> pd.DataFrame:
    """The rows of `now` which say otherwise than those of before did; a newer day alone is no difference."""
    key = ["coverage_id", "program"]
    both = now[key].merge(before[[*key, *what]], on=key, how="left")
    different = np.zeros(len(now), dtype=bool)
    for name in what:
        different |= _plain(now[name], name) != _plain(both[name], name)
    return now[different]


def _plain(values: pd.Series, name: str) -> np.ndarray:
    texts = values.astype("str").fillna("")
    if name == "eligibility":
        texts = texts.str.replace(_WHEN, "", regex=True).where(texts.str.contains(_WHEN), "")
    if name == "patient_owes":  # what the answers of 271s settle; the rest is the register's
        texts = texts.where(texts == "never", "")
    return texts.to_numpy(object)


def rests_otherwise(answers: pd.DataFrame, month: Month, told: Mapping[str, Any]) -> bool:
    """Whether a month was decided without this recorded answer of its plan, or by one that it no longer has."""
    rows = answers[(answers["plan_key"] == told["plan_key"]).to_numpy(bool)]
    rows = rows[(rows["answer"] != "conflicting").to_numpy(bool) & (rows["place"] > 0).to_numpy(bool)]
    if not told["holds_from"] <= month.last <= told["valid_until"]:
        return bool((rows["reason"] == "recorded_answer").any())
    same = rows["evidence"].astype("str").str.startswith(said(told)) & (rows["source"] == told["source"])
    for name in ("takes_coinsurance", "takes_deductible"):
        same &= (rows[name] == told[name]) | (not told[name])
    for name in ("codes", "codes_not_covered", "copay_cents", "filing_days"):
        before = rows[name].astype("str").fillna("") if name in rows else pd.Series("", rows.index)
        same &= before.replace("<NA>", "") == ("" if told[name] is None else str(told[name]))
    needs = rows["needs_authorization"].astype("boolean")
    same &= (needs == told["needs_authorization"]) if told["needs_authorization"] is not None else needs.isna()
    return not bool(same.fillna(False).all())
