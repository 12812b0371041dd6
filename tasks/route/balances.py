"""What patients owe by payers' answers, what they paid, and the cases that follow from either.

Everything goes by case number. A claim that waits for another payer is no balance, and neither is one that was replaced
or taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pandas as pd

from config.case_settings import CaseSettings
from config.month import Month
from config.still_unpaid import days_after
from tasks.route.machine import GIVES_UP, OVER, REDUCTIONS, STILL_UNPAID, Move, stand

GONE = ("replaced", "voided", "reversed", "written")
NO_MONEY = pd.DataFrame(
    {
        "owed_cents": pd.Series(dtype="int64"),
        "lowered_cents": pd.Series(dtype="int64"),
        "asked_cents": pd.Series(dtype="int64"),
        "ready_cents": pd.Series(dtype="int64"),
        "protected_cents": pd.Series(dtype="int64"),
        "barred_cents": pd.Series(dtype="int64"),
        "refund_cents": pd.Series(dtype="int64"),
        "barred_back_cents": pd.Series(dtype="int64"),
        "waiting": pd.Series(dtype=bool),
        "second": pd.Series(dtype=bool),
        "second_answered": pd.Series(dtype=bool),
        "qmb_told": pd.Series(dtype=bool),
    },
    index=pd.Index([], name="case_number", dtype="str"),
)


def _as_if_asked(owed: pd.DataFrame) -> pd.DataFrame:
    return owed.assign(patient_id=None, protected=False, barred=False, second=False)


def shares_of_claims(
    balances: pd.DataFrame, until: date, in_its_month: Callable[[pd.DataFrame], pd.DataFrame] = _as_if_asked
) -> pd.DataFrame:
    """The claims answered by that day that leave a share to the patient, with what held in the month of each."""
    day = pd.Timestamp(until)
    there = balances[
        (balances["answered_date"] <= day) & ~balances["state"].isin(GONE) & (balances["patient_cents"] > 0)
    ]
    return in_its_month(there[~there["waiting"].fillna(False).astype(bool)])


def unpaid_claims(
    owed: pd.DataFrame,
    payments: pd.DataFrame,
    settled: Mapping[str, int],
    until: date,
    qmb_paid: Mapping[str, int] = MappingProxyType({}),
    barred_paid: Mapping[str, int] = MappingProxyType({}),
) -> pd.DataFrame:
    """The claims of `shares_of_claims` with `unpaid_cents` of each.

    Payments for a service month go to that month; what is left of them, and what was waived or written off (`settled`,
    by case), goes to the oldest of those that may be asked, and to the others last. What has to go back (`qmb_paid`,
    `barred_paid`, by case) pays no other month. Columns: claim_number, case_number, month, service_date, patient_cents,
    unpaid_cents, answered_date, payers_answered, and those of `in_its_month`.
    """
    day = pd.Timestamp(until)
    order = owed.assign(never=owed["protected"] | owed["barred"])
    order = order.sort_values(["case_number", "never", "month", "claim_number"], kind="stable")
    owed = owed.loc[order.index].reset_index(drop=True)
    paid = payments[payments["payment_date"] <= day]
    own = paid.dropna(subset=["service_month"]).groupby(["case_number", "service_month"])["amount"].sum()
    of_month = owed.groupby(["case_number", "month"])["patient_cents"].transform("sum")
    keys = pd.MultiIndex.from_frame(owed[["case_number", "month"]])
    meant = pd.Series(own.reindex(keys).fillna(0).to_numpy(dtype="int64"), index=owed.index)
    meant = np.minimum(meant, of_month)
    left = _left_after(owed, ["case_number", "month"], owed["patient_cents"], meant)
    # What was given back, for whatever month, is not there any more: no more counts than was paid on the whole.
    net = (paid.groupby("case_number")["amount"].sum() if len(paid) else pd.Series(dtype="int64")).clip(lower=0)
    applied = owed["patient_cents"] - left
    there_is = owed["case_number"].map(net).fillna(0).astype("int64")
    left = owed["patient_cents"] - _used_up(owed["case_number"], applied, there_is)
    own_used = owed.assign(used=owed["patient_cents"] - left)
    used = own_used.groupby("case_number")["used"].sum()
    spare = _spare(own_used, used, net, qmb_paid, barred_paid)
    given = pd.Series(dict(settled), dtype="int64").reindex(used.index, fill_value=0)
    spare = owed["case_number"].map(spare + given).fillna(0).astype("int64").clip(lower=0)
    owed["unpaid_cents"] = _left_after(owed, ["case_number"], left, spare)
    names = ["claim_number", "case_number", "month", "service_date", "patient_cents", "unpaid_cents", "answered_date"]
    return owed[[*names, "payers_answered", "patient_id", "protected", "barred", "second"]]


def _spare(
    owed: pd.DataFrame, used: pd.Series, net: pd.Series, qmb_paid: Mapping[str, int], barred_paid: Mapping[str, int]
) -> pd.Series:
    """Of each case the money that no month was paid with and that does not go back: free for any other month."""
    # Each is laid on the same cases before it is added: those without money have an index of another kind.
    free = net.reindex(used.index, fill_value=0) - used
    for back, of_month in ((qmb_paid, owed["protected"]), (barred_paid, owed["barred"])):
        due = pd.Series(dict(back), dtype="int64").reindex(used.index, fill_value=0)
        there = owed[of_month.astype(bool)].groupby("case_number")["used"].sum().reindex(used.index, fill_value=0)
        free -= (due - there).clip(lower=0)  # what stands on the month it has to go back for is no spare money
    return free.clip(lower=0)


def _left_after(owed: pd.DataFrame, keys: list[str], amounts: pd.Series, paid: pd.Series) -> pd.Series:
    """What is left of each amount when what was paid for its group goes to the first rows of it."""
    groups = [owed[key] for key in keys]
    before = amounts.groupby(groups).cumsum() - amounts
    return (amounts - (paid - before).clip(lower=0)).clip(lower=0).astype("int64")


def _used_up(cases: pd.Series, applied: pd.Series, there_is: pd.Series) -> pd.Series:
    """Of what was applied in turn, as much as there is money for in the case."""
    before = applied.groupby(cases).cumsum() - applied
    return applied.clip(upper=(there_is - before).clip(lower=0)).astype("int64")


def ready_to_ask(unpaid: pd.DataFrame) -> pd.Series:
    """Which claims leave something that may be asked now: no further payer of their month has still to answer."""
    answered = (unpaid["payers_answered"] > 1).fillna(False).astype(bool)
    return (unpaid["asked_cents"] > 0) & (answered | ~unpaid["second"])


def money_of_cases(
    balances: pd.DataFrame,
    unpaid: pd.DataFrame,
    to_refund: Mapping[str, int],
    barred_paid: Mapping[str, int],
    until: date,
) -> pd.DataFrame:
    """By case: what is owed, what has to go back, and what payers' answers say of the others.

    Of what is owed `protected_cents` are of months in which the patient was a Qualified Medicare Beneficiary and
    `barred_cents` of months whose payer forbids to bill; `lowered_cents` is taken off by determinations, `asked_cents`
    the rest, and `ready_cents` of it what no further payer has still to answer. `second` holds where such a payer is
    that of a month asked for, `second_answered` where something is ready, or it answered and nothing is left.
    `refund_cents` has to go back, `barred_back_cents` of it for want of a payer's leave.
    """
    there = balances[balances["answered_date"] <= pd.Timestamp(until)]
    whole = there[~there["state"].isin(GONE)]
    groups = whole.groupby("case_number")
    found = pd.DataFrame(
        {
            "waiting": groups["waiting"].any(),
            "by_two": groups["payers_answered"].max() > 1,
            "qmb_told": there.groupby("case_number")["qmb_told"].any().reindex(groups.size().index, fill_value=False),
        }
    )
    back = {number: to_refund.get(number, 0) + barred_paid.get(number, 0) for number in {*to_refund, *barred_paid}}
    found = found.reindex(found.index.union(pd.Index(list(back), dtype="str")))
    some = unpaid[unpaid["unpaid_cents"] > 0]
    sums = {"owed": ("unpaid", some), "lowered": ("lowered", some), "asked": ("asked", some)}
    sums |= {"ready": ("asked", some[ready_to_ask(some)])}
    sums |= {"protected": ("unpaid", some[some["protected"]])}
    sums |= {"barred": ("unpaid", some[some["barred"] & ~some["protected"]])}
    for name, (column, rows) in sums.items():
        cents = rows.groupby("case_number")[f"{column}_cents"].sum()
        found[f"{name}_cents"] = cents.reindex(found.index, fill_value=0).astype("int64")
    second = some[some["second"] & (some["asked_cents"] > 0)]
    found["second"] = found.index.isin(second["case_number"])
    by_two = found["by_two"].astype("boolean").fillna(False).astype(bool)
    found["second_answered"] = (found["ready_cents"] > 0) | ((found["asked_cents"] == 0) & by_two)
    for name, due in (("refund", back), ("barred_back", barred_paid)):
        found[f"{name}_cents"] = pd.Series(dict(due), dtype="int64").reindex(found.index, fill_value=0)
    flags = ["waiting", "second", "second_answered", "qmb_told"]
    found[flags] = found[flags].astype("boolean").fillna(False).astype(bool)
    return found[list(NO_MONEY)]


def openings(unpaid: pd.DataFrame, qmb: frozenset[str], age_days: int, until: date) -> dict[str, list[Move]]:
    """A move by case for each claim of whose share something to ask for was left unpaid past the age.

    None is made of a Qualified Medicare Beneficiary, who owes nothing, nor where determinations take all of it off.
    """
    found: dict[str, list[Move]] = {}
    for row in _aged(unpaid, qmb, age_days, until).itertuples(index=False):
        day = row.answered_date.date() + timedelta(days=age_days)
        move = Move("owe", day, f"owed:{row.claim_number}", reason="unpaid_balance", cents=int(row.asked_cents))
        found.setdefault(str(row.case_number), []).append(move)
    return found


def returns(
    unpaid: pd.DataFrame,
    qmb: frozenset[str],
    dead: frozenset[str],
    history: Mapping[str, Sequence[Move]],
    payments: pd.DataFrame,
    settings: CaseSettings,
    until: date,
) -> dict[str, list[Move]]:
    """A move by case that was settled and of which something is unpaid all the same, so long after its settlement.

    It counts from the patient's last payment where that is later: a plan that is kept brings nothing back. Each
    settlement brings its case back once at most; nobody asks a Qualified Medicare Beneficiary, or who died.
    """
    open_cents = _aged(unpaid, qmb | dead, settings.balance_age_days, until).groupby("case_number")["asked_cents"].sum()
    paid = payments[(payments["payment_date"] <= pd.Timestamp(until)) & (payments["amount"] > 0)]
    last = paid.groupby("case_number")["payment_date"].max()
    found: dict[str, list[Move]] = {}
    for number, cents in open_cents.items():
        case = stand(history.get(str(number), ()), until)
        if case.stage not in OVER or case.since is None:
            continue
        days = days_after(case.outcome, case.since, settings.still_unpaid_days)
        if days is None:
            continue
        begins = max(case.since, last[number].date()) if number in last.index else case.since
        day = begins + timedelta(days=days)
        if day <= until:
            source = f"still:{case.since}:{case.outcome}"
            found[str(number)] = [Move("owe", day, source, reason=STILL_UNPAID, note=case.outcome, cents=int(cents))]
    return found


def _aged(unpaid: pd.DataFrame, but: frozenset[str], age_days: int, until: date) -> pd.DataFrame:
    """The claims past the age of which something may be asked, without those cases."""
    past = unpaid["answered_date"] + pd.Timedelta(days=age_days) <= pd.Timestamp(until)
    return unpaid[(unpaid["asked_cents"] > 0) & past & ~unpaid["case_number"].isin(list(but))]


def qmb_days(
    tables: Mapping[str, pd.DataFrame], balances: pd.DataFrame, numbers: pd.Series, month: Month
) -> pd.DataFrame:
    """The days on which a patient is known as a Qualified Medicare Beneficiary: patient_id, start_date, end_date.

    Days of such a coverage; the months of claims whose payer's answer said so; and this month, where an eligibility
    answer or the payer's own says that the patient never owes anything. Of other months neither answer says a thing.
    """
    names = ["patient_id", "start_date", "end_date"]
    coverages = tables["coverages"]
    found = [coverages.loc[coverages["payer_kind"].astype("str") == "qmb", names]]
    said = balances[balances["qmb_told"].fillna(False).astype(bool) & ~balances["state"].isin(GONE)]
    whose = pd.Series(numbers.index, index=numbers.to_numpy())
    told = [(whose[row.case_number], row.month) for row in said.itertuples() if row.case_number in whose.index]
    if "payer_answers" in tables:
        answers = tables["payer_answers"]
        never = answers.loc[(answers["patient_owes"].astype("str") == "never").to_numpy(), "patient_id"]
        told += [(patient, str(month)) for patient in never.unique()]
    if told:
        first = pd.to_datetime(pd.Series([f"{name}-01" for _, name in told]))
        days = {"patient_id": [one for one, _ in told], "start_date": first, "end_date": first + pd.offsets.MonthEnd(0)}
        found.append(pd.DataFrame(days))
    return pd.concat(found, ignore_index=True)


def told_by_remark(balances: pd.DataFrame, numbers: pd.Series) -> pd.DataFrame:
    """Whom a payer's answer shows as a Qualified Medicare Beneficiary (N781 to N783), as rows of coverages.

    Of whichever month the claim is: a case takes its patient for one by any such answer, and a letter says no other.
    """
    told = balances.loc[balances["qmb_told"].fillna(False).astype(bool), "case_number"].astype("str")
    whose = numbers.index[numbers.isin(told).to_numpy(bool)]
    return pd.DataFrame({"coverage_id": [f"remark:{one}" for one in whose], "patient_id": whose, "payer_kind": "qmb"})


def settled_cents(moves: Mapping[str, Iterable[Move]], until: date, has_payment: frozenset[str]) -> dict[str, int]:
    """What was waived, reduced or written off by case; and paid, where none of their payments is exported."""
    found: dict[str, int] = {}
    for number, several in moves.items():
        outcomes = (*REDUCTIONS, *GIVES_UP) + (() if number in has_payment else ("paid",))
        cents = sum(move.cents for move in several if move.outcome in outcomes and move.day <= until)
        if cents:
            found[number] = cents
    return found
