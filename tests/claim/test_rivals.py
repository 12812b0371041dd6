"""A month is never billed as two programs that exclude one another: the second waits for the first to be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.claim.assemble import Charges
from tasks.claim.difference import difference
from tasks.claim.send_out import send_again
from tasks.claim.signed import SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import NOW, PLAN, answer, rows, send, signed
from tests.claim.test_alone import PART
from tests.claim.test_overpaid import posted, sent
from tests.claim.validators import named


def principal(**more: Any) -> SignedMonth:
    """The month decided anew: principal care in the place of chronic care."""
    case = {
        "consents": [{"program": "pcm"}],
        "time": [{"at": "2026-10-12 10:00", "length": "35:00", "program": "pcm"}],
    }
    return signed(case, revision=2, charges=Charges({"99426": 7000}, None), **more)


def waiting(store: Store, month: SignedMonth) -> list[tuple[str, str, str]]:
    with store.reading() as connection:
        held = difference(connection, month, drafted(month)).held
    return [(draft.program, need.need, said) for draft, need, said in held]


@pytest.mark.slow
def test_principal_care_waits_while_part_bs_payment_for_chronic_care_is_not_given_back(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    assert send(store, principal()) == []
    assert waiting(store, principal()) == [("pcm", "rival_not_taken_back", f"claim_number={number}")]
    answer(store, number, "reversed")
    (file,) = send(store, principal())
    assert [one[1] for one in named(file.content, "SV1")] == ["HC:99426"]
    assert waiting(store, principal()) == []


@pytest.mark.parametrize("state", ["written", "paid", "part_paid"])
def test_it_waits_while_the_other_may_still_be_paid(store: Store, state: str) -> None:
    send(store, signed({"staff": "25"}))
    ((number,),) = rows(store, "claim_number")
    answer(store, number, state, 5184 if state != "written" else 0)
    assert send(store, principal()) == []


def test_a_denied_claim_bars_nothing(store: Store) -> None:
    send(store, signed({"staff": "25"}))
    answer(store, rows(store, "claim_number")[0][0], "denied")
    assert [file.claims for file in send(store, principal())] == [1]


def test_a_plan_gets_the_void_of_the_one_before_the_other(store: Store) -> None:
    send(store, signed({"staff": "25"}, payer=PLAN))
    answer(store, rows(store, "claim_number")[0][0], "paid", 5184)
    (file,) = send(store, principal(payer=PLAN))
    assert [one[5] for one in named(file.content, "CLM")] == ["11:B:8", "11:B:1"]
    assert [one[1] for one in named(file.content, "SV1")] == ["HC:99490", "HC:99426"]


@pytest.mark.slow
def test_it_waits_for_a_line_that_is_paid_alone(store: Store) -> None:
    send(store, signed({"staff": "45"}))
    ((number,),) = rows(store, "claim_number")
    posted(store, PART.format(number))
    month = signed({"staff": "45"})
    with store.writing() as connection:
        send_again(connection, month, drafted(month), number, (), NOW, anyway=True)
    second = rows(store, "claim_number")[1][0]
    answer(store, number, "reversed")
    assert send(store, principal()) == []
    assert waiting(store, principal()) == [("pcm", "rival_not_taken_back", f"claim_number={second}")]
