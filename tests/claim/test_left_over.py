"""What was paid beside a month that is taken back, or by a second payer alone, goes back; refunds count once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tasks.claim.send_out import send_again, send_out
from tasks.claim.signed import drafted
from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.claim_tables import ledger
from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, NOW, PART_B, claim_settings_of, covered, rows, send, signed
from tests.claim.test_alone import PART, alone, by_hand, month, paid_alone
from tests.claim.test_overpaid import TODAY, answered, cases, posted, refund, sent
from tests.claim.test_refused_corrections import OTHERS, refused
from tests.claim.validators import complaints, named
from tests.remit.answers import answer
from tests.remit.billed import rows as rows_of

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered: minutes in all

VOIDED = ("voided_after_payment", "open")
SECOND_PAYER = {"payer": "FOUNDERS F", "payer_id": "1999999999"}


def corrected(file: Any) -> list[tuple[str, str]]:
    """Frequency and payer's number of each claim of a file."""
    places = [one[5].split(":")[2] for one in named(file.content, "CLM")]
    return list(zip(places, [one[2] for one in named(file.content, "REF", "F8")], strict=True))


def test_a_line_out_alone_is_taken_back_with_its_month_each_on_its_own(store: Store) -> None:
    first, second = alone(store)
    paid_alone(store, second)
    (file,) = send(store, month("15", 2))
    assert complaints(file.content) == []
    assert corrected(file) == [("8", "ICN1"), ("8", "ICN2")]
    assert rows(store, "version", "frequency", "state", "replaces") == [
        (1, "1", "voided", ""), (2, "1", "voided", first), (3, "8", "written", first), (4, "8", "written", second),
    ]  # fmt: skip
    assert cases(store, "claim_number", "open_cents", "why", "state") == [
        (first, 5184, *VOIDED), (second, 3600, *VOIDED),
    ]  # fmt: skip
    assert (send(store, month("15", 3)), by_hand(store, month("15", 3))) == ([], [])


def test_paid_after_its_month_was_voided_a_line_out_alone_is_owed_back_at_once(store: Store) -> None:
    first, second = alone(store)
    (file,) = send(store, month("15", 2))
    assert corrected(file) == [("8", "ICN1")]
    ((action, fix),) = by_hand(store, month("15", 2))
    assert (action, second in fix) == ("wait_for_answer", True)
    paid_alone(store, second)
    assert cases(store, "claim_number", "open_cents", "why", "state") == [
        (first, 5184, *VOIDED), (second, 3600, *VOIDED),
    ]  # fmt: skip
    assert cases(store, "identified_date")[1] == (TODAY,)
    (file,) = send(store, month("15", 2))
    assert corrected(file) == [("8", "ICN2")]
    third = str(rows(store, "claim_number")[-1][0])
    posted(store, refused(third, "99439", "ICN8"), trace="T5")
    assert rows(store, "state") == [("voided",), ("paid",), ("written",), ("denied",)]
    assert (send(store, month("15", 3)), [one[0] for one in by_hand(store, month("15", 3))]) == ([], ["refund"])
    refund(store, second, "36.00")
    assert by_hand(store, month("15", 3)) == [], "all of it went back"


@pytest.mark.parametrize("whole", [False, True], ids=["month voided", "its void refused as well"])
def test_a_refused_void_of_lines_out_alone_goes_again_as_their_void(store: Store, whole: bool) -> None:
    _, second = alone(store)
    paid_alone(store, second)
    send(store, month("15", 2))
    third, fourth = (str(one[0]) for one in rows(store, "claim_number")[2:])
    also = [refused(third, "99490 99439", "ICN7")] if whole else []
    posted(store, *also, refused(fourth, "99439", "ICN8"), trace="T5")
    with store.writing() as connection:
        file = send_again(connection, month("15", 3), drafted(month("15", 3)), fourth, (), NOW, anyway=True)
    assert complaints(file.content) == []
    assert corrected(file) == [("8", "ICN2")]
    assert rows(store, "frequency", "state", "replaces")[-1] == ("8", "written", second)


def test_of_a_payer_that_takes_no_voids_both_payments_are_refunded(store: Store) -> None:
    def part_b(staff: str) -> Any:
        return signed({"staff": staff}, revision=2 if staff == "15" else 1)

    send(store, part_b("45"))
    ((first,),) = rows(store, "claim_number")
    posted(store, PART.format(first))
    with store.writing() as connection:
        send_again(connection, part_b("45"), drafted(part_b("45")), str(first), (), NOW, anyway=True)
    second = str(rows(store, "claim_number")[1][0])
    assert send(store, part_b("15")) == []
    assert [one[0] for one in by_hand(store, part_b("15"))] == ["refund", "wait_for_answer"]
    paid_alone(store, second)
    assert cases(store, "claim_number", "open_cents", "why") == [
        (first, 5184, "decision_changed"), (second, 3600, "decision_changed"),
    ]  # fmt: skip
    assert [one[0] for one in by_hand(store, part_b("15"))] == ["refund", "refund"]


FIRST = "CLP*{n}*{s}*{m}95*{m}51.84*{m}13.23*MB*{i}\n" + (
    "SVC*HC:99490*{m}95*{m}51.84**1\nCAS*CO*45*{m}29.93\nCAS*PR*2*{m}13.23"
)
DENIED = "CLP*{n}*4*95*0**MB*ICN2\nSVC*HC:99490*95*0**1\nCAS*CO*50*95"
SECOND = "CLP*{n}*2*95*13.23**12*S1\nSVC*HC:99490*95*13.23**1\nCAS*OA*23*81.77"


def said(store: Store, trace: str, *bodies: str, cents: str, **told: str) -> None:
    done = post(store, f"{trace}.835", answer("\n".join(bodies), cents, trace=trace, **told), TODAY)
    assert (done.in_suspense, done.differences) == (0, [])


def both_paid(store: Store, crossover: bool) -> tuple[str, str]:
    """First and second payer paid: the first's claim, and that on which the second did."""
    both = signed({"staff": "25", "coverages": covered(PART_B, MEDIGAP)})
    send(store, both)
    ((first,),) = rows(store, "claim_number")
    status = "19" if crossover else "1"
    said(store, "T1", FIRST.format(n=first, s=status, m="", i="ICN1"), cents="51.84", day="20261105")
    second = first
    if not crossover:
        send(store, both)
        second = rows(store, "claim_number")[1][0]
    said(store, "T2", SECOND.format(n=second), cents="13.23", day="20261112", **SECOND_PAYER)
    assert cases(store) == []
    return str(first), str(second)


@pytest.mark.parametrize("crossover", [False, True], ids=["billed", "handed on"])
def test_a_second_payment_is_owed_back_once_the_first_payer_took_its_own_back(store: Store, crossover: bool) -> None:
    first, second = both_paid(store, crossover)
    back = FIRST.format(n=first, s="22", m="-", i="ICN1")
    said(store, "T3", back, cents="-51.84", day="20261119")
    assert cases(store, "claim_number", "open_cents", "why", "state") == [
        (second, 1323, "first_payer_took_back", "open")
    ]
    assert cases(store, "identified_date", "due_date") == [(TODAY, date(2027, 1, 23))]
    said(store, "T4", FIRST.format(n=first, s="1", m="", i="ICN2"), cents="51.84", day="20261120")
    assert cases(store, "open_cents", "state") == [(0, "withdrawn")], "the first payer pays again"


@pytest.mark.parametrize("crossover", [False, True], ids=["billed", "handed on"])
def test_taken_back_and_denied_at_once_the_second_payment_is_owed_back(store: Store, crossover: bool) -> None:
    first, second = both_paid(store, crossover)
    back = FIRST.format(n=first, s="22", m="-", i="ICN1")
    said(store, "T3", back, DENIED.format(n=first), cents="-51.84", day="20261119")
    assert cases(store, "claim_number", "open_cents", "why") == [(second, 1323, "first_payer_took_back")]
    gone = SECOND.format(n=second).replace("*2*95*13.23", "*22*-95*-13.23").replace("*95*13.23**1", "*-95*-13.23**1")
    said(store, "T4", gone.replace("81.77", "-81.77"), cents="-13.23", day="20261125", **SECOND_PAYER)
    assert cases(store, "open_cents", "state") == [(0, "refunded")]


def test_of_two_payers_that_took_theirs_back_the_second_that_paid_anew_gives_it_back_with_the_first(
    store: Store,
) -> None:
    first, second = both_paid(store, crossover=True)
    taken = SECOND.format(n=second).replace("*2*95*13.23", "*22*-95*-13.23").replace("*95*13.23**1", "*-95*-13.23**1")
    bodies = (taken.replace("81.77", "-81.77"), SECOND.format(n=second))
    said(store, "T3", *bodies, cents="0", day="20261113", **SECOND_PAYER)
    assert cases(store) == []
    said(store, "T4", FIRST.format(n=first, s="22", m="-", i="ICN1"), cents="-51.84", day="20261119")
    assert cases(store, "claim_number", "open_cents", "why") == [(second, 1323, "first_payer_took_back")]


def test_an_answer_without_money_does_not_make_the_second_payers_payment_a_later_one(store: Store) -> None:
    first, second = both_paid(store, crossover=False)
    back = FIRST.format(n=first, s="22", m="-", i="ICN1")
    said(store, "T3", back, DENIED.format(n=first), cents="-51.84", day="20261119")
    duplicate = DENIED.format(n=second).replace("CO*50", "CO*18")
    said(store, "T4", duplicate, cents="0", day="20261121", **SECOND_PAYER)
    assert cases(store, "claim_number", "open_cents", "state") == [(second, 1323, "open")]


@pytest.mark.parametrize("route", ["denied", "corrected"])
def test_billed_again_the_second_payment_is_owed_back_until_the_first_payer_pays(store: Store, route: str) -> None:
    first, second = both_paid(store, crossover=False)
    back = [FIRST.format(n=first, s="22", m="-", i="ICN1")]
    back += [DENIED.format(n=first)] if route == "denied" else []
    said(store, "T3", *back, cents="-51.84", day="20261119")
    third = sent_anew(store, first, route)
    said(store, "T4", DENIED.format(n=third), cents="0", day="20261222")
    assert (first, "replaced") in rows(store, "claim_number", "state")
    assert cases(store, "claim_number", "open_cents", "why", "state") == [
        (second, 1323, "first_payer_took_back", "open")
    ]
    said(store, "T5", FIRST.format(n=third, s="1", m="", i="ICN3"), cents="51.84", day="20261223")
    assert cases(store, "open_cents", "state") == [(0, "withdrawn")], "the first payer pays again"
    said(store, "T6", FIRST.format(n=third, s="22", m="-", i="ICN3"), cents="-51.84", day="20261224")
    assert cases(store, "open_cents", "state") == [(1323, "open")]


def test_paid_while_the_first_payer_is_asked_again_and_denies_the_second_payment_is_owed_back(store: Store) -> None:
    first, second = both_paid(store, crossover=False)
    gone = SECOND.format(n=second).replace("*2*95*13.23", "*22*-95*-13.23").replace("*95*13.23**1", "*-95*-13.23**1")
    said(store, "T3", gone.replace("81.77", "-81.77"), cents="-13.23", day="20261113", **SECOND_PAYER)
    said(store, "T4", FIRST.format(n=first, s="22", m="-", i="ICN1"), cents="-51.84", day="20261119")
    third = sent_anew(store, first, "reversed")
    said(store, "T5", SECOND.format(n=second), cents="13.23", day="20261120", **SECOND_PAYER)
    said(store, "T6", DENIED.format(n=third), cents="0", day="20261222")
    assert cases(store, "claim_number", "open_cents", "why", "state") == [
        (second, 1323, "first_payer_took_back", "open")
    ]


def test_corrected_while_its_payment_stands_the_first_payer_leaves_the_second_nothing_to_give_back(
    store: Store,
) -> None:
    first, second = both_paid(store, crossover=False)
    said(store, "T3", FIRST.format(n=first, s="22", m="-", i="ICN1"), cents="-51.84", day="20261119")
    said(store, "T4", FIRST.format(n=first, s="1", m="", i="ICN2"), cents="51.84", day="20261120")
    sent_anew(store, first, "corrected")
    duplicate = DENIED.format(n=second).replace("CO*50", "CO*18")
    said(store, "T5", duplicate, cents="0", day="20261121", **SECOND_PAYER)
    assert cases(store, "open_cents", "state") == [(0, "withdrawn")]


def sent_anew(store: Store, first: str, route: str) -> str:
    """The first payer's claim once more: its denial, its reversal, or a correction of it."""
    settings = claim_settings_of(payers={"15202": {"takes_replacements": True}})
    coverages = covered(PART_B, MEDIGAP)
    same = signed({"staff": "25", "coverages": coverages})
    changed = signed({"staff": "25", "coverages": coverages, "conditions": OTHERS}, revision=2, settings=settings)
    with store.writing() as connection:
        if route == "corrected":
            send_out(connection, changed, drafted(changed), NOW + timedelta(days=60))
        else:
            reversed_ = route == "reversed"
            send_again(connection, same, drafted(same), first, (), NOW, anyway=True, after_reversal=reversed_)
    sent = rows(store, "claim_number", "replaces", "payer_order")
    return next(str(number) for number, replaces, order in sent if (replaces, order) == (first, 1))


def sums(store: Store) -> tuple[int, int, int, int]:
    """What the ledger says is paid, and of the balances what is paid, refunded and open."""
    ((in_ledger,),) = rows_of(store, ledger, "paid_cents")
    found = answers_of(store, "P1")["claim_balances"]
    return in_ledger, *(int(found[name].sum()) for name in ("paid_cents", "refunded_cents", "open_cents"))


def test_a_refund_leaves_ledger_and_balances_before_and_after_the_payer_books_it(store: Store) -> None:
    number = sent(store, "99490 99439", staff="45")
    assert sums(store) == (8784, 8784, 0, 0)
    send(store, signed({"staff": "25"}, revision=2))
    refund(store, number, "36.00")
    assert sums(store) == (5184, 5184, 3600, 0)
    less = answered(number, "99490", icn="ICN2", billed="99490 99439")
    posted(store, answered(number, "99490 99439", "22", -1), less, trace="T2")
    assert sums(store) == (5184, 5184, 0, 0), "the payer booked what was refunded: told twice, counted once"


def test_refunded_in_full_and_billed_anew_only_the_new_payment_is_there(store: Store) -> None:
    sent(store, "99490", staff="25")
    number = str(rows(store, "claim_number")[0][0])
    send(store, signed({"staff": "15"}, revision=2))
    refund(store, number, "51.84")
    assert sums(store)[:3] == (0, 0, 5184)
    send(store, signed({"staff": "45"}, revision=3))
    second = str(rows(store, "claim_number")[1][0])
    posted(store, answered(second, "99490 99439", icn="ICN2"), trace="T2")
    assert sums(store) == (8784, 8784, 5184, 0)
    posted(store, answered(number, "99490", "22", -1), trace="T3")
    assert sums(store)[:3] == (8784, 8784, 0)


def test_refunded_in_part_and_billed_again_the_refund_is_gone_all_the_same(store: Store) -> None:
    number = sent(store, "99490 99439", staff="45")
    send(store, signed({"staff": "15"}, revision=2))
    refund(store, number, "40.00")
    assert sums(store) == (4784, 4784, 4000, 0)
    send(store, signed({"staff": "45"}, revision=3))
    assert cases(store, "cents", "open_cents", "state", "keeps_cents") == [(4000, 0, "refunded", 4784)]
    assert sums(store) == (4784, 4784, 4000, 0)
    less = answered(number, "99490", icn="ICN2", billed="99490 99439")
    posted(store, answered(number, "99490 99439", "22", -1), less, trace="T2")
    assert cases(store, "open_cents", "state") == [(0, "refunded")]
    assert sums(store)[:3] == (4784, 4784, 400), "the payer booked 36.00 of what was refunded"
