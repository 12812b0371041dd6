"""A quarter in each setting that the year leaves out: claims of every kind pass both readers, and the books tie."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tasks.claim.difference import difference
from tasks.remit.worklist import waiting
from tasks.store.claim_tables import claim_files, claims
from tasks.store.remit_tables import overpayments
from tests.payer.tie import differences
from tests.payer.year import Year
from tests.remit.billed import rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
FORMS = {
    "home": {"837P"},
    "assisted_living": {"837P"},
    "nursing_facility": {"837P"},
    "fqhc": {"837I"},
    "cah_method_1": {"837P", "837I"},
    "cah_method_2": {"837I"},
    "hopd_off_campus": {"837P", "837I"},
}
FIRST_AND_SECOND, CORRECTIONS = {(1, "1"), (2, "1")}, {(1, "7"), (1, "8")}


@pytest.mark.parametrize("setting", FORMS)
def test_a_quarter_of_it_ties_and_every_file_passes_both_readers(tmp_path: Path, setting: str) -> None:
    quarter = Year(tmp_path, patients=16, begins=10, practices={"P1": setting})
    for row in quarter.months():  # each file is read as it is taken
        assert differences(quarter.store, quarter.practices, quarter.payers.values()) == [], row.month
    assert waiting(quarter.store).empty
    assert {form for (form,) in rows(quarter.store, claim_files, "form")} == FORMS[setting]
    kinds = set(rows(quarter.store, claims, "payer_order", "frequency"))
    if "837I" in FORMS[setting]:
        assert kinds == FIRST_AND_SECOND | CORRECTIONS
    else:  # Part B takes no corrected professional claim: it is asked to reopen, and what was too much comes back
        assert kinds == FIRST_AND_SECOND
        lost, gained = ({(str(month), one) for _, month, one in quarter.corrected[n::2]} for n in (0, 1))
        assert lost
        assert _of_overpayments(quarter) == {(*one, "refunded") for one in lost}
        assert _by_hand(quarter) == gained
    quarter.store.close()


def _of_overpayments(quarter: Year) -> set[tuple[str, str, str]]:
    """Month, patient and state of every case."""
    found = sa.select(claims.c.month, claims.c.patient_id, overpayments.c.state)
    with quarter.store.reading() as connection:
        rows = connection.execute(found.join(overpayments, overpayments.c.claim_number == claims.c.claim_number))
        return {tuple(map(str, row)) for row in rows}


def _by_hand(quarter: Year) -> set[tuple[str, str]]:
    """Month and patient of whom the contractor is to be asked."""
    found = set()
    for month in {month for _, month, _ in quarter.corrected}:
        ready = quarter.desks["P1"].drafted(month, date(2026, 1, 5))
        with quarter.store.reading() as connection:
            steps = difference(connection, *ready).by_hand
        assert {one.action for one in steps} == {"clerical_reopening"}
        found |= {(str(month), one.key[0]) for one in steps}
    return found
