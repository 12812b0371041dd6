"""Qualified Medicare Beneficiaries by the newest eligibility answers, also those read after a month was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlalchemy.engine import Connection

from tasks.store.coverage import as_reported, newest, shown_since

COVERAGE = ["coverage_id", "patient_id", "payer_kind", "member_id", "start_date", "end_date"]


def shown_as_qmb(connection: Connection, tables: Mapping[str, pd.DataFrame], since: date, until: date) -> pd.DataFrame:
    """Who is a Qualified Medicare Beneficiary on a day of that time by their latest answer given since it began.

    A row of coverages each, of kind `qmb`, from the day that the answer names. As when a month is decided, an answer
    belongs to who has its member number on a coverage, unless birth dates differ.
    """
    answers = shown_since(connection, since)
    given = tables["coverages"]
    if answers.empty or "member_id" not in given:
        return pd.DataFrame(columns=COVERAGE)
    known = pd.DataFrame(
        {"patient_id": given["patient_id"].astype("str"), "member_id": as_reported(given["member_id"])}
    )
    born = tables["patients"][["patient_id", "birth_date"]].rename(columns={"birth_date": "born"})
    known = known[known["member_id"] != ""].drop_duplicates().merge(born.astype({"patient_id": "str"}), on="patient_id")
    found = answers.merge(known, on="member_id", how="inner")
    found = found[(found["birth_date"].isna() | (found["birth_date"] == found["born"])).to_numpy(bool)]
    found = newest(found, "patient_id")
    begins, ends = found["begin_date"].fillna(pd.Timestamp(since)), found["end_date"]
    within = (begins <= pd.Timestamp(until)) & (ends.isna() | (ends >= pd.Timestamp(since)))
    rows = found.assign(start_date=begins)[((found["what"] == "qmb") & within).to_numpy(bool)]
    rows = rows.drop_duplicates("patient_id", keep="last").reset_index(drop=True)
    identifiers = "271:" + rows["digest"].str.slice(0, 12) + ":" + rows["response"].astype("str")
    return rows.assign(coverage_id=identifiers, payer_kind="qmb")[COVERAGE]


def with_newest_qmb(
    connection: Connection, tables: Mapping[str, pd.DataFrame], since: date, until: date
) -> dict[str, pd.DataFrame]:
    """The tables with a coverage more for each whom the newest answers show so; the same where there is nobody."""
    rows = shown_as_qmb(connection, tables, since, until)
    if rows.empty:
        return dict(tables)
    given = tables["coverages"]
    added = rows.reindex(columns=given.columns)
    plain = {name: kind for name, kind in given.dtypes.items() if not isinstance(kind, pd.CategoricalDtype)}
    added = added.astype(plain)
    return dict(tables) | {"coverages": pd.concat([given, added], ignore_index=True)}
