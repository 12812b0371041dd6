"""What was paid too much is owed from the day of the decision, though its correction may not leave yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tasks.claim.kept_back import kept_back
from tasks.claim.needs import needs
from tasks.claim.send_out import send_out
from tasks.claim.signed import SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import NOW, PLAN, signed
from tests.claim.test_overpaid import cases, sent
from tests.qualify.cases import rulebook, settings_of

pytestmark = pytest.mark.slow


def test_nothing_is_owed_for_another_code_whose_rate_is_not_loaded(store: Store) -> None:
    sent(store, "99490 99439", staff="45")

    def held(month: SignedMonth, known: bool) -> None:
        found = drafted(month)
        lines = [replace(line, expected_cents=line.expected_cents if known else None) for line in found.ready[0].lines]
        lacking = [(replace(found.ready[0], lines=tuple(lines)), needs()["charge_missing"], "")]
        with store.writing() as connection:
            send_out(connection, month, replace(found, ready=[], held=lacking), NOW)

    month = signed({"practitioner": "30"}, revision=2)
    held(month, known=False)
    assert cases(store) == []
    held(month, known=True)
    assert [why for _, _, why, _ in cases(store)] == ["decided_less"]


def test_what_is_owed_does_not_wait_for_a_correction_that_is_held(store: Store) -> None:
    number = sent(store, "99490 99439", staff="45")

    def late(month: SignedMonth) -> None:
        held = kept_back(month, drafted(month), rulebook(month.cycle.month), settings_of(), date(2028, 1, 1))
        assert (held.ready, {need.need for _, need, _ in held.held}) == ([], {"filing_limit_passed"})
        with store.writing() as connection:
            assert send_out(connection, month, held, NOW) == []

    late(signed({"staff": "45"}, revision=2))
    assert cases(store) == [], "late, and as it was paid"
    late(signed({"staff": "25"}, revision=3))
    assert cases(store) == [(3600, 3600, "decided_less", "open")]
    late(signed({"staff": "45"}, revision=4))
    assert cases(store) == [(3600, 0, "decided_less", "withdrawn")]
    month = signed({"staff": "25"}, revision=5, payer=PLAN)
    lacking = [(draft, needs()["charge_missing"], "") for draft in drafted(month).ready]
    with store.writing() as connection:
        send_out(connection, month, replace(drafted(month), ready=[], held=lacking), NOW)
    assert cases(store, "claim_number", "open_cents", "why") == [(number, 8784, "decision_changed")]
