"""What contradicts itself among a patient's coverages: one function for each entry of config/payers/order.yaml.

A function takes the payers of a month and what the register says of their order, and tells for each patient.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from config.medicaid_states import MEDICAID_STATES
from config.payer_register import Register
from tasks.cover.payers import Payers

Mask: TypeAlias = np.ndarray


def two_first_payers(p: Payers, register: Register) -> Mask:
    """Two different payers are the first on the same day."""
    return _several(p, p.standing[p.standing["priority"] == 1])


def two_of_one_priority(p: Payers, register: Register) -> Mask:
    """Two different payers share a later place."""
    return _several(p, p.standing[p.standing["priority"] > 1])


def no_first_payer(p: Payers, register: Register) -> Mask:
    """There are payers and none is the first; Part B behind which a plan stands counts for the plan."""
    rows = p.in_force
    return p.any(rows, np.ones(len(rows))) & ~p.any(rows, rows["priority"] == 1)


def two_advantage_plans(p: Payers, register: Register) -> Mask:
    """Two different Medicare Advantage plans are in force on the same day."""
    plans = p.standing[p.standing["kind"] == "medicare_advantage"]
    return _several(p, plans.assign(priority=1))


def supplement_beside_advantage(p: Payers, register: Register) -> Mask:
    """A supplement and a Medicare Advantage plan are in force together."""
    return p.has("medigap") & p.has("medicare_advantage")


def supplement_without_medicare(p: Payers, register: Register) -> Mask:
    """A supplement is in force, and neither Part B nor a plan is."""
    return p.has("medigap") & ~p.has("medicare_part_b", "medicare_advantage")


def qmb_without_medicare(p: Payers, register: Register) -> Mask:
    """The patient is a Qualified Medicare Beneficiary without Medicare."""
    return p.has("qmb") & ~p.has("medicare_part_b", "medicare_advantage")


def payer_not_named(p: Payers, register: Register) -> Mask:
    """An insurer or plan has neither name nor identifier; programs of the state need none."""
    rows = p.standing
    return p.any(rows, ~rows["is_named"] & ~rows["kind"].isin(["unknown"]))


def medicaid_state_not_known(p: Payers, register: Register) -> Mask:
    """A Medicaid is on file, and neither it nor the patient has a state that has one."""
    rows = p.in_force
    return p.any(rows, (rows["kind"] == "medicaid") & ~rows["state"].isin(MEDICAID_STATES))


def order_typed_otherwise(p: Payers, register: Register) -> Mask:
    """A payer that pays before another stands behind it."""
    found = np.zeros(len(p.patients), dtype=bool)
    rows = p.standing
    for sequel in register.order:
        latest = _extreme(p, rows[rows["kind"].isin(sequel.before)], last=True)
        earliest = _extreme(p, rows[rows["kind"].isin(sequel.after)], last=False)
        found |= (latest > 0) & (earliest > 0) & (latest > earliest)
    return found


def _several(p: Payers, rows: pd.DataFrame) -> Mask:
    """Which patients have two payers of one priority among these rows; a payer stands in them once."""
    return p.any(rows, rows.duplicated(["patient", "priority"], keep=False))


def _extreme(p: Payers, rows: pd.DataFrame, last: bool) -> np.ndarray:
    """The last, or first, priority of each patient among these rows; 0 for none."""
    by_patient = rows.groupby("patient")["priority"]
    found = by_patient.max() if last else by_patient.min()
    return found.reindex(range(len(p.patients)), fill_value=0).to_numpy()
