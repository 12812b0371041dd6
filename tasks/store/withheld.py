"""Money that payers kept back for claims (WO), with what of it an overpayment or a reversal accounts for."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.engine import Connection

from tasks.store.overpayments import WITHHELD
from tasks.store.remittances import DAY, NUMBER, TEXT, asked, select

TO_DO = (
    "The payer kept this back for a claim of which nothing on record has to go back. Ask it for the letter that demands"
    " it: where it is right, correct the month (ccm reopen) or the denial; where it is not, dispute it by the day that"
    " the letter names."
)
_KEPT = {
    "a.reference": TEXT, "a.cents": NUMBER, "r.id": NUMBER, "r.payer_name": TEXT, "r.trace_number": TEXT,
    "r.payment_date": DAY, "f.file_name": TEXT,
}  # fmt: skip
_CALLED = """(SELECT claim_number AS name, claim_number, 0 AS place FROM claims
    UNION SELECT payer_claim_number, claim_number, 1 FROM claim_payments WHERE claim_number <> '') AS n
    JOIN {names} AS a ON a.claim_number = n.name JOIN claims AS c ON c.claim_number = n.claim_number"""
_ACCOUNTED = {
    "c.claim_number": TEXT, "c.practice_id": TEXT, "c.case_number": TEXT, "c.month": TEXT, "n.name": TEXT,
    "n.place": NUMBER,
    "CASE WHEN o.state <> 'withdrawn' THEN o.cents ELSE 0 END AS owed_cents": NUMBER,
    # What was taken back, less what was paid anew since.
    "(SELECT CAST(SUM(CASE WHEN p.paid_cents < 0 OR p.id > (SELECT MIN(q.id) FROM claim_payments AS q WHERE"
    " q.claim_number = c.claim_number AND q.paid_cents < 0) THEN p.paid_cents ELSE 0 END) AS BIGINT)"
    " FROM claim_payments AS p WHERE p.claim_number = c.claim_number) AS taken_cents": NUMBER,
    "(SELECT CAST(SUM(b.cents) AS BIGINT) FROM refunds AS b WHERE b.claim_number = c.claim_number)"
    " AS refunded_cents": NUMBER,
}  # fmt: skip


def withheld(connection: Connection, practice_id: str) -> pd.DataFrame:
    """The practice's claims for which payers kept money back, named by our number or by any of theirs.

    One row a claim, with its last payment of that kind. What neither an overpayment nor a reversal on record accounts
    for is open and says what to do; those rows come first. What was given back is taken off, to the claim's nought.
    """
    source = "provider_adjustments AS a JOIN remittances AS r ON r.id = a.remittance_id"
    source += f" JOIN remittance_files AS f ON f.digest = r.digest WHERE a.reason = '{WITHHELD}' AND a.reference <> ''"
    kept = select(connection, _KEPT, source, "r.payment_date, r.id, a.position")
    # Payers write an account number behind their own for the claim, after a blank.
    kept["first"] = kept["reference"].str.split(" ").str[0]
    names = pd.concat([kept["reference"], kept["first"]]).drop_duplicates()
    with asked(connection, names, "withheld_names"):
        called = select(
            connection,
            _ACCOUNTED,
            f"{_CALLED.format(names='withheld_names')} LEFT JOIN overpayments AS o ON o.claim_number = c.claim_number",
            "n.place, c.claim_number",
        )
    known = called["owed_cents"].fillna(0).clip(lower=-called["taken_cents"].fillna(0))
    called["known"] = (known - called["refunded_cents"].fillna(0)).clip(lower=0)  # that went back already
    called = called.sort_values(["place", "known"], ascending=[True, False], kind="stable").drop_duplicates("name")
    whole = kept["reference"].isin(called["name"])
    kept["name"] = kept["reference"].where(whole, kept["first"])
    found = kept.merge(called, on="name")
    found = found[found["practice_id"] == practice_id]
    sums = found.groupby("claim_number")["cents"].sum().rename("withheld_cents")
    last = found.drop_duplicates("claim_number", keep="last").merge(sums, on="claim_number")
    last = last[last["withheld_cents"] > 0]
    accounted = last[["withheld_cents", "known"]].min(axis=1).astype("int64")
    last = last.assign(accounted_cents=accounted, open_cents=last["withheld_cents"] - accounted)
    last["to_do"] = pd.Series(TO_DO, index=last.index, dtype="str").where(last["open_cents"] > 0, "")
    last["done"] = last["open_cents"] == 0
    return last.sort_values(["done", "payment_date", "claim_number"], ignore_index=True)
