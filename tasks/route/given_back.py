"""What patients paid for months in which nobody might ask them, and the cases in which it goes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd

from tasks.route.in_its_month import Bars
from tasks.route.machine import Move

QMB_PAID, BARRED_PAID = "qmb_paid", "barred_paid"
TO_GIVE_BACK = (QMB_PAID, BARRED_PAID)  # reasons of cases in which money has to go back


def paid_by_qmb(
    payments: pd.DataFrame, covered: pd.DataFrame, until: date
) -> tuple[dict[str, int], dict[str, list[Move]]]:
    """What Qualified Medicare Beneficiaries paid and did not get back, by case, and the moves that open its refund.

    They may not be charged, so whatever they paid for those days (`qmb_days`) has to go back. A payment that names no
    month counts as paid for its own day.
    """
    paid = payments[payments["payment_date"] <= pd.Timestamp(until)]
    if covered.empty or paid.empty:
        return {}, {}
    for_day = pd.to_datetime(paid["service_month"].where(paid["service_month"].notna()) + "-01", errors="coerce")
    day = for_day.fillna(paid["payment_date"]).astype("datetime64[ns]")
    last = day.where(for_day.isna(), day + pd.offsets.MonthEnd(0))
    both = paid.assign(from_day=day, to_day=last).merge(
        covered[["patient_id", "start_date", "end_date"]], on="patient_id"
    )
    inside = (both["start_date"] <= both["to_day"]) & (both["end_date"].isna() | (both["end_date"] >= both["from_day"]))
    return _given_back(both[inside].drop_duplicates("payment_id"), QMB_PAID)


def paid_though_barred(
    payments: pd.DataFrame, bars: Bars, but: Mapping[str, int], may_owe: Collection[str], until: date
) -> tuple[dict[str, int], dict[str, list[Move]]]:
    """What patients paid for months whose payer forbids to bill them and did not get back, and the moves that open it.

    Cases in `but` have a refund for another reason, which says more. A payment that names no month is of its day's; in
    cases that `may_owe` for a month without a ban it is one for that.
    """
    paid = payments[(payments["payment_date"] <= pd.Timestamp(until)) & ~payments["case_number"].isin(list(but))]
    paid = paid[paid["service_month"].notna() | ~paid["case_number"].isin(list(may_owe))]
    months = paid["service_month"].fillna(paid["payment_date"].dt.strftime("%Y-%m"))
    return _given_back(paid[bars.of(paid["patient_id"], months)], BARRED_PAID)


def _given_back(theirs: pd.DataFrame, reason: str) -> tuple[dict[str, int], dict[str, list[Move]]]:
    """Of these payments what is not given back, by case, and a move for each that has to be."""
    theirs = theirs.dropna(subset=["case_number"])
    net = theirs.groupby("case_number")["amount"].sum()
    due = {str(number): int(cents) for number, cents in net.items() if cents > 0}
    moves: dict[str, list[Move]] = {}
    for row in theirs[theirs["case_number"].isin(list(due)) & (theirs["amount"] > 0)].itertuples(index=False):
        what = Move("owe", row.payment_date.date(), f"paid:{row.payment_id}", reason=reason, cents=int(row.amount))
        moves.setdefault(row.case_number, []).append(what)
    return due, moves
