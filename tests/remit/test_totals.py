"""Hundreds of claims answered at random, in several files and any order: every charge ties, and so does every sum."""

from __future__ import annotations

import random
from datetime import date

import pytest

from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.claim_tables import claims, ledger
from tasks.store.remit_tables import claim_payments, denials
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import bill, rows
from tests.remit.test_corrections import SECOND, reversal, second

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)
DEDUCTIBLE = "CLP*{0}*1*100*0*60.49*MB*ICN1\nSVC*HC:99490*100*0**1\nCAS*CO*45*39.51\nCAS*PR*1*60.49"


def first_answer(number: str, kind: str) -> tuple[str, int]:
    """What the first payer says, and what it pays in cents."""
    if kind == "denied":
        return denied(number, "CO", "B20"), 0
    if kind == "deductible":
        return DEDUCTIBLE.format(number), 0
    return paid(number, status="19" if kind == "forwarded" else "1"), 4742


def files(seed: int, count: int) -> tuple[list[bytes], dict[str, str], int]:
    """Three files, of each claim how it ends, and all that was paid in cents."""
    rng = random.Random(seed)
    kinds = {f"R{number:04d}": rng.choice(["paid", "denied", "deductible", "forwarded", "reversed", "corrected"])
             for number in range(count)}  # fmt: skip
    bodies: list[list[str]] = [[], [], []]
    sums = [0, 0, 0]
    for number, kind in kinds.items():
        body, cents = first_answer(number, kind)
        bodies[0].append(body)
        sums[0] += cents
        if kind == "forwarded" and rng.random() < 0.7:
            bodies[1].append(second(number))
            sums[1] += 1210
        if kind in ("reversed", "corrected"):
            bodies[2].append(reversal(number))
            sums[2] -= 4742
        if kind == "corrected":
            bodies[2].append(denied(number, "CO", "97", icn="ICN2"))
    told = ({"trace": "T0", "day": "20261105"}, {"trace": "T1", "day": "20261112", **SECOND}, {"trace": "T2"})
    made = [
        answer("\n".join(body), f"{cents / 100:.2f}", **of)
        for body, cents, of in zip(bodies, sums, told, strict=True)
    ]  # fmt: skip
    return made, kinds, sum(sums)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_charge_ties_and_so_does_every_sum(store, seed):
    made, kinds, paid_in_all = files(seed, 150)
    bill(store, *((number, "99490") for number in kinds))
    random.Random(seed).shuffle(made)
    for place, content in enumerate(made):
        done = post(store, f"{place}.835", content, TODAY)
        assert (done.state, done.difference_cents) == ("posted", 0)
    found = answers_of(store, "P1")["claim_balances"].set_index("claim_number")
    unanswered = [number for number, kind in kinds.items() if kind == "reversed"]
    assert (found["open_cents"].drop(unanswered) == 0).all()
    assert (found.loc[unanswered, "open_cents"] == 10000).all()
    assert found["paid_cents"].sum() == paid_in_all
    assert sum(row[0] for row in rows(store, ledger, "paid_cents")) == paid_in_all
    assert sum(row[0] for row in rows(store, claim_payments, "paid_cents")) == paid_in_all
    ends = {"corrected": "denied", "forwarded": "paid", "deductible": "paid"}
    assert dict(rows(store, claims, "claim_number", "state")) == {
        number: ends.get(kind, kind) for number, kind in kinds.items()
    }
    open_ones = {row[0] for row in rows(store, denials, "claim_number", state="open")}
    assert open_ones == {number for number, kind in kinds.items() if kind in ("denied", "corrected")}
