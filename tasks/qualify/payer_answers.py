"""What payers answered, as facts of the month; months decided before there were answers have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config.frames import Texts
from tasks.qualify.lookup import rows_of

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

ANSWERS = "payer_answers"
OF_PROGRAMS = "program_answers"  # where a payer does otherwise with another program than with chronic care


def add_payer_answers(facts: Facts, patient: Any, coverage_id: pd.Series) -> None:
    """Adds what the payer of that coverage said, whether an authorization is missing, and what contradicts.

    `patient` are the rows of the patients who have a payer, `coverage_id` the coverage of whoever pays first. Only what
    the payer or the practice said counts here: what the shipped register says of a kind is in the rules themselves.
    """
    texts = Texts(("payer_said", "coverage_conflict"), facts.size, "")
    unauthorized = np.zeros(facts.size, dtype=bool)
    if ANSWERS in facts.tables and len(facts.tables[ANSWERS]):
        answers, whose = facts.rows(ANSWERS)
        # Of most coverages nobody said anything, and nothing contradicts them: their texts are never looked at.
        there = (answers["conflict"].astype("str") != "").to_numpy(bool)
        texts["coverage_conflict"][whose[there]] = answers["conflict"].astype("str")[there].to_numpy(object)
        answers = _of_the_program(facts, answers[answers["recorded"].to_numpy(bool)])
        told = answers["answer"].astype("str").where(answers["recorded"], "")
        told = told.where(told != "unknown", "").to_numpy(object)  # as one who said no to some codes alone
        needed = answers["needs_authorization"].fillna(False).to_numpy(bool) & answers["recorded"].to_numpy(bool)
        lacks = needed & ~answers["authorized"].to_numpy(bool)
        once = ~answers["coverage_id"].duplicated().to_numpy()
        row = rows_of(answers["coverage_id"][once], coverage_id)
        known = row >= 0
        texts["payer_said"][patient[known]] = told[once][row[known]]
        unauthorized[patient[known]] = lacks[once][row[known]]
    facts.frame["authorization_missing"] = unauthorized
    for name, text in texts.columns():
        facts.frame[name] = text


def _of_the_program(facts: Facts, answers: pd.DataFrame) -> pd.DataFrame:
    """The answers given, before them those that the payers give for this very program."""
    if OF_PROGRAMS not in facts.tables:
        return answers
    others = facts.tables[OF_PROGRAMS]
    own = others[(others["program"] == facts.book.program).to_numpy(bool)]
    columns = ["coverage_id", "answer", "recorded", "needs_authorization", "authorized"]
    return pd.concat([own[columns], answers[columns]], ignore_index=True) if len(own) else answers
