"""When each option of config/copay_options.yaml is open to a patient: one function of the same name for each.

A function takes one row for each answer: the `response`, and flags of what coverage was on file on that day.
"""

from __future__ import annotations

from typing import TypeAlias

import pandas as pd

Answers: TypeAlias = pd.DataFrame
Mask: TypeAlias = pd.Series


def stop_at_month_end(a: Answers) -> Mask:
    """The patient asks to stop."""
    return a["response"] == "asks_to_stop"


def qmb_never_billed(a: Answers) -> Mask:
    """The patient is a Qualified Medicare Beneficiary."""
    return a["qmb"]


def wait_for_secondary(a: Answers) -> Mask:
    """A payer that may pay the share stands behind the first; TRICARE does not cover the service, so it is none."""
    return a["second_payer"]


def explain_the_share(a: Answers) -> Mask:
    """The patient does not expect the share, disputes it or will not pay it; want of money is another matter."""
    return a["response"].isin(["disputes", "surprised", "refused"])


def screen_for_savings_program(a: Answers) -> Mask:
    """The patient cannot pay, or still does not after it was explained, and no Medicaid is on file."""
    return ~a["medicaid"] & ~a["qmb"]


def hardship_determination(a: Answers) -> Mask:
    """The patient says that they cannot pay; it is never offered to one who does not say so."""
    return a["response"] == "cannot_pay"


def payment_plan(a: Answers) -> Mask:
    """Everyone."""
    return pd.Series(True, index=a.index)
