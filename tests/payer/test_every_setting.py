"""A quarter in each setting that the year leaves out: claims of every kind pass both readers, and the books tie."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.remit.worklist import waiting
from tasks.store.claim_tables import claim_files, claims
from tests.payer.tie import differences
from tests.payer.year import Year
from tests.remit.billed import rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
FORMS = {
    "fqhc": {"837I"},
    "cah_method_1": {"837P", "837I"},
    "cah_method_2": {"837I"},
    "hopd_off_campus": {"837P", "837I"},
}


@pytest.mark.parametrize("setting", FORMS)
def test_a_quarter_of_it_ties_and_every_file_passes_both_readers(tmp_path: Path, setting: str) -> None:
    quarter = Year(tmp_path, patients=16, begins=10, practices={"P1": setting})
    for row in quarter.months():  # each file is read as it is taken
        assert differences(quarter.store, quarter.practices, quarter.payers.values()) == [], row.month
    assert waiting(quarter.store).empty
    assert {form for (form,) in rows(quarter.store, claim_files, "form")} == FORMS[setting]
    kinds = set(rows(quarter.store, claims, "payer_order", "frequency"))
    assert kinds == {(1, "1"), (2, "1"), (1, "7"), (1, "8")}
    quarter.store.close()
