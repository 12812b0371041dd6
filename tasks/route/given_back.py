"""What patients paid for months in which nobody might ask them, and the cases in which it goes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd

from tasks.route.in_its_month import Bars
from tasks.route.machine import Move

QMB_PAID, BARRED_PAID = "qmb_paid", "barred_paid"
TO_GIVE_BACK = (QMB_PAID, BARRED_PAID)  # reasons of cases in which money has to go back


def paid_on_qmb_days(
    payments: pd.DataFrame, covered: pd.DataFrame, may_owe: Mapping[str, str], until: date
) -> pd.DataFrame:
    """Of the payments, given back ones among them, those of a Qualified Medicare Beneficiary for such days.

    They may not be charged, so whatever they paid for those days (`qmb_days`) has to go back. A payment that names no
    month counts as paid for its own day, unless it may be for another month (`may_owe`, as in `paid_though_barred`).
    """
    paid = payments[payments["payment_date"] <= pd.Timestamp(until)]
    paid = paid[~_for_another_month(paid, may_owe)]
    if covered.empty or paid.empty:
        return paid.iloc[:0]
    for_day = pd.to_datetime(paid["service_month"].where(paid["service_month"].notna()) + "-01", errors="coerce")
    day = for_day.fillna(paid["payment_date"]).astype("datetime64[ns]")
    last = day.where(for_day.isna(), day + pd.offsets.MonthEnd(0))
    both = paid.assign(from_day=day, to_day=last).merge(
        covered[["patient_id", "start_date", "end_date"]], on="patient_id"
    )
    inside = (both["start_date"] <= both["to_day"]) & (both["end_date"].isna() | (both["end_date"] >= both["from_day"]))
    return both[inside].drop_duplicates("payment_id")


def paid_though_barred(
    payments: pd.DataFrame, bars: Bars, but: Collection[str], may_owe: Mapping[str, str], until: date
) -> pd.DataFrame:
    """Of the payments, given back ones among them, those for months whose payer forbids to bill the patient.

    The payments in `but`, by number, go back for another reason, which says more. A payment that names no month is of
    its day's; in cases that may owe for a month without a ban that had begun by then (the first of them in `may_owe`)
    it is one for that.
    """
    paid = payments[(payments["payment_date"] <= pd.Timestamp(until)) & ~payments["payment_id"].isin(list(but))]
    paid = paid[~_for_another_month(paid, may_owe)]
    months = paid["service_month"].fillna(paid["payment_date"].dt.strftime("%Y-%m"))
    return paid[bars.of(paid["patient_id"], months)]


def _for_another_month(paid: pd.DataFrame, may_owe: Mapping[str, str]) -> pd.Series:
    """Which are for another month than their day's; what was given back is of its day's, or it would go back twice."""
    first = paid["case_number"].map(lambda number: may_owe.get(number, "9999-12")).astype("str")
    begun = first <= paid["payment_date"].dt.strftime("%Y-%m")
    return paid["service_month"].isna() & (paid["amount"] > 0) & begun


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
