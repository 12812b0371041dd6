"""Random practices, settings, months and names through the rules: a stranger reads of our files what was meant."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.month import Month
from tasks.claim.drafts import Draft
from tasks.claim.x12.segments import safe
from tasks.remit.post import post
from tasks.store.claim_tables import claims
from tasks.store.store import Store, open_store
from tests.claim.validators import complaints
from tests.payer.payer import Payer
from tests.payer.practice import Billing, Tables, decide_month, make_source, read_tables
from tests.payer.remit import remittances
from tests.payer.submitted import Submitted, submitted
from tests.remit.billed import rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
ODD = [
    "O'Brien-Núñez",
    "~CLM*X",
    "Łukasz Groß",
    "李",
    "A\nB",
    "D’Arcy",
    "=1+1",
    "x" * 80,
    "Ａｌｉｃｅ",
    "de la Cruz, Jr.",
]
names = st.lists(st.one_of(st.sampled_from(ODD), st.text(min_size=1, max_size=30)), min_size=3, max_size=12)
months = st.sampled_from([Month(2025, 2), Month(2025, 9), Month(2025, 10), Month(2025, 12)])
care_settings = st.lists(st.sampled_from(["office", "rhc", "hopd_on_campus"]), min_size=2, max_size=2)


@settings(max_examples=6, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(12, 40), care_settings, months, names)
def test_every_claim_of_a_random_month_is_read_as_it_was_meant(
    seed: int, patients: int, kinds: list[str], month: Month, odd: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        practices = {f"P{place}": kind for place, kind in enumerate(kinds, start=1)}
        ours = make_source(folder / "source", patients, seed, month, 1, practices)
        tables = with_names(read_tables(folder / "source"), odd)
        store = open_store(f"sqlite:///{folder / 'ccm.db'}")
        for practice in practices:
            _bill_and_read(store, tables, practice, month, ours)
        store.close()


def with_names(tables: Tables, odd: list[str]) -> Tables:
    """Every second patient and payer is called otherwise than the synthetic ones are."""
    people = tables["patients"].copy()
    people["sex"] = people["sex"].where(people["sex"].isin(["F", "M"]), "F")  # x12sdk 2.2 knows no other
    for shift, column in enumerate(("last_name", "first_name", "address", "city")):
        people = _renamed(people, column, shift, odd)
    return tables | {"patients": people, "coverages": _renamed(tables["coverages"].copy(), "payer_name", 0, odd)}


def _renamed(frame: pd.DataFrame, column: str, shift: int, odd: list[str]) -> pd.DataFrame:
    values = frame[column].tolist()
    for place in range(shift, len(values), 2 + 3 * shift):
        values[place] = odd[(place + shift) % len(odd)]
    frame[column] = pd.Series(values, index=frame.index, dtype="str")
    return frame


def _bill_and_read(store: Store, tables: Tables, practice: str, month: Month, ours: Path) -> None:
    today = month.next.first.replace(day=5)
    desk = Billing(store, practice, ours)
    desk.sign_off(decide_month(store, tables, practice, month, ours, today), today)
    drafts = {(draft.patient_id, draft.program, draft.claim): draft for draft in desk.drafted(month, today)[1].ready}
    medicare, read = Payer("15202", "MEDICARE"), 0
    for file in desk.send(month, today):
        assert complaints(file.content) == [], file.content.decode()
        found = submitted(file.content)
        for claim in found:
            assert told(claim) == meant(drafts[_key(store, claim.number)])
        read += len(found)
        medicare.receive(file.content, today)
    assert read == len(drafts)
    answered = remittances(medicare, today.replace(day=20))
    for place, content in enumerate(answered):
        assert post(store, f"{practice}-{place}", content, today.replace(day=20)).difference_cents == 0
    for file in desk.send(month, today.replace(day=22)):
        assert complaints(file.content) == [], file.content.decode()
        for claim in submitted(file.content):
            first = next(filed for filed in medicare.filed.values() if _key(store, filed.claim.number) ==
                         _key(store, claim.number))  # fmt: skip
            assert (claim.earlier_payer, claim.paid_before, claim.order) == ("15202", first.paid, 2)
            before = [(line.paid, sorted(line.reasons)) for line in first.standing.lines]
            assert [(line.paid_before, sorted(line.told_before)) for line in claim.lines] == before


def _key(store: Store, number: str) -> tuple[str, str, str]:
    ((patient, program, claim),) = rows(store, claims, "patient_id", "program", "claim", claim_number=number)
    return patient, program, claim


def told(claim: Submitted) -> dict[str, Any]:
    """What the payer read."""
    return {
        "form": claim.form,
        "place": claim.place,
        "patient": (claim.last_name, claim.first_name, claim.birth_date),
        "address": claim.address[:3],
        "payer": (claim.payer_name, claim.payer_id, claim.member_id, claim.order),
        "practitioner": claim.rendering_npi,
        "diagnoses": claim.diagnoses,
        "charge": claim.charge,
        "lines": [
            (line.number, line.code, line.modifiers, line.units, line.charge, line.first, line.last, line.revenue)
            for line in claim.lines
        ],
    }


def meant(draft: Draft) -> dict[str, Any]:
    """What the draft says, names in the letters that a claim can hold."""
    who, at = draft.patient, draft.patient.address
    return {
        "form": draft.form,
        "place": draft.place,
        "patient": (safe(who.last_name, 60), safe(who.first_name, 35), who.birth_date),
        "address": (safe(at.street, 55), safe(at.city, 30), at.state),
        "payer": (safe(draft.payer.name, 60), draft.payer.payer_id, draft.payer.member_id, draft.payer_order),
        "practitioner": draft.practitioner.npi,
        "diagnoses": tuple(code.replace(".", "") for code in draft.diagnoses),
        "charge": draft.charge_cents,
        "lines": [
            (line.number, line.code, line.modifiers, line.units, line.charge_cents, line.service_date,
             line.service_date, line.revenue_code if draft.form == "837I" else "")
            for line in draft.lines
        ],
    }  # fmt: skip
