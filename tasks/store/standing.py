"""Which of the answers to a claim stand: reversals net out, a correction takes its forerunner's place."""

from __future__ import annotations

import numpy as np
import pandas as pd

REVERSED, FORWARDED_UNSEEN = "22", "23"  # claim status codes of an 835


EXACT_DUPLICATE, PATIENT = "18", "PR"  # an adjustment's reason, and the group of what is left to the patient


def ordered(answers: pd.DataFrame, claims: pd.DataFrame, adjustments: pd.DataFrame) -> pd.DataFrame:
    """The answers with `payer_order` filled in and `standing`, in the order of their payment dates.

    A denial or reversal does not say which payer in the order it is: it is that of the same payer's other answers; the
    second, when another payer answered as the first before; else that of the claim. Of one payer's answers to a claim
    each reversal takes one away, and of those left the last stands. That a claim is there already (all that
    its `adjustments` say) takes the place of no answer that allowed money. The order of import makes no difference.
    """
    found = answers.merge(claims[["claim_number", "payer_order"]], on="claim_number", suffixes=("", "_of_claim"))
    said = found[found["payer_order"] > 0]
    same = said.groupby(["claim_number", "payer_id"])["payer_order"].min().rename("same").reset_index()
    first = said[said["payer_order"] == 1].sort_values("payment_date").drop_duplicates("claim_number")
    first = first[["claim_number", "payer_id", "payment_date"]]
    first = first.rename(columns={"payer_id": "first", "payment_date": "first_date"})
    found = found.merge(same, how="left").merge(first, how="left", on="claim_number")
    other_was_first = found["first"].notna() & (found["first"] != found["payer_id"])
    other_was_first &= ~(found["payment_date"] < found["first_date"])
    guess = found["same"].fillna(found["payer_order_of_claim"] + other_was_first * 1).astype("int64")
    found["payer_order"] = found["payer_order"].where(found["payer_order"] > 0, guess).astype("int64")
    found = found.sort_values(["payment_date", "id"], na_position="first", ignore_index=True)

    keys = [found["claim_number"], found["payer_order"], found["payer_id"]]
    counts = (found["status"] != FORWARDED_UNSEEN).to_numpy()
    reversal = (found["status"] == REVERSED).to_numpy()
    original = pd.Series(counts & ~reversal, index=found.index)
    taken = adjustments[adjustments["cents"] > 0]
    is_duplicate, left_over = taken["reason"] == EXACT_DUPLICATE, taken["adjustment_group"] == PATIENT
    payment = taken["claim_payment_id"]
    repeats = original & found["id"].isin(payment[is_duplicate]) & ~found["id"].isin(payment[~is_duplicate])
    allowed = original & ((found["paid_cents"] > 0) | found["id"].isin(payment[left_over]))
    reversals = pd.Series(reversal, index=found.index).groupby(keys)
    original &= ~(repeats & (allowed.groupby(keys).cumsum() > reversals.cumsum()))
    left = original.groupby(keys).transform("sum") - reversals.transform("sum")
    later = original[::-1].groupby([key[::-1] for key in keys]).cumsum()[::-1]
    found["standing"] = original & (later == 1) & (left > 0)
    money = np.sign(found["paid_cents"]).where(counts, 0)
    found["paid_times"] = money.groupby(keys).transform("sum").astype("int64")
    return found.drop(columns=["same", "first", "first_date", "payer_order_of_claim"])
