"""What some patients paid of their share, and the one that should never have been taken."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.month import Month
from tasks.demo.numbers import stream, text_ids
from tasks.demo.roster import DAY, Roster

PAYING = 0.10  # share of patients with a payment in the last month
LEAST_CENTS, MOST_CENTS = 900, 3200
METHODS = ["card", "cash", "check", "transfer", "plan", "other"]


def make_patient_payments(roster: Roster, coverages: pd.DataFrame, seed: int, last_month: Month) -> pd.DataFrame:
    """Payments in the last month for the one before; Qualified Medicare Beneficiaries owe nothing and pay nothing."""
    rng = stream(seed, "patient_payments")
    qmb = coverages.loc[coverages["payer_kind"].astype("str") == "qmb", "patient_id"]
    owes = ~pd.Series(roster.patient_ids).isin(qmb).to_numpy()
    there = roster.enrolled < np.datetime64(last_month.previous.first)
    patient = np.flatnonzero((rng.random(roster.size) < PAYING) & owes & there)
    if not len(patient):
        patient = np.flatnonzero(owes)[:1]
    count = len(patient)
    return pd.DataFrame(
        {
            "payment_id": text_ids("Y", np.arange(1, count + 1), 6),
            "patient_id": roster.patient_ids[patient],
            "payment_date": np.datetime64(last_month.first) + rng.integers(0, 28, count) * DAY,
            "amount": rng.integers(LEAST_CENTS, MOST_CENTS, count),
            "service_month": str(last_month.previous),
            "method": np.array(METHODS, dtype=object)[rng.integers(0, len(METHODS), count)],
        }
    )
