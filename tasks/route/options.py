"""Whether each option of config/copay_options.yaml is open to a patient: one function of the same name for each.

A function takes a frame of facts.py, one row for each time it is asked, and answers each row with `available`, `not` or
`needs_information`. It reads like the sentence in the table.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Facts: TypeAlias = pd.DataFrame
Answers: TypeAlias = npt.NDArray[np.object_]

AVAILABLE, NOT, NEEDS_INFORMATION = "available", "not", "needs_information"
UNWILLING = ("disputes", "surprised", "refused", "unpaid_balance")
AT_COST = ("rhc", "fqhc", "cah_method_1", "cah_method_2", "hopd_on_campus", "hopd_off_campus")


def stop_at_month_end(f: Facts) -> Answers:
    """The patient asks to stop."""
    return _where(f["response"] == "asks_to_stop")


def qmb_never_billed(f: Facts) -> Answers:
    """The patient is a Qualified Medicare Beneficiary."""
    return _where(f["qmb"])


def plan_bars_billing(f: Facts) -> Answers:
    """The payer forbids to bill the patient for all that is left, or what they paid for such a month must go back."""
    return _where(f["not_billed"] | f["give_back"])


def balance_not_real_yet(f: Facts) -> Answers:
    """A claim was forwarded to a payer that has not answered."""
    return _where(f["waiting"])


def wait_for_secondary(f: Facts) -> Answers:
    """A payer that may pay the share stands behind the first; TRICARE does not cover the service, so it is none."""
    return _where(f["second_payer"] & ~f["second_answered"], unknown=f["conflicting"])


def explain_the_share(f: Facts) -> Answers:
    """The patient does not expect the share, disputes it or will not pay it; want of money is another matter."""
    return _where(f["response"].isin(UNWILLING))


def screen_for_savings_program(f: Facts) -> Answers:
    """The patient cannot pay, or still does not after it was explained, is in Medicare, and no Medicaid is on file."""
    may = ~f["medicaid"] & ~f["qmb"] & ~f["outside_medicare"]
    return _where(may, unknown=may & f["coverage_unknown"])


def sliding_fee(f: Facts) -> Answers:
    """The practice is a health center, or has a schedule of its own, and the income is within it."""
    has, known = f["sliding_schedule"] & _owes(f), f["percent"].notna()
    return _where(has & (f["percent"] <= f["sliding_percent"]).fillna(False), unknown=has & ~known)


def hardship_determination(f: Facts) -> Answers:
    """The patient says that they cannot pay; it is never offered to one who does not say so."""
    asks = f["said_cannot_pay"] & ~f["refused_before"] & _owes(f)
    return _where(asks & (f["percent"] <= f["hardship_percent"]).fillna(False), unknown=asks & f["percent"].isna())


def payment_plan(f: Facts) -> Answers:
    """Everyone who may be asked for money, once; after it failed there is the effort to collect."""
    nothing_left = (f["owed_cents"] > 0) & (f["lowered_cents"] >= f["owed_cents"])
    return _where(_owes(f) & ~nothing_left & ~(f["plan_offered"] & (f["owed_cents"] > 0)))


def reasonable_collection(f: Facts) -> Answers:
    """A balance is open, it may be asked for, and the effort to collect it is not complete."""
    return _where(_may_be_asked(f) & ~f["effort_complete"])


def bad_debt(f: Facts) -> Answers:
    """Collection is complete, and the provider is of a kind that Medicare pays at cost."""
    medicare = ~f["medicare_advantage"] & ~f["outside_medicare"]
    may = f["setting"].isin(AT_COST) & medicare & f["effort_complete"] & _may_be_asked(f)
    return _where(pd.Series(False, index=f.index), unknown=may)


def write_off(f: Facts) -> Answers:
    """The effort to collect is complete, and the balance is open all the same."""
    return _where(_may_be_asked(f) & f["effort_complete"])


def _may_be_asked(f: Facts) -> pd.Series:
    return f["ask_cents"] > 0


def _owes(f: Facts) -> pd.Series:
    return ~f["qmb"] & ~f["not_billed"]


def _where(available: pd.Series, unknown: pd.Series | None = None) -> Answers:
    found = np.where(np.asarray(available, dtype=bool), AVAILABLE, NOT).astype(object)
    return found if unknown is None else np.where(np.asarray(unknown, dtype=bool), NEEDS_INFORMATION, found)
