"""A replacement or void that the payer refuses leaves what it was to correct as it stands there."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import InputError
from tasks.claim.difference import difference
from tasks.claim.send_out import send_again
from tasks.claim.signed import SignedMonth, drafted
from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.claim_tables import ledger
from tasks.store.store import Store
from tests.claim.signed_months import NOW, PLAN, rows, send, signed
from tests.claim.test_overpaid import CHARGED, TODAY, answered, cases, money, posted, sent
from tests.claim.validators import named
from tests.remit.answers import answer as remittance
from tests.remit.billed import rows as rows_of

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered: minutes in all

OTHERS = [{"icd10_code": "E11.9"}, {"icd10_code": "I50.9"}]


def month(staff: str, revision: int, **more: Any) -> SignedMonth:
    return signed({"staff": staff, **more}, revision=revision, payer=PLAN)


def refused(number: str, codes: str, icn: str = "ICN9") -> str:
    """The payer's word on a correction that it does not take: denied whole."""
    charged = sum(CHARGED[code] for code in codes.split())
    lines = [f"SVC*HC:{code}*{money(CHARGED[code])}*0**1\nCAS*CO*16*{money(CHARGED[code])}\nLQ*HE*M47"
             for code in codes.split()]  # fmt: skip
    return "\n".join([f"CLP*{number}*4*{money(charged)}*0**16*{icn}", *lines])


def last(store: Store) -> str:
    return str(rows(store, "claim_number")[-1][0])


def by_hand(store: Store, signed_month: SignedMonth) -> list[tuple[str, str]]:
    with store.reading() as connection:
        found = difference(connection, signed_month, drafted(signed_month)).by_hand
    return [(one.stood.claim_number, one.action) for one in found]


def stands(store: Store) -> list[tuple[Any, ...]]:
    return rows_of(store, ledger, "claim_number", "codes", "state", "paid_cents")


def frequencies(file: Any) -> list[str]:
    return [one[5] for one in named(file.content, "CLM")]


def once_more(store: Store, number: str, signed_month: SignedMonth) -> Any:
    with store.writing() as connection:
        return send_again(connection, signed_month, drafted(signed_month), number, (), NOW, anyway=True)


def voided(store: Store) -> str:
    """A paid claim of one code whose void the payer refused; the claim's number."""
    number = sent(store, "99490", staff="25", payer=PLAN)
    (file,) = send(store, month("15", 2))
    assert frequencies(file) == ["11:B:8"]
    posted(store, refused(last(store), "99490"), trace="T2")
    return number


def test_a_void_that_is_refused_leaves_the_claim_standing_and_its_money_owed(store: Store) -> None:
    number = voided(store)
    assert stands(store) == [(number, "99490 x1", "paid", 5184)]
    assert rows(store, "frequency", "state") == [("1", "paid"), ("8", "denied")]
    assert cases(store) == [(5184, 5184, "voided_after_payment", "open")]


def test_a_refused_void_is_not_sent_again_by_itself(store: Store) -> None:
    number = voided(store)
    assert (send(store, month("15", 2)), send(store, month("15", 3))) == ([], [])
    assert by_hand(store, month("15", 3)) == [(number, "refund")]
    assert [one[1:] for one in cases(store, "claim_number", "open_cents", "state")] == [(5184, "open")]


def test_after_a_refused_void_the_month_is_no_first_claim_again(store: Store) -> None:
    number = voided(store)
    assert (send(store, month("25", 3)), by_hand(store, month("25", 3))) == ([], [])
    assert cases(store, "open_cents", "state") == [(0, "withdrawn")], "it is billed again: the money may stay"
    (file,) = send(store, month("45", 4))
    assert (frequencies(file), named(file.content, "REF", "F8")) == (["11:B:7"], [["REF", "F8", "ICN1"]])
    assert rows(store, "frequency", "state", "replaces") == [
        ("1", "replaced", ""), ("8", "denied", number), ("7", "written", number),
    ]  # fmt: skip


def test_a_refused_replacement_leaves_the_original_and_is_not_sent_again_by_itself(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, month("45", 2))
    posted(store, refused(last(store), "99490 99439"), trace="T2")
    assert stands(store) == [(number, "99490 x1", "paid", 5184)]
    assert send(store, month("45", 3)) == []
    assert by_hand(store, month("45", 3)) == [(number, "corrected_claim")]
    assert (send(store, month("25", 4)), by_hand(store, month("25", 4))) == ([], []), "as it stands there"
    (file,) = send(store, month("45", 5, conditions=OTHERS))
    assert (frequencies(file), named(file.content, "REF", "F8")) == (["11:B:7"], [["REF", "F8", "ICN1"]])
    third = last(store)
    posted(store, refused(third, "99490 99439", "ICN8"), trace="T3")
    assert [one[0] for one in stands(store)] == [number], "all that would replace it are refused"
    assert rows(store, "state") == [("paid",), ("denied",), ("denied",)]


def test_a_refused_correction_that_is_paid_after_all_stands_and_the_original_is_over(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, month("45", 2))
    second = last(store)
    posted(store, refused(second, "99490 99439"), trace="T2")
    posted(store, answered(number, "99490", "22", -1), trace="T3")
    posted(store, answered(second, "99490 99439", icn="ICN10"), trace="T4")
    assert stands(store) == [(second, "99490 x1 99439 x1", "paid", 8784)]
    assert rows(store, "state") == [("replaced",), ("paid",)]
    assert (send(store, month("45", 3)), by_hand(store, month("45", 3))) == ([], [])


def test_paid_beside_the_original_that_is_not_taken_back_it_is_owed(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, month("45", 2))
    second = last(store)
    posted(store, refused(second, "99490 99439"), trace="T2")
    posted(store, answered(second, "99490 99439", icn="ICN10"), trace="T3")
    assert cases(store, "claim_number", "open_cents", "why") == [(number, 5184, "paid_beside_replacement")]


def test_a_void_that_is_refused_and_taken_after_all_leaves_nothing(store: Store) -> None:
    number = voided(store)
    posted(store, answered(number, "99490", "22", -1), trace="T3")
    assert cases(store, "open_cents", "state") == [(0, "refunded")]
    assert rows(store, "frequency", "state") == [("1", "voided"), ("8", "denied")]
    assert send(store, month("15", 3)) == []
    assert frequencies(send(store, month("25", 4))[0]) == ["11:B:1"]


def test_a_replacement_denied_on_its_merits_stands_for_the_payer_took_the_original_back(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, month("45", 2))
    second = last(store)
    posted(store, answered(number, "99490", "22", -1), refused(second, "99490 99439"), trace="T2")
    assert stands(store) == [(second, "99490 x1 99439 x1", "denied", 0)]
    assert rows(store, "state") == [("replaced",), ("denied",)]


def test_two_corrections_of_which_the_earlier_is_paid_late_are_one_too_many(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, month("45", 2))
    second = last(store)
    posted(store, refused(second, "99490 99439"), trace="T2")
    send(store, month("25", 3, conditions=OTHERS))
    third = last(store)
    posted(store, answered(number, "99490", "22", -1), answered(third, "99490", icn="ICN7"), trace="T3")
    posted(store, answered(second, "99490 99439", icn="ICN10"), trace="T4")
    assert [one[0] for one in stands(store)] == [third]
    assert cases(store, "claim_number", "open_cents", "why") == [(second, 8784, "paid_beside_replacement")]


def test_a_refused_correction_goes_again_as_the_correction_that_it_is(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, month("45", 2))
    second = last(store)
    posted(store, refused(second, "99490 99439"), trace="T2")
    with pytest.raises(InputError, match="nothing is to be corrected"):
        once_more(store, second, month("25", 3))
    file = once_more(store, second, month("45", 3))
    assert (frequencies(file), named(file.content, "REF", "F8")) == (["11:B:7"], [["REF", "F8", "ICN1"]])
    assert [(one[0], one[1]) for one in rows(store, "state", "replaces")] == [
        ("replaced", ""), ("denied", number), ("written", number),
    ]  # fmt: skip
    assert [(row["state"]) for row in answers_of(store, "P1")["denials"].to_dict("records")] == ["resent", "resent"]


def test_a_refused_void_goes_again_as_a_void(store: Store) -> None:
    number = voided(store)
    file = once_more(store, last(store), month("15", 3))
    assert (frequencies(file), named(file.content, "REF", "F8")) == (["11:B:8"], [["REF", "F8", "ICN1"]])
    assert rows(store, "state", "replaces") == [("voided", ""), ("denied", number), ("written", number)]


def test_billed_again_before_its_void_is_refused_the_first_payment_is_owed(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, month("15", 2))
    void = last(store)
    send(store, month("25", 3))
    third = last(store)
    posted(store, refused(void, "99490"), trace="T2")
    posted(store, answered(third, "99490", icn="ICN3"), trace="T3")
    assert rows(store, "state") == [("paid",), ("denied",), ("paid",)]
    assert (send(store, month("25", 4)), by_hand(store, month("25", 4))) == ([], [])
    owed = [(number, 5184, "voided_after_payment", "open")]
    assert cases(store, "claim_number", "open_cents", "why", "state") == owed
    (file,) = send(store, month("45", 5))
    assert [one[1] for one in named(file.content, "SV1")] == ["HC:99490", "HC:99439"], "nothing went alone"
    assert cases(store, "claim_number", "open_cents", "why", "state") == owed, "what stands keeps its payment"


def test_the_first_payer_that_refuses_the_void_is_owed_what_the_right_one_pays(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    right = signed({"staff": "25"}, revision=2)
    (file,) = send(store, right)
    assert frequencies(file) == ["11:B:8", "11:B:1"]
    posted(store, refused(str(rows(store, "claim_number")[1][0]), "99490"), trace="T2")
    assert (send(store, right), by_hand(store, right)) == ([], [])
    assert cases(store, "claim_number", "open_cents", "state") == [(number, 5184, "open")]


def test_taken_back_by_the_first_payer_a_denied_correction_is_none_refused_though_a_second_paid(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    second = f"CLP*{number}*2*95*13.23**12*S1\nSVC*HC:99490*95*13.23**1\nCAS*OA*23*81.77"
    handed_on = remittance(second, "13.23", trace="T2", payer="FOUNDERS F", payer_id="1999999999")
    assert post(store, "T2.835", handed_on, TODAY).differences == []
    send(store, month("45", 2))
    correction = last(store)
    posted(store, answered(number, "99490", "22", -1), refused(correction, "99490 99439"), trace="T3")
    assert [one[0] for one in stands(store)] == [correction]
    assert rows(store, "state") == [("replaced",), ("denied",)]
