"""What another decision means for patients' shares: a Qualified Medicare Beneficiary has none, whatever it costs."""

from __future__ import annotations

import pandas as pd
import pytest

from config.contract import outputs
from config.frames import as_contract, empty
from tasks.qualify.compare import effect


def _month(expected: dict[str, int], beneficiary: str, before_medicare: bool = False) -> dict[str, pd.DataFrame]:
    """Patients who bill, each with the cents of their month; one of them owes no share."""
    rows = []
    for number, (patient, cents) in enumerate(expected.items(), start=1):
        kind = "qmb" if patient == beneficiary and before_medicare else "medicare_part_b"
        rows.append(
            {
                "case_number": f"C-{number:06d}", "patient_id": patient, "program": "ccm", "outcome": "bill",
                "codes": "99490 x1", "payer_kind": kind, "expected_cents": cents, "coinsurance_cents": cents // 5,
                "code": "99490", "units": 1, "line": 1, "claim": "professional",
                "secondary_payer_kind": "qmb" if patient == beneficiary and not before_medicare else None,
            }
        )  # fmt: skip
    frames = {name: as_contract(pd.DataFrame(rows), outputs()[name]) for name in ("decisions", "claim_lines")}
    return frames | {"findings": empty(outputs()["findings"])}


@pytest.mark.parametrize("first", [False, True])
def test_the_share_of_a_beneficiary_is_in_no_sum_and_rises_for_nobody(first: bool) -> None:
    one, other = {"P1": 6613, "P2": 6613}, {"P1": 11724, "P2": 5380}
    found = effect(_month(one, "P1", first), _month(other, "P1", first))
    assert found.amounts.loc["expected"].tolist() == [13226, 17104]
    assert found.amounts.loc["patients' shares, none of QMB"].tolist() == [1322, 1076]
    assert found.shares == {"more": 0, "most_more_cents": 0, "less": 1, "most_less_cents": 246}
    shares = found.cases.set_index("case_number")[["coinsurance_cents_before", "coinsurance_cents_after"]]
    assert shares.loc["C-000001"].isna().all()
    assert shares.loc["C-000002"].tolist() == [1322, 1076]


def test_a_beneficiary_who_bills_only_afterwards_pays_nothing_either() -> None:
    nobody = {name: frame.iloc[:0] for name, frame in _month({"P1": 1}, "").items()}
    found = effect(nobody, _month({"P1": 11724}, "P1"))
    assert found.shares["more"] == 0
    assert found.cases["coinsurance_cents_after"].isna().all()
