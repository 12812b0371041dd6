"""What earlier revisions of a month offered."""

from __future__ import annotations

from config.month import Month
from tests.store.months import OCTOBER, month, save


def test_every_line_that_any_revision_offered_is_known_once(store):
    assert store.offered("P1", OCTOBER).empty
    frames = month(3)
    lines = frames["claim_lines"].assign(program="ccm", rendering_npi="1")
    save(store, frames | {"claim_lines": lines})
    other = lines.assign(rendering_npi=["1", "1", "2"])
    assert save(store, frames | {"claim_lines": other}).cycle.revision == 2
    save(store, frames | {"claim_lines": lines.assign(rendering_npi="3")}, practice="P2")
    save(store, frames | {"claim_lines": lines.assign(rendering_npi="4")}, month=Month(2026, 9))
    found = store.offered("P1", OCTOBER)
    assert sorted(found["rendering_npi"]) == ["1", "1", "1", "2"]
    assert found["patient_id"].nunique() == 3
    assert found["service_date"].dtype == "datetime64[ns]"
