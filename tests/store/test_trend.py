"""What months came to is counted in the database: newest revisions, each patient once, gaps left out."""

from datetime import UTC, datetime

import pandas as pd
import pytest
import sqlalchemy as sa

from config.contract import outputs
from config.frames import as_contract
from tasks.store import Store
from tasks.store.claim_tables import ledger
from tests.store.months import OCTOBER, month, save

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def paid(store: Store, *rows: tuple[str, str, int]) -> None:
    """The ledger has these patients, months and cents."""
    empty = dict.fromkeys(("rendering_npi", "codes", "claim_number", "content_digest"), "")
    values = [
        {"practice_id": "P1", "patient_id": patient, "month": when, "program": "ccm", "claim": "professional"}
        | empty
        | {"state": "paid", "paid_cents": cents, "updated_at": NOW}
        for patient, when, cents in rows
    ]
    with store.writing() as connection:
        connection.execute(sa.insert(ledger), values)


def test_each_month_has_its_newest_revision_and_a_month_never_saved_no_row(store: Store) -> None:
    august = OCTOBER.previous.previous
    for service in (august, OCTOBER):
        frames = month(6)
        save(store, frames, month=service)
        frames["decisions"].loc[frames["decisions"]["outcome"] == "bill", "outcome"] = "hold"
        frames["decisions"].loc[1, "outcome"] = "bill"
        frames["reconciliation"] = as_contract(
            pd.DataFrame(
                {
                    "total": ["seconds"] * 4,
                    "part": ["in", "counted", "no_consent", "bulk"],
                    "amount": [700, 600, 60, 40],
                }
            ),
            outputs()["reconciliation"],
        )
        save(store, frames, month=service)
    save(store, month(3), month=OCTOBER.next)
    paid(store, ("PT000001", "2026-08", 5000), ("PT000002", "2026-08", 0), ("PT000001", "2026-11", 700))
    found = store.trend("P1", OCTOBER)
    assert found["month"].tolist() == ["2026-08", "2026-10"]
    assert set(found.dtypes.astype(str).drop("month")) == {"int64"}
    assert found.loc[0, ["bill", "hold", "short", "not_billable"]].tolist() == [1, 2, 3, 0]
    assert found.loc[0, ["patients", "patients_bill", "reached"]].tolist() == [6, 1, 5], "one has no counted time"
    assert found[["counted_seconds", "left_out_seconds"]].to_numpy().tolist() == [[600, 100]] * 2
    assert found[["received_cents", "paid_patients"]].to_numpy().tolist() == [[5000, 1], [0, 0]]
    assert len(store.trend("P1", OCTOBER, 1)) == 1
    assert store.trend("P2", OCTOBER).empty


def test_a_patient_of_two_programs_is_one_patient(store: Store) -> None:
    frames = month(3)
    second = frames["decisions"].assign(program="bhi", outcome="not_billable")
    frames["decisions"] = pd.concat([frames["decisions"].assign(program="ccm"), second], ignore_index=True)
    save(store, frames)
    row = store.trend("P1", OCTOBER).iloc[0]
    assert row[["bill", "short", "not_billable"]].tolist() == [1, 2, 3]
    assert row[["patients", "patients_bill", "patients_short", "patients_not_billable"]].tolist() == [3, 1, 2, 0]
