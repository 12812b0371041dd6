"""A line that went out again alone is out once: a correction waits for its answer, and leaves it where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.month import Month
from tasks.claim.difference import difference
from tasks.claim.kept_back import kept_back
from tasks.claim.send_out import send_again, send_out
from tasks.claim.signed import SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, NOW, PART_B, PLAN, answer, covered, rows, send, signed
from tests.claim.test_overpaid import TODAY, answered, cases, posted
from tests.claim.validators import complaints, named
from tests.qualify.cases import rulebook, settings_of

CONDITIONS = [{"icd10_code": "E11.9"}, {"icd10_code": "I50.9"}]


def month(staff: str = "45", revision: int = 1, **more: Any) -> SignedMonth:
    return signed({"staff": staff, **more}, revision=revision, payer=PLAN)


def again(store: Store, number: str, *lines: int) -> str:
    """The denied lines of the claim go out alone; the number of the new claim."""
    signed_month = month()
    with store.writing() as connection:
        send_again(connection, signed_month, drafted(signed_month), number, lines, NOW, anyway=True)
    return str(rows(store, "claim_number")[-1][0])


def alone(store: Store) -> tuple[str, str]:
    """99490 is paid; 99439 was denied and is out alone: both claims' numbers."""
    send(store, month())
    ((number,),) = rows(store, "claim_number")
    posted(store, PART.format(number))
    return str(number), again(store, str(number))


PART = "CLP*{}*1*167*51.84**16*ICN1\nSVC*HC:99490*95*51.84**1\nCAS*CO*45*43.16\n" + (
    "SVC*HC:99439*72*0**1\nCAS*CO*16*72\nLQ*HE*M53"
)


def paid_alone(store: Store, number: str) -> None:
    posted(store, answered(number, "99439", icn="ICN2"), trace="T2")


def by_hand(store: Store, signed_month: SignedMonth) -> list[tuple[str, str]]:
    with store.reading() as connection:
        return [(one.action, one.fix) for one in difference(connection, signed_month, drafted(signed_month)).by_hand]


def codes(files: list[Any]) -> list[str]:
    return [one[1] for file in files for one in named(file.content, "SV1")]


@pytest.mark.slow
def test_a_correction_waits_for_the_line_that_is_out_and_then_leaves_it_out(store: Store) -> None:
    _, second = alone(store)
    corrected = month(revision=2, conditions=CONDITIONS)
    assert send(store, corrected) == []
    ((action, fix),) = by_hand(store, corrected)
    assert (action, second in fix) == ("wait_for_answer", True)
    paid_alone(store, second)
    (file,) = send(store, corrected)
    assert codes([file]) == ["HC:99490"]
    assert named(file.content, "LX") == [["LX", "1"]]
    assert rows(store, "version", "frequency", "state") == [
        (1, "1", "replaced"),
        (2, "1", "paid"),
        (3, "7", "written"),
    ]
    assert (send(store, corrected), by_hand(store, corrected)) == ([], []), "what was left out is not missed"
    assert cases(store) == [], "the line that is paid alone may be kept"


@pytest.mark.slow
def test_denied_alone_too_it_goes_with_the_correction(store: Store) -> None:
    _, second = alone(store)
    answer(store, second, "denied")
    assert codes(send(store, month(revision=2, conditions=CONDITIONS))) == ["HC:99490", "HC:99439"]


@pytest.mark.slow
def test_lines_sent_alone_one_by_one_are_not_sent_whole_as_well(store: Store) -> None:
    send(store, month())
    ((number,),) = rows(store, "claim_number")
    said = f"CLP*{number}*4*167*0**16*ICN1\nSVC*HC:99490*95*0**1\nCAS*CO*16*95\nLQ*HE*MA130\n"
    posted(store, said + "SVC*HC:99439*72*0**1\nCAS*CO*16*72\nLQ*HE*MA130")
    first, second = again(store, number, 1), again(store, number, 2)
    corrected = month(revision=2, conditions=CONDITIONS)
    assert send(store, corrected) == []
    posted(store, answered(first, "99490", icn="ICN2"), answered(second, "99439", icn="ICN3"), trace="T2")
    assert send(store, corrected) == []
    assert len(rows(store, "claim_number")) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "other",
    [
        lambda: month("25", revision=2),
        lambda: month("65", revision=2),
        lambda: signed({"staff": "45"}, revision=2),  # to Part B
    ],
)
def test_a_line_paid_alone_that_is_billed_otherwise_is_settled_by_a_person(
    store: Store, other: Callable[[], SignedMonth]
) -> None:
    _, second = alone(store)
    paid_alone(store, second)
    assert send(store, other()) == []
    ((action, fix),) = by_hand(store, other())
    assert (action, second in fix) == ("corrected_claim", True)


def test_a_line_paid_alone_that_is_not_billed_any_more_goes_back(store: Store) -> None:
    _, second = alone(store)
    paid_alone(store, second)
    send(store, month("25", revision=2))
    assert cases(store, "claim_number", "open_cents", "why") == [(second, 3600, "decided_less")]


@pytest.mark.slow
def test_the_second_payer_gets_its_claim_for_a_line_that_was_paid_alone(store: Store) -> None:
    both = signed({"staff": "45", "coverages": covered(PART_B, MEDIGAP)})
    asked = kept_back(both, drafted(both), rulebook(Month(2026, 10)), settings_of(), TODAY)

    def sent() -> list[Any]:
        with store.writing() as connection:
            return send_out(connection, both, asked, NOW)

    sent()
    ((number,),) = rows(store, "claim_number")
    posted(store, PART.format(number).replace("51.84**16", "51.84*13.23*MB").replace("43.16", "29.93\nCAS*PR*2*13.23"))
    (file,) = sent()
    assert codes([file]) == ["HC:99490", "HC:99439"]
    with store.writing() as connection:
        send_again(connection, both, asked, str(number), (), NOW, anyway=True)
    (second,) = (one[0] for one in rows(store, "claim_number", "payer_order", "version") if one[1:] == (1, 2))
    assert sent() == [], "not before it is answered"
    share = f"CLP*{second}*1*72*40*10*MB*ICN9\nSVC*HC:99439*72*40**1\nCAS*CO*45*22\nCAS*PR*2*10"
    posted(store, share, trace="T2")
    with store.writing() as connection:
        found = difference(connection, both, asked)
    assert (found.held, found.by_hand) == ([], [])
    (file,) = sent()
    assert complaints(file.content) == []
    assert codes([file]) == ["HC:99439"]
    assert named(file.content, "CLM")[0][5] == "11:B:1"
    assert named(file.content, "AMT", "D") == [["AMT", "D", "40"]]
    assert rows(store, "payer_order", "version", "frequency") == [(1, 1, "1"), (1, 2, "1"), (2, 1, "1"), (2, 2, "1")]
    assert sent() == []
