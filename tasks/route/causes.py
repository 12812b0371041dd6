"""Why an option of config/copay_options.yaml is not open to a patient: one function for each cause that it names.

A function takes the same frame as those of options.py and says in which rows its cause holds. An option that is not
open has one cause at least; the first in its order is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.route.entries import Option
from tasks.route.options import AT_COST, UNWILLING, Facts

Mask: TypeAlias = npt.NDArray[np.bool_] | pd.Series


def first_causes(f: Facts, entries: Iterable[Option]) -> list[dict[str, str]]:
    """For each row the first cause of each option that holds, by option; it is told where the option is not open."""
    found: list[dict[str, str]] = [{} for _ in range(len(f))]
    for entry in entries:
        held = np.column_stack([np.asarray(globals()[one.cause](f), dtype=bool) for one in entry.not_])
        for row, first in zip(found, held.argmax(axis=1), strict=True):
            row[entry.name] = entry.not_[first].cause
    return found


def did_not_ask_to_stop(f: Facts) -> Mask:
    """The patient said something else last."""
    return f["response"] != "asks_to_stop"


def no_sign_of_qmb(f: Facts) -> Mask:
    """Neither coverage nor an answer of a payer says so."""
    return ~f["qmb"]


def owes_nothing(f: Facts) -> Mask:
    """The patient is a Qualified Medicare Beneficiary."""
    return f["qmb"]


def may_be_billed(f: Facts) -> Mask:
    """No payer forbids to bill the patient."""
    return ~f["not_billed"] & ~f["give_back"]


def payer_forbids(f: Facts) -> Mask:
    """The payer forbids to bill the patient for it."""
    return f["not_billed"]


def no_answer_outstanding(f: Facts) -> Mask:
    """No claim waits for a payer that it was forwarded to."""
    return ~f["waiting"]


def answer_outstanding(f: Facts) -> Mask:
    """A payer that may pay has not said what it leaves to the patient, or it is not known who pays first."""
    return f["unanswered"]


def no_second_payer(f: Facts) -> Mask:
    """Nobody who may pay the share stands behind the first payer."""
    return ~f["second_payer"]


def second_payer_answered(f: Facts) -> Mask:
    """Who may pay the share has said what it pays."""
    return f["second_payer"] & f["second_answered"]


def wants_no_explanation(f: Facts) -> Mask:
    """The patient said something else than that they do not expect or accept the share."""
    return ~f["response"].isin(UNWILLING)


def medicaid_on_file(f: Facts) -> Mask:
    """The state pays for the patient already."""
    return f["medicaid"]


def not_in_medicare(f: Facts) -> Mask:
    """Only payers other than Medicare are on file."""
    return f["outside_medicare"]


def no_schedule(f: Facts) -> Mask:
    """The practice is no health center and has no schedule of its own."""
    return ~f["sliding_schedule"]


def income_above_schedule(f: Facts) -> Mask:
    """The income that was determined is above the schedule."""
    return (f["percent"] > f["sliding_percent"]).fillna(False)


def did_not_say_cannot_pay(f: Facts) -> Mask:
    """A lower share is never offered unasked."""
    return ~f["said_cannot_pay"]


def refused_before(f: Facts) -> Mask:
    """A determination that holds still refused it."""
    return f["refused_before"]


def income_above_policy(f: Facts) -> Mask:
    """The income that was determined is above the practice's policy."""
    return (f["percent"] > f["hardship_percent"]).fillna(False)


def plan_failed(f: Facts) -> Mask:
    """A plan was offered, and the balance is unpaid all the same."""
    return f["plan_offered"] & (f["owed_cents"] > 0)


def not_paid_at_cost(f: Facts) -> Mask:
    """Medicare pays this kind of provider by a fee schedule alone."""
    return ~f["setting"].isin(AT_COST)


def advantage_plan(f: Facts) -> Mask:
    """The share is one under a Medicare Advantage plan."""
    return f["medicare_advantage"]


def no_balance(f: Facts) -> Mask:
    """Payers' answers left nothing that is unpaid."""
    return f["owed_cents"] <= 0


def determination_takes_it(f: Facts) -> Mask:
    """Determinations take off all that is open."""
    return (f["owed_cents"] > 0) & (f["lowered_cents"] >= f["owed_cents"])


def effort_made(f: Facts) -> Mask:
    """The effort to collect is complete."""
    return f["effort_complete"]


def collection_goes_on(f: Facts) -> Mask:
    """The effort to collect is not complete."""
    return ~f["effort_complete"]
