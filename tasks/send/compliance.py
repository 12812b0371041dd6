"""What compliance has to look at: money to return and by when, patients who paid without owing, signs in time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from tasks.send.action_rows import actions_in
from tasks.send.counts import Frames
from tasks.send.words import dollars, plain, plural

WITHOUT_OWING = ("qmb_paid", "barred_paid")
Row = dict[str, Any]


def compliance_view(frames: Frames, overpayments: pd.DataFrame | None) -> Row:
    """Everything the month's message says, soonest due first; `work` counts what there is to do, nought is quiet.

    Signs that are action items already are only counted: the items say them.
    """
    cases = frames["copay_cases"]
    paid = cases[cases["response"].isin(WITHOUT_OWING) & (cases["state"] == "open")]
    paid = paid.sort_values(["due_date", "case_number"])
    owing = returns(overpayments)
    items = actions_in(frames)
    own = items[(items["kind"] == "time_signs") & (items["audience"] == "compliance")] if len(items) else items
    in_items = own["about"] if len(items) else []
    known = frames["signals"]["subject"].isin(in_items)
    seen = signals(frames["signals"][~known.to_numpy(bool)])
    return {
        "returns": owing,
        "return_cents": sum(row["cents"] for row in owing),
        "first_due": min((row["due"] for row in owing), default=None),
        "paid": [{name: row[name] for name in ("case_number", "next_step", "due_date")} for _, row in paid.iterrows()],
        "signals": seen,
        "signals_in_items": int(known.sum()),
        "work": len(owing) + len(paid) + len(seen),
    }


def returns(overpayments: pd.DataFrame | None) -> list[Row]:
    """The open overpayments by reason and last day: how many claims, and what is open of them."""
    if overpayments is None or overpayments.empty:
        return []
    still = overpayments[overpayments["state"] == "open"]
    return [
        {"due": due, "why": plain(str(why)), "claims": len(group), "cents": int(group["open_cents"].sum())}
        for (due, why), group in still.groupby(["due_date", "why"], sort=True)
    ]


def signals(found: pd.DataFrame) -> list[Row]:
    """The signs of rounded or reconstructed time with how many people they concern, most of them first."""
    rows: list[Row] = []
    for name, group in found.groupby("signal", sort=True, observed=True):
        words = str(group["words"].iloc[0]) if len(group) == 1 else "How often with each stands in the list"
        rows.append({"signal": plain(str(name)), "words": words, "subjects": len(group)})
    return sorted(rows, key=lambda row: -row["subjects"])


def overdue(view: Row, today: date | None) -> int:
    """How many claims' money should have gone back before today."""
    late = [row["claims"] for row in view["returns"] if today is not None and pd.Timestamp(row["due"]).date() < today]
    return sum(late)


def to_do(view: Row) -> str:
    """The subject's second half."""
    parts = []
    if view["returns"]:
        parts.append(f"{dollars(view['return_cents'])} to return")
    if view["paid"]:
        parts.append(plural(len(view["paid"]), "patient") + " paid without owing")
    if view["signals"]:
        parts.append(plural(len(view["signals"]), "sign") + " in the time log")
    return ", ".join(parts)
