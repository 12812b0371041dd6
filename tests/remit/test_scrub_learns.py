"""A whole round: a claim leaves with a warning, is denied by codes nobody predicted, and the next scrub knows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from config.month import Month
from tasks.claim.step import draft_claims, send_claims
from tasks.remit.post import post
from tasks.remit.trace import name_cause
from tasks.store.claim_tables import claim_findings, claims
from tasks.store.remit_tables import denials
from tests.bench.claim_steps import billing_place, keep_month
from tests.claim.signed_months import signed
from tests.remit.answers import answer, denied
from tests.remit.billed import rows

TODAY, OCTOBER = date(2026, 11, 24), Month(2026, 10)


@pytest.mark.filterwarnings("ignore:Logger 'ccm'")  # the steps run here without a flow
def test_the_next_scrub_shows_what_the_payer_gave_and_the_denial_what_we_had_warned_of(tmp_path: Path) -> None:
    seed = signed({"staff": "25"})
    place = billing_place(tmp_path)
    keep_month(place, 2, replace(seed, lines=seed.lines.assign(diagnoses="E11.9 I10 E11.7")))
    month, drafts = draft_claims.fn(place, "P1", OCTOBER)
    assert drafts.scrub[["rule", "outcome"]].to_numpy().tolist() == [["diagnosis_not_on_list", "warn"]] * 2
    assert drafts.scrub["seen"].isna().all()
    send_claims.fn(place, month, drafts)
    numbers = [number for (number,) in rows(place.store, claims, "claim_number")]
    assert rows(place.store, claim_findings, "claim_number", "line", "rule") == [
        (number, 1, "diagnosis_not_on_list") for number in numbers
    ]

    told = "\n".join(denied(number, "CO", "133", "N30").replace("*100", "*95") for number in numbers)
    assert post(place.store, "a.835", answer(told, payee="2900000011"), TODAY).denials == 2
    assert rows(place.store, denials, "error", "cause") == [("", "no_rule")] * 2
    assert name_cause(place.store, numbers[0], 1, "diagnoses_do_not_support", TODAY) == 2
    assert rows(place.store, denials, "rule", "cause") == [("diagnosis_not_on_list", "warned")] * 2
    _, again = draft_claims.fn(place, "P1", OCTOBER)
    assert again.scrub["seen"].tolist() == ["CO-133 with N30 (2)"] * 2
    place.store.close()
