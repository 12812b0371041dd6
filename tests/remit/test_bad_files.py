"""Files that are no whole 835 are set aside with one sentence; nothing of them is posted or told."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.remit.post import post, try_suspense_again
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import claim_payments, denials, line_payments, remittance_files, remittances
from tests.remit.answers import answer, denied, interchange, paid, remittance
from tests.remit.billed import bill, rows

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)
GOOD = answer(paid("C7"), "47.42")
SECOND = remittance(paid("C8"), "47.42", trace="EFT1002").replace("*0001", "*0002")
TWO = interchange(remittance(paid("C7"), "47.42"), SECOND)

BAD = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n\n", "it is empty"),
    "text": (b"Dear clinic, please find attached", "it does not begin as an X12 interchange does"),
    "zip": (b"PK\x03\x04" + bytes(500), "it does not begin as an X12 interchange does"),
    "no envelope": (GOOD[GOOD.index(b"GS*") :], "it does not begin as an X12 interchange does"),
    "cut within a claim": (GOOD[: GOOD.index(b"CAS*")], "it ends before its last part does"),
    "cut before the end": (GOOD[: GOOD.index(b"GE*")], "it ends before its last part does"),
    "segments miscounted": (GOOD.replace(b"SE*17*", b"SE*18*"), "SE01 counts 18 segments where 17 are (segment 19)"),
    "payments miscounted": (GOOD.replace(b"GE*1*", b"GE*2*"), "GE01 counts 2 payments where 1 is (segment 20)"),
    "groups miscounted": (GOOD.replace(b"IEA*1*", b"IEA*0*"), "IEA01 counts 0 groups where 1 is (segment 21)"),
    "a second payment miscounted": (TWO.replace(b"SE*17*0002", b"SE*3*0002"), "SE01 counts 3 segments where 17 are"),
    "no number for a count": (GOOD.replace(b"SE*17*", b"SE*DOE*"), "SE01 counts no segments where 17 are"),
    "other control number": (GOOD.replace(b"IEA*1*000000001", b"IEA*1*000000009"), "a control number at the end"),
    "claims, not answers": (GOOD.replace(b"ST*835", b"ST*837").replace(b"GS*HP", b"GS*HC"), "holds claims (837)"),
    "acknowledgement": (GOOD.replace(b"ST*835", b"ST*999"), "the file holds an acknowledgement (999)"),
    "amount of the payment": (GOOD.replace(b"BPR*I*47.42", b"BPR*I*forty"), "BPR02 cannot be read (segment 4)"),
    "no trace number": (GOOD.replace(b"TRN*1*EFT1001*", b"TRN*1**"), "TRN02 cannot be read (segment 5)"),
    "beyond measure": (GOOD.replace(b"*100*47.42*12", b"*99999999999999999*47.42*12"), "larger than any"),
    "a name beyond measure": (GOOD.replace(b"N1*PR*", b"N1*PR*" + b"A" * 1000), "longer than any in an 835"),
    "a part that is unknown": (GOOD.replace(b"LX*1~", b"DROP*TABLE*CLAIMS~"), "a segment that an 835 does not know"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_set_aside_whole(store, kind):
    content, words = BAD[kind]
    bill(store, ("C7", "99490"))
    done = post(store, "in.835", content, TODAY)
    assert done.state == "quarantined"
    assert done.reason.startswith("in.835: ")
    assert words in done.reason
    assert "DOE" not in done.reason
    assert "1EG4" not in done.reason
    assert done.reason.count(". ") == 0
    assert rows(store, remittance_files, "file_name", "state", "content") == [("in.835", "quarantined", content)]
    assert rows(store, remittances, "id") == []
    assert rows(store, claims, "state") == [("written",)]
    # The sound file is taken afterwards.
    assert post(store, "in.835", GOOD, TODAY).state == "posted"


UNKNOWN = "unreadable: it holds a segment that an 835 does not know"
BAD_CLAIMS = {
    "amount": (("*4*100*0**MB", "*4*100*x**MB"), "unreadable: CLP04 cannot be read"),
    "status": (("*4*100*0**MB", "*77*100*0**MB"), "unreadable: CLP02 cannot be read"),
    "adjustment": (("CAS*CO*97*100", "CAS*CO*97*1OO"), "unreadable: CAS03 cannot be read"),
    "group": (("CAS*CO*97*100", "CAS*ZZ*97*100"), "unreadable: CAS01 cannot be read"),
    "half a cent": (("CAS*CO*97*100", "CAS*CO*97*99.995"), "unreadable: CAS03 cannot be read"),
    "does not tie": (("CAS*CO*97*100", "CAS*CO*97*99"), "out_of_balance: 1.00"),
    "unknown segment": (("CAS*CO*97*100", "CAS*CO*97*100~\nXYZ*1"), UNKNOWN),
    "other charge": (("*4*100*0**MB*ICN1", "*4*120*0**MB*ICN1~\nCAS*CO*97*20"), "other_charge"),
    "other service": (("HC:99490", "HC:99213"), "unknown_line"),
    "predetermination": (("*4*100*0**MB", "*25*100*0**MB"), "no_payment"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_CLAIMS)
def test_a_bad_claim_is_held_back_and_the_others_are_posted(store, kind):
    (before, after), reason = BAD_CLAIMS[kind]
    bill(store, ("C7", "99490"), ("C8", "99490"))
    body = denied("C7", "CO", "97").replace(before, after) + "\n" + paid("C8", icn="ICN2")
    lines = [part for line in body.splitlines() for part in line.split("~") if part.strip()]
    done = post(store, "in.835", answer("\n".join(lines), "47.42"), TODAY)
    assert (done.state, done.in_suspense, done.denials) == ("posted_in_part", 1, 0)
    assert rows(store, claim_payments, "control_number", "claim_number", "suspense_reason") == [
        ("C7", "", reason),
        ("C8", "C8", ""),
    ]
    assert dict(rows(store, claims, "claim_number", "state")) == {"C7": "written", "C8": "paid"}


def test_a_payment_that_came_in_another_file_is_posted_once(store):
    bill(store, ("C7", "99490"), ("C8", "99490"))
    first, other = remittance(denied("C7", "CO", "97")), remittance(paid("C8"), "47.42", trace="EFT2")
    assert post(store, "a.835", interchange(first), TODAY).state == "posted"
    assert post(store, "b.835", interchange(first, control=2), TODAY).state == "repeated"
    done = post(store, "c.835", interchange(first, other, control=3), TODAY)
    assert (done.state, done.payments, done.claims) == ("posted", 1, 1)
    assert rows(store, claim_payments, "claim_number") == [("C7",), ("C8",)]
    assert len(rows(store, denials, "line")) == 1
    assert rows(store, remittance_files, "file_name", "state") == [
        ("a.835", "posted"),
        ("b.835", "repeated"),
        ("c.835", "posted"),
    ]


def test_a_payment_twice_in_one_file_is_posted_once(store):
    bill(store, ("C7", "99490"))
    one = remittance(paid("C7"), "47.42")
    done = post(store, "a.835", interchange(one, one), TODAY)
    assert (done.payments, done.claims, done.payment_cents) == (1, 1, 4742)


def test_a_payment_that_comes_again_with_other_claims_is_set_aside(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(denied("C7", "CO", "97")), TODAY)
    done = post(store, "b.835", answer(denied("C7", "CO", "B20")), TODAY)
    assert done.state == "quarantined"
    assert "payment EFT1001 was posted from a.835 with other claims or amounts" in done.reason
    assert rows(store, denials, "reason") == [("97",)]


def test_an_answer_leaves_suspense_once_its_claim_is_known(store):
    post(store, "a.835", answer(denied("C7", "CO", "97")), TODAY)
    assert try_suspense_again(store, TODAY) == 0
    bill(store, ("C7", "99490"))
    assert try_suspense_again(store, TODAY) == 1
    assert rows(store, claim_payments, "claim_number", "suspense_reason") == [("C7", "")]
    assert rows(store, remittance_files, "state") == [("posted",)]
    assert rows(store, line_payments, "claim_line") == [(1,)]
    assert rows(store, claims, "state") == [("denied",)]
    assert rows(store, denials, "line", "reason", "error") == [(1, "97", "two_families_in_month")]
    assert try_suspense_again(store, TODAY) == 0


def test_delimiters_and_control_characters_in_names_are_read_as_they_stand(store):
    bill(store, ("C7", "99490"))
    odd = GOOD.replace(b"DOE*JAN", "D\0Ö=@SUM(1)*J'\";--".encode()).replace(b"\n", b"\r\n")
    assert post(store, "odd.835", odd, TODAY).state == "posted"
    latin = answer(paid("C7"), "47.42", trace="EFT2").replace(b"LAKESIDE CLINIC", b"LAKESIDE CL\xcdNIC")
    assert post(store, "latin.835", latin, TODAY).state == "posted"
