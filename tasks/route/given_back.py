"""What patients paid for months in which nobody might ask them, and the cases in which it goes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pandas as pd

from tasks.route.in_its_month import Bars
from tasks.route.machine import Move

QMB_PAID, BARRED_PAID = "qmb_paid", "barred_paid"
TO_GIVE_BACK = (QMB_PAID, BARRED_PAID)  # reasons of cases in which money has to go back


def not_for_an_open_bill(
    payments: pd.DataFrame, shares: pd.DataFrame, settled: Mapping[str, int], until: date
) -> pd.DataFrame:
    """The payments up to that day, each that names no month without what pays a bill of which the patient may be asked.

    Such a payment is for the case's oldest open ones of months that had begun by then, as far as they go, and the rest
    is of its own day. Open is what payments for the month itself and what was waived or written off (`settled`) leave.
    What was given back stays whole, or it would go back twice.
    """
    paid = payments[payments["payment_date"] <= pd.Timestamp(until)].sort_values("payment_date", kind="stable")
    may_ask = shares[~shares["protected"] & ~shares["barred"]]
    bills = may_ask.groupby(["case_number", "month"])["patient_cents"].sum()
    own = paid.dropna(subset=["service_month"]).groupby(["case_number", "service_month"])["amount"].sum()
    gone = own.reindex(bills.index).fillna(0).clip(lower=0)
    left = _open_by_case((bills - gone).clip(lower=0).astype("int64"), settled)
    amounts = []
    for row in paid.itertuples(index=False):
        cents = 0 if pd.isna(row.amount) else int(row.amount)
        if pd.isna(row.service_month) and cents > 0 and row.case_number in left:
            cents -= _pays(left[row.case_number], cents, f"{row.payment_date:%Y-%m}")
        amounts.append(cents)
    paid = paid.assign(amount=pd.Series(amounts, index=paid.index, dtype="int64"))
    return paid[paid["amount"] != 0]


def _open_by_case(bills: pd.Series, settled: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Cents that are open by case and month, the oldest first, once what was settled went to the oldest."""
    found: dict[str, dict[str, int]] = {}
    for (number, month), cents in bills.sort_index().items():
        found.setdefault(str(number), {})[str(month)] = int(cents)
    for number, months in found.items():
        _pays(months, settled.get(number, 0), "9999-12")
    return found


def _pays(months: dict[str, int], cents: int, begun: str) -> int:
    """How many of the cents the open months take that had begun by then; they are open by so much less."""
    taken = 0
    for month in [one for one in months if one <= begun]:
        part = min(months[month], cents - taken)
        months[month] -= part
        taken += part
    return taken


def paid_on_qmb_days(paid: pd.DataFrame, covered: pd.DataFrame) -> pd.DataFrame:
    """Of the payments, given back ones among them, those of a Qualified Medicare Beneficiary for such days.

    They may not be charged, so whatever they paid for those days (`qmb_days`) has to go back. A payment that names no
    month counts as paid for its own day (`not_for_an_open_bill`).
    """
    if covered.empty or paid.empty:
        return paid.iloc[:0]
    for_day = pd.to_datetime(paid["service_month"].where(paid["service_month"].notna()) + "-01", errors="coerce")
    day = for_day.fillna(paid["payment_date"]).astype("datetime64[ns]")
    last = day.where(for_day.isna(), day + pd.offsets.MonthEnd(0))
    both = paid.assign(from_day=day, to_day=last).merge(
        covered[["patient_id", "start_date", "end_date"]], on="patient_id"
    )
    inside = (both["start_date"] <= both["to_day"]) & (both["end_date"].isna() | (both["end_date"] >= both["from_day"]))
    return _with_what_went_back(both[inside].drop_duplicates("payment_id"), paid)


def paid_though_barred(paid: pd.DataFrame, bars: Bars, but: Collection[str]) -> pd.DataFrame:
    """Of the payments, given back ones among them, those for months whose payer forbids to bill the patient.

    The payments in `but`, by number, go back for another reason, which says more. One that names no month is of its
    day's (`not_for_an_open_bill`).
    """
    paid = paid[~paid["payment_id"].isin(list(but))]
    months = paid["service_month"].fillna(paid["payment_date"].dt.strftime("%Y-%m"))
    return _with_what_went_back(paid[bars.of(paid["patient_id"], months)], paid)


def _with_what_went_back(theirs: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """These payments and what was given back to the same patients since without naming a month, on whatever day.

    Refunds that name no month pay first for payments of the patient that name none either and are not among these.
    """
    since = theirs.loc[theirs["amount"] > 0].groupby("patient_id")["payment_date"].min()
    later = paid["payment_date"].to_numpy() >= since.reindex(paid["patient_id"]).to_numpy()
    back = paid[(paid["amount"] < 0) & paid["service_month"].isna() & later]
    back = back[~back["payment_id"].isin(theirs["payment_id"])]
    back = back.sort_values("payment_date", kind="stable")
    others = paid[(paid["amount"] > 0) & paid["service_month"].isna() & paid["patient_id"].isin(back["patient_id"])]
    others = others[~others["payment_id"].isin(theirs["payment_id"])]
    rest = pd.Series(_after_others(back, others), index=back.index, dtype=back["amount"].dtype)
    return pd.concat([theirs, back.assign(amount=rest)[rest < 0]])


def _after_others(back: pd.DataFrame, others: pd.DataFrame) -> list[int]:
    """What of each refund, a negative amount, is left once it has paid for these earlier payments of its patient."""
    open_: dict[str, list[tuple[Any, int]]] = {}
    for row in others.sort_values("payment_date", kind="stable").itertuples():
        open_.setdefault(row.patient_id, []).append((row.payment_date, int(row.amount)))
    left = []
    for row in back.itertuples():
        cents, kept = -int(row.amount), []
        for day, amount in open_.get(row.patient_id, []):
            used = min(cents, amount) if day <= row.payment_date else 0
            cents -= used
            kept.append((day, amount - used))
        open_[row.patient_id] = kept
        left.append(-cents)
    return left


def given_back(theirs: pd.DataFrame, reason: str) -> tuple[dict[str, int], dict[str, list[Move]]]:
    """Of these payments what is not given back, by case, and the moves that open its refund, one a payment."""
    theirs = theirs.dropna(subset=["case_number"])
    net = theirs.groupby("case_number")["amount"].sum()
    due = {str(number): int(cents) for number, cents in net.items() if cents > 0}
    moves: dict[str, list[Move]] = {}
    for row in theirs[theirs["case_number"].isin(list(due)) & (theirs["amount"] > 0)].itertuples(index=False):
        what = Move("owe", row.payment_date.date(), f"paid:{row.payment_id}", reason=reason, cents=int(row.amount))
        moves.setdefault(row.case_number, []).append(what)
    return due, moves


def goes_back(money: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """By case what Qualified Medicare Beneficiaries get back, and what is given back for want of a payer's leave."""
    barred = money["barred_back_cents"]
    both = [cents[cents > 0].items() for cents in (money["refund_cents"] - barred, barred)]
    by_qmb, despite = ({str(number): int(cents) for number, cents in some} for some in both)
    return by_qmb, despite
