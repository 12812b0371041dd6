"""What follows on a payer's answer is scrubbed as first claims are: a second payer's claim, and lines sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from config.errors import FaultError
from config.month import Month
from tasks.claim.asked import LineHeldError, lines_of
from tasks.claim.difference import difference
from tasks.claim.final_look import final_look
from tasks.claim.kept_back import kept_back
from tasks.claim.send_out import send_again, send_out
from tasks.claim.signed import Drafted, SignedMonth, drafted
from tasks.claim.step import send_claims, send_denied_lines
from tasks.claim.tell import held_frame
from tasks.remit.post import post
from tasks.store.claim_tables import ledger
from tasks.store.claims import sent_claims
from tasks.store.filing import limits_in
from tasks.store.remit_tables import denials
from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, NOW, PART_B, covered, rows, signed
from tests.qualify.cases import rulebook, settings_of
from tests.remit.answers import answer

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)
FIRST = {"payer": "MEDICARE", "payer_id": "1351840597"}
PAID_99490 = "SVC*HC:99490*95*51.84**1\nCAS*CO*45*28.87**253*1.06\nCAS*PR*2*13.23"
WHOSE = ("P1", "2026-10")


def asked(month: SignedMonth, today: date = TODAY, **settings: Any) -> Drafted:
    return kept_back(month, drafted(month), rulebook(Month(2026, 10)), settings_of(**settings), today)


def send(store: Store, month: SignedMonth, today: date = TODAY, **settings: Any) -> list[Any]:
    with store.writing() as connection:
        return send_out(connection, month, asked(month, today, **settings), NOW)


def answered(store: Store, month: SignedMonth, body: str = "", paid: str = "51.84", trace: str = "T1") -> str:
    """The month is sent and its claim answered; the claim's number."""
    if not rows(store, "claim_number"):
        send(store, month)
    number = str(rows(store, "claim_number")[-1][0])
    said = body.replace("{n}", number) or f"CLP*{number}*1*95*51.84*13.23*MB*ICN5\n{PAID_99490}"
    assert post(store, f"{trace}.835", answer(said, paid, trace=trace, **FIRST), TODAY).in_suspense == 0
    return number


def held(store: Store, month: SignedMonth, today: date = TODAY, **settings: Any) -> tuple[list[Any], pd.DataFrame]:
    with store.reading() as connection:
        found = difference(connection, month, asked(month, today, **settings))
    table = held_frame(found.held, limits_in(settings.get("filing_days", {}), month.tables))
    late = table["need"] == "filing_limit_passed"
    assert (late <= (table["due_date"] < pd.Timestamp(today))).all(), "what is late says since when, by one limit"
    return table[["payer_order", "need"]].to_numpy().tolist(), found.scrub


BOTH = {"staff": "25", "coverages": covered(PART_B, MEDIGAP)}


def test_a_sound_second_claim_leaves_without_a_word(store: Store) -> None:
    month = signed(BOTH)
    answered(store, month)
    assert held(store, month)[0] == []
    (file,) = send(store, month)
    assert [one[0] for one in rows(store, "payer_order")] == [1, 2]
    with store.reading() as connection:
        sent = sent_claims(connection, *WHOSE)
    told = (month.tables, rulebook(Month(2026, 10)), settings_of(), TODAY)
    final_look([file.content], sent, *told)
    with pytest.raises(FaultError, match="rendering_npi_invalid 1"):
        final_look([file.content.replace(b"2900010002", b"2900010020")], sent, *told)


def changed(month: SignedMonth, table: str, **columns: Any) -> SignedMonth:
    return replace(month, tables={**month.tables, table: month.tables[table].assign(**columns)})


@pytest.mark.slow
def test_the_second_payers_own_limit_counts_and_not_the_firsts(store: Store) -> None:
    """Part B's year is over on 2027-10-31; what its answer leaves may still go to a payer without a known limit."""
    month = signed(BOTH)
    answered(store, month)
    later = date(2027, 12, 1)
    assert held(store, month, later)[0] == [], "what was sent in time is not late, and Medigap has no known limit"
    own = {"filing_days": {"SYN23": 90}}
    assert held(store, month, later, **own)[0] == [[2, "filing_limit_passed"]]
    assert send(store, month, later, **own) == []
    told = {"patient_id": ["P1"], "payer_kind": ["medigap"], "payer_id": ["SYN23"], "filing_days": [90]}
    said = dict.fromkeys(("coverage_id", "codes", "codes_not_covered", "confidence", "source"), "")
    said_it = replace(month, tables={**month.tables, "payer_answers": pd.DataFrame(told).assign(**said)})
    assert held(store, said_it, later)[0] == [[2, "filing_limit_passed"]]
    assert len(send(store, month, later)) == 1


def test_a_claim_that_was_not_sent_in_time_is_late(store: Store) -> None:
    assert held(store, signed(BOTH), date(2027, 12, 1))[0] == [[1, "filing_limit_passed"]]


@pytest.mark.parametrize(
    ("table", "columns", "rule"),
    [
        pytest.param(
            "patients", {"death_date": pd.Timestamp("2026-10-01")}, "service_after_death", marks=pytest.mark.slow
        ),
        pytest.param(
            "practitioners",
            {"npi": ["2900010020", "2900010176", "2900010341"]},
            "rendering_npi_invalid",
            marks=pytest.mark.slow,
        ),
        pytest.param("stays", None, "service_date_on_stay_day", marks=pytest.mark.slow),
        ("coverages", {"payer_id": "15202", "member_id": "1EG4TE5MK73"}, "second_payer_is_the_first"),
    ],
)
def test_the_rules_hold_a_second_claim_as_a_first(store: Store, table: str, columns: Any, rule: str) -> None:
    month = signed(BOTH)
    answered(store, month)
    if columns is None:
        stay = {"stay_id": "S1", "patient_id": "P1", "kind": "inpatient"}
        days = {"admit_date": pd.Timestamp("2026-10-01"), "discharge_date": pd.Timestamp("2026-10-31")}
        stays = pd.DataFrame([stay | days]).reindex(columns=list(month.tables["stays"]))
        month = replace(month, tables={**month.tables, "stays": stays})
    else:
        month = changed(month, table, **columns)
    if table == "practitioners":
        month = replace(month, lines=month.lines.assign(rendering_npi="2900010020"))
        with store.writing() as connection:  # as if it had gone out so
            wrong = asked(month).stopped[0].digest
            connection.execute(sa.update(ledger).values(content_digest=wrong))
    found, findings = held(store, month)
    assert [2, rule] in found
    assert set(findings.loc[findings["rule"] == rule, "payer_order"]) == {2}
    assert send(store, month) == []


@pytest.mark.slow
def test_a_second_claims_warning_is_told_and_goes_along(store: Store) -> None:
    month = signed({"staff": "25", "coverages": covered(PART_B, MEDIGAP | {"payer_kind": "commercial"})})
    answered(store, month)
    late = date(2027, 6, 1)  # after the recalled ninety days
    found, findings = held(store, month, late)
    assert found == []
    assert findings[["payer_order", "rule", "outcome"]].to_numpy().tolist() == [
        [2, "recalled_filing_limit_passed", "warn"]
    ]
    assert len(send(store, month, late)) == 1


def test_lines_of_a_draft_say_what_its_superbill_says() -> None:
    for setting in ("office", "rhc"):
        month = signed({"staff": "45"}, setting=setting)
        found = lines_of(drafted(month).ready, month.practice.npi)
        same = ["case_number", "patient_id", "program", "claim", "claim_form", "line", "code", "units", "service_date"]
        same += ["payer_id", "member_id", "rendering_npi", "diagnoses", "place_of_service", "birth_date"]
        pd.testing.assert_frame_equal(found[same], month.lines[same].reset_index(drop=True), check_dtype=False)


@pytest.mark.slow
def test_what_the_first_payer_said_and_what_it_leaves_open_is_asked_before_writing(store: Store) -> None:
    month = signed({"staff": "45", "coverages": covered(PART_B, MEDIGAP)})
    lines = "SVC*HC:99490*100*51.84**1\nCAS*CO*45*34.93\nCAS*PR*2*13.23\nSVC*HC:99439*67*36**1\nCAS*CO*45*31"
    answered(store, month, f"CLP*{{n}}*1*167*87.84*13.23*MB*ICN5\n{lines}", "87.84")
    found, findings = held(store, month)
    assert found == []
    assert findings[["line", "rule", "outcome", "numbers"]].to_numpy().tolist() == [
        [1, "first_answer_does_not_tie", "warn", "answer_open=-5.00"],
        [2, "first_answer_does_not_tie", "warn", "answer_open=5.00"],
    ]


PART = "CLP*{n}*1*167*51.84*13.23*MB*ICN5\n" + PAID_99490 + "\nSVC*HC:99439*72*0**1\nCAS*CO*16*72\nLQ*HE*M53"


def again(store: Store, month: SignedMonth, number: str, today: date = TODAY) -> Any:
    with store.writing() as connection:
        return send_again(connection, month, asked(month, today), number, [], NOW, anyway=True)


@pytest.mark.slow
def test_a_further_unit_goes_again_alone_where_its_base_is_paid(store: Store) -> None:
    month = signed({"staff": "45"})
    number = answered(store, month, PART)
    again(store, month, number)
    with store.reading() as connection:
        assert connection.execute(sa.select(denials.c.state)).scalars().all() == ["resent"]


@pytest.mark.slow
def test_a_further_unit_whose_base_is_denied_too_does_not_go_alone(store: Store) -> None:
    month = signed({"staff": "45"})
    both = "CLP*{n}*4*167*0**MB*ICN5\nSVC*HC:99490*95*0**1\nCAS*CO*16*95\nSVC*HC:99439*72*0**1\nCAS*CO*16*72"
    number = answered(store, month, both, "0")
    with store.writing() as connection, pytest.raises(LineHeldError, match=r"claim_holds\.csv") as caught:
        send_again(connection, month, asked(month), number, [2], NOW, anyway=True)
    assert [need.need for _, need, _ in caught.value.held] == ["base_not_on_claim"]
    assert set(caught.value.findings["rule"]) == {"base_not_on_claim"}
    assert len(rows(store, "claim_number")) == 1
    again(store, month, number)
    assert [one[0] for one in rows(store, "state")] == ["replaced", "written"]


@pytest.mark.slow
def test_a_line_that_is_held_stands_on_the_lists_of_the_month(store: Store) -> None:
    month = signed({"staff": "45"})
    both = "CLP*{n}*4*167*0**MB*ICN5\nSVC*HC:99490*95*0**1\nCAS*CO*16*95\nSVC*HC:99439*72*0**1\nCAS*CO*16*72"
    number = answered(store, month, both, "0")
    place: Any = SimpleNamespace(store=store, settings=None)
    billed = send_denied_lines.fn(place, month, asked(month), number, [2], anyway=True)
    assert billed.new == []
    assert isinstance(billed.refused, LineHeldError)
    assert billed.frames["claim_holds"]["need"].tolist() == ["base_not_on_claim"]
    assert billed.frames["scrub"][["rule", "line"]].to_numpy().tolist() == [["base_not_on_claim", 1]]
    assert send_denied_lines.fn(place, month, asked(month), number, [], anyway=True).refused is None


@pytest.mark.slow
def test_what_goes_along_with_a_second_claim_is_on_the_lists_of_that_run(store: Store) -> None:
    month = signed({"staff": "25", "coverages": covered(PART_B, MEDIGAP | {"payer_kind": "commercial"})})
    answered(store, month)
    place: Any = SimpleNamespace(store=store, settings=None)
    billed = send_claims.fn(place, month, asked(month, date(2027, 6, 1)))
    assert [file.claims for file in billed.new] == [1]
    assert billed.frames["scrub"][["payer_order", "rule"]].to_numpy().tolist() == [[2, "recalled_filing_limit_passed"]]
    assert billed.frames["claim_holds"].empty


@pytest.mark.slow
def test_a_line_sent_again_after_its_limit_is_held(store: Store) -> None:
    month = signed({"staff": "45"})
    number = answered(store, month, PART)
    with pytest.raises(LineHeldError, match="no longer takes a claim of that date"):
        again(store, month, number, date(2027, 12, 1))
    with store.reading() as connection:
        assert connection.execute(sa.select(denials.c.state)).scalars().all() == ["open"]


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True])
def test_the_ledger_has_what_was_paid_on_every_claim_of_the_month(store: Store, whole: bool) -> None:
    month = signed({"staff": "45"})
    refused = "CLP*{n}*4*167*0**MB*ICN5\nSVC*HC:99490*95*0**1\nCAS*CO*16*95\nSVC*HC:99439*72*0**1\nCAS*CO*16*72"
    number = answered(store, month, refused, "0") if whole else answered(store, month, PART)
    again(store, month, number)
    assert paid(store) == (0 if whole else 5184)
    more = "SVC*HC:99439*72*36**1\nCAS*CO*45*36"
    if whole:
        answered(store, month, f"CLP*{{n}}*1*167*87.84*13.23*MB*ICN6\n{PAID_99490}\n{more}", "87.84", "T2")
    else:
        answered(store, month, f"CLP*{{n}}*1*72*36**MB*ICN6\n{more}", "36", "T2")
    assert paid(store) == 8784
    assert [one[0] for one in rows(store, "state")] == (["replaced", "paid"] if whole else ["part_paid", "paid"])
    back = f"CLP*{number}*22*-167*-51.84*-13.23*MB*ICN5\nSVC*HC:99490*-95*-51.84**1\nCAS*CO*45*-28.87**253*-1.06"
    if not whole:
        back += "\nCAS*PR*2*-13.23\nSVC*HC:99439*-72*0**1\nCAS*CO*16*-72"
        post(store, "c.835", answer(back, "-51.84", trace="T3", **FIRST), TODAY)
        assert paid(store) == 3600


def paid(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute(sa.select(ledger.c.paid_cents)).scalar_one())


def test_a_second_claim_with_a_code_that_its_payer_does_not_pay_is_held_where_it_is_seen(store: Store) -> None:
    month = signed(BOTH)
    answered(store, month)
    theirs = month.tables["coverages"].loc[month.tables["coverages"]["payer_id"] == "SYN23", "coverage_id"]
    said = {"patient_id": "P1", "payer_kind": "medigap", "payer_id": "SYN23", "coverage_id": theirs.iloc[0]}
    said |= {"codes": "", "codes_not_covered": "99490 99439", "confidence": "primary", "source": "Policy 12"}
    told = pd.DataFrame([said | {"filing_days": pd.NA, "second_claim": "by_remittance"}])
    month = replace(month, tables={**month.tables, "payer_answers": told})
    assert held(store, month)[0] == [[2, "code_not_covered_by_payer"]], "the patient waits for this payer"
    assert send(store, month) == []
