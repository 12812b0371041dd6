"""A paid month that is billed for less, or not at all, opens a case; it is open until all of it came back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from rich.console import Console

from config.clocks import overpayment_term
from config.denials import denials
from config.errors import InputError, RuleError
from flows.one_refund import record
from tasks.claim.drafts import ServiceLine
from tasks.claim.overpaid import what_stays
from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.answers import Answered, PaidLine
from tasks.store.overpayments import PaidClaim
from tasks.store.remit_tables import overpayments, refunds
from tasks.store.store import Store
from tests.claim.signed_months import NOW, PLAN, rows, send, signed
from tests.remit.answers import answer

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)
PAID = {"99490": 5184, "99439": 3600, "99487": 10467, "99489": 5600}
CHARGED = {"99490": 9500, "99439": 7200, "99487": 21000, "99489": 11000}


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def answered(number: str, codes: str, status: str = "1", sign: int = 1, icn: str = "ICN1", billed: str = "") -> str:
    """A claim of these codes, as "99490 99439x2", paid by unit, or taken back where the sign is -1; `billed` is what
    it charges, where that is more."""
    lines, paid, charged = [], 0, 0
    allowed = dict(_units(codes))
    for code, units in _units(billed or codes):
        cents, charge = sign * PAID[code] * allowed.get(code, 0), sign * CHARGED[code] * units
        paid, charged = paid + cents, charged + charge
        lines += [f"SVC*HC:{code}*{money(charge)}*{money(cents)}**{allowed.get(code, 0) or units}"]
        lines += [f"CAS*CO*45*{money(charge - cents)}"]
    return "\n".join([f"CLP*{number}*{status}*{money(charged)}*{money(paid)}**MB*{icn}", *lines])


def _units(codes: str) -> Iterator[tuple[str, int]]:
    for part in codes.split():
        code, _, units = part.partition("x")
        yield code, int(units or 1)


def paid(*bodies: str) -> str:
    """The sum of the claims as the payment says it."""
    return money(sum(round(float(line.split("*")[4]) * 100) for body in bodies for line in body.splitlines()[:1]))


def posted(store: Store, *bodies: str, trace: str = "T1", after: str = "", withheld: int = 0) -> None:
    total = money(round(float(paid(*bodies)) * 100) - withheld)
    content = answer("\n".join(bodies), total if total != "0.00" else "0", trace=trace, after=after)
    assert post(store, f"{trace}.835", content, TODAY).differences == []


def cases(store: Store, *columns: str) -> list[tuple[Any, ...]]:
    names = columns or ("cents", "open_cents", "why", "state")
    with store.reading() as connection:
        query = sa.select(*(overpayments.c[name] for name in names)).order_by(overpayments.c.claim_number)
        return [tuple(row) for row in connection.execute(query)]


def sent(store: Store, codes: str, **facts: Any) -> str:
    """The month is sent and paid as billed; the claim's number."""
    made = {name: facts.pop(name) for name in ("payer",) if name in facts}
    send(store, signed(facts, **made))
    ((number,),) = rows(store, "claim_number")
    posted(store, answered(number, codes))
    return str(number)


def refund(
    store: Store, number: str, amount: str, reference: str = "1001", day: str = "2026-12-01", by: str = "A. B."
) -> str:
    console = Console(record=True, width=200)
    url = store.engine.url.render_as_string(hide_password=False)
    record(console, url, number, amount, day, reference, by, NOW, date(2026, 12, 2))
    return console.export_text()


def test_fewer_units_open_a_case_for_the_units_that_are_too_many(store: Store) -> None:
    sent(store, "99490 99439x2", staff="65")
    send(store, signed({"staff": "45"}, revision=2))
    assert cases(store) == [(3600, 3600, "decided_less", "open")]
    assert cases(store, "identified_date", "due_date", "keeps_cents") == [
        (date(2026, 11, 3), date(2027, 1, 2), 5184 + 3600)
    ]


@pytest.mark.slow
def test_a_code_that_is_not_billed_any_more_opens_a_case_for_its_payment(store: Store) -> None:
    sent(store, "99490 99439", staff="45")
    send(store, signed({"staff": "25"}, revision=2))
    assert cases(store) == [(3600, 3600, "decided_less", "open")]
    again = signed({"staff": "25"}, revision=2)
    send(store, again)
    assert cases(store) == [(3600, 3600, "decided_less", "open")], "found once"


def test_nothing_billed_any_more_opens_a_case_for_all(store: Store) -> None:
    sent(store, "99490", staff="25")
    send(store, signed({"staff": "15"}, revision=2))
    assert cases(store) == [(5184, 5184, "decision_changed", "open")]


@pytest.mark.slow
def test_more_units_or_another_diagnosis_open_none(store: Store) -> None:
    sent(store, "99490", staff="25")
    conditions = [{"icd10_code": "E11.9"}, {"icd10_code": "I50.9"}]
    send(store, signed({"staff": "45", "conditions": conditions}, revision=2))
    assert cases(store) == []


def test_decided_as_before_the_case_is_withdrawn(store: Store) -> None:
    sent(store, "99490 99439", staff="45")
    send(store, signed({"staff": "25"}, revision=2))
    send(store, signed({"staff": "45"}, revision=3))
    assert cases(store) == [(3600, 0, "decided_less", "withdrawn")]
    send(store, signed({"staff": "25"}, revision=4))
    assert cases(store) == [(3600, 3600, "decided_less", "open")]


@pytest.mark.slow
def test_a_replacement_with_less_money_is_a_case_until_the_payer_has_corrected(store: Store) -> None:
    number = sent(store, "99490 99439", staff="45", payer=PLAN)
    month = signed({"staff": "25"}, revision=2, payer=PLAN)
    (file,) = send(store, month)
    assert file.claims == 1
    assert cases(store) == [(3600, 3600, "decided_less", "open")]
    send(store, month)
    assert cases(store) == [(3600, 3600, "decided_less", "open")], "sending nothing more takes nothing back"
    newer = str(rows(store, "claim_number")[1][0])
    back = answered(number, "99490 99439", "22", -1)
    posted(store, back, trace="T2")
    assert cases(store) == [(3600, 0, "decided_less", "refunded")]
    posted(store, answered(newer, "99490", icn="ICN2"), trace="T3")
    assert cases(store) == [(3600, 0, "decided_less", "refunded")]


def test_a_void_is_a_case_until_the_payment_is_taken_back(store: Store) -> None:
    number = sent(store, "99490", staff="25", payer=PLAN)
    send(store, signed({"staff": "15"}, revision=2, payer=PLAN))
    assert cases(store) == [(5184, 5184, "voided_after_payment", "open")]
    posted(store, answered(number, "99490", "22", -1), trace="T2")
    assert cases(store) == [(5184, 0, "voided_after_payment", "refunded")]


@pytest.mark.slow
def test_a_reversal_with_a_correction_closes_only_what_it_covers(store: Store) -> None:
    number = sent(store, "99490 99439x2", staff="65")
    send(store, signed({"staff": "25"}, revision=2))
    assert cases(store) == [(7200, 7200, "decided_less", "open")]
    half = answered(number, "99490 99439", icn="ICN2", billed="99490 99439x2")
    posted(store, answered(number, "99490 99439x2", "22", -1), half, trace="T2")
    assert cases(store) == [(7200, 3600, "decided_less", "open")]
    whole = answered(number, "99490", icn="ICN3", billed="99490 99439x2")
    posted(store, answered(number, "99490 99439", "22", -1, "ICN2", "99490 99439x2"), whole, trace="T3")
    assert cases(store) == [(7200, 0, "decided_less", "refunded")]


@pytest.mark.slow
def test_money_withheld_and_refunded_is_added_up(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    send(store, signed({"staff": "15"}, revision=2))
    posted(store, trace="T2", after="PLB*1234567893*20261231*WO:ICN1*20.00", withheld=2000)
    assert cases(store) == [(5184, 3184, "decision_changed", "open")]
    assert "$30.00 of 2026-12-01 recorded; $1.84 is open still" in refund(store, number, "30.00")
    assert "on record already, nothing was changed; $1.84 is open" in refund(store, number, "30.00")
    assert cases(store) == [(5184, 184, "decision_changed", "open")]
    found = answers_of(store, "P1")["overpayments"].iloc[0]
    assert (found["cents"], found["returned_cents"], found["open_cents"]) == (5184, 5000, 184)
    assert "good faith" in found["term"]
    assert "all of it came back" in refund(store, number, "1.84", "1002")
    assert cases(store) == [(5184, 0, "decision_changed", "refunded")]
    with store.reading() as connection:
        told = connection.execute(sa.select(refunds).order_by(refunds.c.reference)).mappings().all()
    assert [(row["reference"], row["cents"], row["recorded_by"], row["refunded_date"]) for row in told] == [
        ("1001", 3000, "A. B.", date(2026, 12, 1)),
        ("1002", 184, "A. B.", date(2026, 12, 1)),
    ]
    send(store, signed({"staff": "15"}, revision=2))
    assert cases(store) == [(5184, 0, "decision_changed", "refunded")], "what was refunded is not found again"


def test_a_refund_that_cannot_be_right_is_refused(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    with pytest.raises(InputError, match=f"Claim {number} has no overpayment"):
        refund(store, number, "51.84")
    send(store, signed({"staff": "15"}, revision=2))
    for amount in ("0", "51.8", "-5", "5184 USD", "1e3"):
        with pytest.raises(InputError, match="is no amount"):
            refund(store, number, amount)
    with pytest.raises(InputError, match=r"\$51\.84 is open, less than \$518\.40"):
        refund(store, number, "518.40")
    with pytest.raises(InputError, match="lies ahead"):
        refund(store, number, "51.84", day="2026-12-03")
    with pytest.raises(InputError, match="is not a day"):
        refund(store, number, "51.84", day="12/01/2026")
    with pytest.raises(InputError, match="Say who records"):
        refund(store, number, "51.84", by=" ")
    refund(store, number, "1.84")
    with pytest.raises(InputError, match=r"is on record with \$1\.84 of 2026-12-01; a second one needs"):
        refund(store, number, "2.84")
    assert cases(store) == [(5184, 5000, "decision_changed", "open")]


def line(code: str, units: int = 1, expected: int | None = None) -> ServiceLine:
    return ServiceLine(1, code, (), units, date(2026, 10, 31), 10000, expected)


def said(number: str, *lines: tuple[str, int, int]) -> Answered:
    found = {place: PaidLine(cents, [], code, units) for place, (code, units, cents) in enumerate(lines, start=1)}
    return Answered(number, "1", sum(one[2] for one in lines), 0, "", "", "I", date(2026, 11, 20), [], found)


def test_a_lower_code_keeps_what_it_would_have_been_paid() -> None:
    paid_before = [PaidClaim("C1", 1, 10467)]
    answers, expected = {"C1": said("C1", ("99487", 1, 10467))}, {"C1": {"99487": 13165}}
    assert what_stays(paid_before, answers, [line("99490", expected=6049)], expected) == {"C1": 4809}
    assert what_stays(paid_before, answers, [line("99490")], expected) == {"C1": 0}, "nothing is guessed"
    assert what_stays(paid_before, answers, [], expected) == {"C1": 0}


def test_what_later_payers_paid_goes_back_in_the_same_proportion() -> None:
    both = [PaidClaim("C1", 1, 8000), PaidClaim("C2", 2, 2000)]
    answers = {"C1": said("C1", ("99490", 1, 5000), ("99439", 1, 3000))}
    assert what_stays(both, answers, [line("99490")], {}) == {"C1": 5000, "C2": 1250}
    assert what_stays(both, answers, [], {}) == {"C1": 0, "C2": 0}


def test_units_on_several_claims_are_counted_once() -> None:
    """The base on the first claim, further units alone on a second: what is billed still stays on one of them."""
    two = [PaidClaim("C1", 1, 8600), PaidClaim("C2", 1, 3600)]
    answers = {"C1": said("C1", ("99490", 1, 5000), ("99439", 1, 3600)), "C2": said("C2", ("99439", 1, 3600))}
    assert what_stays(two, answers, [line("99490"), line("99439", 1)], {}) == {"C1": 8600, "C2": 0}


def test_nothing_ever_stays_above_what_was_paid() -> None:
    draw = random.Random(7)
    for _ in range(500):
        codes = draw.sample(sorted(PAID), 3)
        answers = {"C1": said("C1", *((code, draw.randint(1, 3), draw.randint(0, 9000)) for code in codes[:2]))}
        paid_before = [PaidClaim("C1", 1, answers["C1"].paid_cents + draw.randint(0, 2000))]
        wanted = [line(code, draw.randint(1, 3), draw.choice([None, 5000])) for code in codes[draw.randint(0, 2) :]]
        found = what_stays(paid_before, answers, wanted, {"C1": dict.fromkeys(codes, 6000)})["C1"]
        assert 0 <= found <= paid_before[0].paid_cents


def test_the_days_are_those_of_the_day_it_is_identified() -> None:
    assert overpayment_term(date(2024, 12, 31)).suspended_days == 0
    assert overpayment_term(date(2025, 1, 1)).suspended_days == 180
    assert {overpayment_term(day).days for day in (date(2015, 1, 1), TODAY)} == {60}
    clock = denials().routes["refund"].clock
    assert clock is not None
    assert clock.days == overpayment_term(TODAY).days
    with pytest.raises(RuleError, match="nothing is loaded for 2014"):
        overpayment_term(date(2014, 12, 31))


@pytest.mark.slow
def test_a_reversal_that_books_a_refund_leaves_what_was_not_refunded_open(store: Store) -> None:
    number = sent(store, "99490 99439x2", staff="65")
    send(store, signed({"staff": "25"}, revision=2))
    refund(store, number, "36.00")
    half = answered(number, "99490 99439", icn="ICN2", billed="99490 99439x2")
    posted(store, answered(number, "99490 99439x2", "22", -1), half, trace="T2")
    assert cases(store) == [(7200, 3600, "decided_less", "open")]


@pytest.mark.slow
def test_what_is_paid_again_after_refund_and_reversal_is_open_again(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    send(store, signed({"staff": "15"}, revision=2))
    refund(store, number, "51.84")
    posted(store, answered(number, "99490", "22", -1), trace="T2")
    assert cases(store, "open_cents", "state") == [(0, "refunded")]
    posted(store, answered(number, "99490", icn="ICN5"), trace="T3")
    assert cases(store) == [(10368, 5184, "decision_changed", "open")]
    send(store, signed({"staff": "15"}, revision=2))
    assert cases(store) == [(10368, 5184, "decision_changed", "open")]
