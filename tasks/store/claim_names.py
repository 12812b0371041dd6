"""By what names payers call our claims: by our number, and each payer by those that it gave them itself."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.remittances import NUMBER, TEXT, asked, select

WITHHELD = "WO"  # of a provider adjustment: money that the payer kept back for an overpayment

# A payer's own numbers are its own: two payers may number their claims alike. Our number is ours whoever writes it.
_NAMES = (
    "SELECT c.claim_number AS name, c.claim_number, '' AS payer_id, 0 AS place FROM claims AS c WHERE {ours} UNION"
    " SELECT p.payer_claim_number, p.claim_number, r.payer_id, 1 FROM claim_payments AS p"
    " JOIN remittances AS r ON r.id = p.remittance_id WHERE {theirs} AND p.payer_claim_number <> ''"
)
# Payers write an account number behind their own for the claim, after a blank.
_CALLS = (
    "(n.payer_id = '' OR n.payer_id = r.payer_id)"
    " AND (a.reference = n.name OR substr(a.reference, 1, length(n.name) + 1) = n.name || ' ')"
)
KEPT_BACK = f"provider_adjustments AS a JOIN remittances AS r ON r.id = a.remittance_id AND a.reason = '{WITHHELD}'"


def claims_named(connection: Connection, told: pd.DataFrame) -> pd.DataFrame:
    """Of each `payer_id` and `reference` of a payer the claims that it may mean: `claim_number`, our own number before
    the payer's by `place`. A reference that is a name as a whole means no claim by its first word besides."""
    told = told[["payer_id", "reference"]].drop_duplicates()
    told = told.assign(whole=told["reference"], first=told["reference"].str.split(" ").str[0])
    known = _claims_of(connection, pd.concat([told["whole"], told["first"]]))
    found = []
    for column in ("whole", "first"):
        both = told.rename(columns={column: "name"}).merge(known, on="name")
        both = both[(both["whose"] == "") | (both["whose"] == both["payer_id"])]
        found.append(both[["payer_id", "reference", "claim_number", "place"]])
        means = pd.MultiIndex.from_frame(both[["payer_id", "reference"]])
        told = told[~pd.MultiIndex.from_frame(told[["payer_id", "reference"]]).isin(means)]
    return pd.concat(found, ignore_index=True)


def _claims_of(connection: Connection, names: pd.Series) -> pd.DataFrame:
    """The claims of these names, and whose name it is: that payer's, or ours where it is empty."""
    columns = {"n.name": TEXT, "n.claim_number": TEXT, "n.payer_id AS whose": TEXT, "n.place": NUMBER}
    every = _NAMES.format(ours="1 = 1", theirs="p.claim_number <> ''")
    with asked(connection, names[names != ""], "names_told"):
        source = f"({every}) AS n JOIN names_told AS t ON t.claim_number = n.name"
        return select(connection, columns, source, "n.place, n.claim_number")


def withheld_for(connection: Connection, claim_number: str) -> int:
    """What payers kept back for the claim, in cents."""
    names = _NAMES.format(ours="c.claim_number = :claim", theirs="p.claim_number = :claim")
    query = "SELECT r.payer_id, a.reference, SUM(a.cents) AS cents"
    query += f" FROM {KEPT_BACK} WHERE EXISTS (SELECT 1 FROM ({names}) AS n WHERE {_CALLS})"
    found = connection.execute(sa.text(f"{query} GROUP BY r.payer_id, a.reference"), {"claim": claim_number})
    kept = pd.DataFrame([dict(row) for row in found.mappings()])
    if kept.empty:
        return 0
    called = claims_named(connection, kept)  # for what begins alike may be another claim's name as a whole
    mine = called.loc[called["claim_number"] == claim_number, ["payer_id", "reference"]].drop_duplicates()
    return int(kept.merge(mine, on=["payer_id", "reference"])["cents"].sum())
