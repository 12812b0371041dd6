"""Whether the amounts of a remittance tie: line by line, claim by claim, and to the payment itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tasks.remit.read import Remittance


def claim_differences(read: Remittance) -> pd.Series:
    """Of each claim, its charge less what is paid and adjusted, on its lines too; nought when it ties."""
    adjusted = read.adjustments.groupby("claim")["cents"].sum().reindex(read.claims.index, fill_value=0)
    return read.claims["charge_cents"] - read.claims["paid_cents"] - adjusted


def line_differences(read: Remittance) -> pd.Series:
    """Of each service line, its charge less what is paid and adjusted on it; nought when it ties."""
    own = read.adjustments.groupby(["claim", "line"])["cents"].sum()
    lines = pd.MultiIndex.from_frame(read.lines[["claim", "line"]])
    return read.lines["charge_cents"] - read.lines["paid_cents"] - own.reindex(lines, fill_value=0).to_numpy()


def payment_sums(read: Remittance) -> pd.DataFrame:
    """Of each payment, the claims' sum, the provider adjustments' sum, and what the payment differs from the two."""
    index = read.payments.index
    claims = read.claims.groupby("payment")["paid_cents"].sum().reindex(index, fill_value=0)
    others = read.provider_adjustments.groupby("payment")["cents"].sum().reindex(index, fill_value=0)
    return pd.DataFrame(
        {
            "claims_cents": claims,
            "provider_adjustment_cents": others,
            "difference_cents": read.payments["payment_cents"] - (claims - others),
        }
    )


def hold_back_unbalanced(read: Remittance) -> None:
    """A claim that does not tie, or one of whose lines does not, has that as its fault, with the amount."""
    off = claim_differences(read).to_numpy(copy=True)
    lines = line_differences(read)
    wrong = lines[lines != 0]
    owners = read.lines.loc[wrong.index, "claim"].to_numpy()
    off[owners] = np.where(off[owners] == 0, wrong.to_numpy(), off[owners])
    words = pd.Series(off, index=read.claims.index)
    words = words[(words != 0) & (read.claims["fault"] == "")]
    read.claims.loc[words.index, "fault"] = words.map(lambda cents: f"out_of_balance: {cents / 100:.2f}")
