"""Money that payers kept back for claims (WO), with what of it an overpayment or a reversal accounts for."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.engine import Connection

from tasks.store.claim_names import KEPT_BACK, claims_named
from tasks.store.payees import is_anothers
from tasks.store.remittances import DAY, NUMBER, TEXT, asked, select

TO_DO = (
    "The payer kept this back for a claim of which nothing on record has to go back. Ask it for the letter that demands"
    " it: where it is right, correct the month (ccm reopen) or the denial; where it is not, dispute it by the day that"
    " the letter names."
)
UNKNOWN = (
    "The payer kept this back and names no claim that is on record here. Ask it which claim it means and for the letter"
    " that demands it: where that claim was billed elsewhere, as before this program, book it there; where it is"
    " none of the practice's, dispute it by the day that the letter names."
)
_KEPT = {
    "a.reference": TEXT, "a.cents": NUMBER, "r.id": NUMBER, "r.payer_id": TEXT, "r.payee_npi": TEXT,
    "r.payer_name": TEXT, "r.trace_number": TEXT, "r.payment_date": DAY, "f.file_name": TEXT,
}  # fmt: skip
_ACCOUNTED = {
    "c.claim_number": TEXT, "c.practice_id": TEXT, "c.case_number": TEXT, "c.month": TEXT,
    "CASE WHEN o.state <> 'withdrawn' THEN o.cents ELSE 0 END AS owed_cents": NUMBER,
    # What was taken back, less what was paid anew since.
    "(SELECT CAST(SUM(CASE WHEN p.paid_cents < 0 OR p.id > (SELECT MIN(q.id) FROM claim_payments AS q WHERE"
    " q.claim_number = c.claim_number AND q.paid_cents < 0) THEN p.paid_cents ELSE 0 END) AS BIGINT)"
    " FROM claim_payments AS p WHERE p.claim_number = c.claim_number) AS taken_cents": NUMBER,
    "(SELECT CAST(SUM(b.cents) AS BIGINT) FROM refunds AS b WHERE b.claim_number = c.claim_number)"
    " AS refunded_cents": NUMBER,
}  # fmt: skip
_WHICH = ["claim_number", "unknown"]  # by what rows are told apart


def withheld(connection: Connection, practice_id: str) -> pd.DataFrame:
    """What payers kept back from the practice: a row a claim, named by our number or by any of the payer's own, with
    the last payment of that kind; and a row for what names no claim on record, by payer and reference.

    What neither an overpayment nor a reversal on record accounts for is open and says what to do; those rows come
    first. What was given back is taken off, to the row's nought.
    """
    source = f"{KEPT_BACK} JOIN remittance_files AS f ON f.digest = r.digest"
    kept = select(connection, _KEPT, source, "r.payment_date, r.id, a.position")
    found = kept.merge(_meant(connection, kept), on=["payer_id", "reference"], how="left")
    unknown = found["claim_number"].isna()
    text = {"claim_number": "", "case_number": "", "month": ""}
    # A payer is known by its number: it may write its name otherwise another time.
    named = kept.drop_duplicates("payer_id", keep="last").set_index("payer_id")["payer_name"]
    told = found["payer_id"].map(named) + " " + found["reference"]
    found = found.fillna(text).assign(unknown=told.where(unknown, ""))
    found = found[(found["practice_id"] == practice_id) | (unknown & _to(connection, practice_id, found, unknown))]
    sums = found.groupby(_WHICH)["cents"].sum().rename("withheld_cents").reset_index()
    last = found.drop_duplicates(_WHICH, keep="last").merge(sums, on=_WHICH)
    last = last[last["withheld_cents"] > 0]
    accounted = last[["withheld_cents", "known"]].fillna(0).min(axis=1).astype("int64")
    last = last.assign(accounted_cents=accounted, open_cents=last["withheld_cents"] - accounted)
    words = pd.Series(TO_DO, index=last.index, dtype="str").mask(last["unknown"] != "", UNKNOWN)
    last["to_do"] = words.where(last["open_cents"] > 0, "")
    last["done"] = last["open_cents"] == 0
    return last.sort_values(["done", "payment_date", *_WHICH], ignore_index=True)


def _meant(connection: Connection, kept: pd.DataFrame) -> pd.DataFrame:
    """Of each payer and reference the claim that is meant; of several the one of which most has to go back."""
    named = claims_named(connection, kept)
    with asked(connection, named["claim_number"]):
        source = "claims AS c JOIN asked_claims AS a ON a.claim_number = c.claim_number"
        source += " LEFT JOIN overpayments AS o ON o.claim_number = c.claim_number"
        claims = select(connection, _ACCOUNTED, source, "c.claim_number")
    known = claims["owed_cents"].fillna(0).clip(lower=-claims["taken_cents"].fillna(0))
    claims["known"] = (known - claims["refunded_cents"].fillna(0)).clip(lower=0)  # that went back already
    meant = named.merge(claims, on="claim_number")
    meant = meant.sort_values(["place", "known", "claim_number"], ascending=[True, False, True], kind="stable")
    return meant.drop_duplicates(["payer_id", "reference"])


def _to(connection: Connection, practice_id: str, found: pd.DataFrame, unknown: pd.Series) -> pd.Series:
    """Whether each payment went to the practice: it answers claims of it, or none of anybody's and no other's payee."""
    answers = f"{KEPT_BACK} JOIN claim_payments AS p ON p.remittance_id = r.id JOIN claims AS c"
    answers += " ON c.claim_number = p.claim_number"
    told = select(connection, {"DISTINCT r.id": NUMBER, "c.practice_id": TEXT}, answers)
    mine = found["id"].isin(told.loc[told["practice_id"] == practice_id, "id"])
    open_ = unknown & ~found["id"].isin(told["id"])
    payees = found.loc[open_, "payee_npi"].unique()
    own = [payee for payee in payees if not is_anothers(connection, practice_id, payee)]
    return mine | (open_ & found["payee_npi"].isin(own))
