"""A claim that a rule holds stays back whole, with its remedy; the others of the month leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from config.month import Month
from tasks.claim.kept_back import kept_back
from tasks.claim.send_out import send_out
from tasks.claim.signed import Drafted, SignedMonth, drafted
from tasks.claim.tell import _payers_of_day, held_frame
from tasks.store.filing import Limits
from tasks.store.store import Store
from tests.claim.signed_months import NOW, rows, signed
from tests.qualify.cases import rulebook, settings_of

TODAY = date(2026, 11, 3)


def after_scrub(month: SignedMonth, today: date = TODAY) -> Drafted:
    return kept_back(month, drafted(month), rulebook(Month(2026, 10)), settings_of(), today)


def with_place(month: SignedMonth, patient: str, place: str) -> SignedMonth:
    lines = month.lines.copy()
    lines.loc[lines["patient_id"] == patient, "place_of_service"] = place
    return replace(month, lines=lines)


def test_what_is_decided_leaves_without_a_word() -> None:
    found = after_scrub(signed({"staff": "45"}, {"practitioner": "65"}))
    assert found.scrub.empty
    assert len(found.ready) == 2


def test_a_held_claim_stays_back_and_the_other_leaves(store: Store) -> None:
    month = with_place(signed({"staff": "45"}, {"staff": "25"}), "P1", "22")
    found = after_scrub(month)
    with store.writing() as connection:
        (file,) = send_out(connection, month, found, NOW)
    assert file.claims == 1
    assert [one[0] for one in rows(store, "patient_id")] == ["P2"]
    held = held_frame(found.held, Limits())
    assert held[["patient_id", "need", "owner"]].to_numpy().tolist() == [["P1", "place_not_of_setting", "billing"]]
    assert held["numbers"].iloc[0].count("place_of_service=22") == 2  # both lines of the claim
    assert found.scrub["line"].tolist() == [1, 2]


def test_mended_it_leaves(store: Store) -> None:
    month = signed({"staff": "45"})
    wrong = after_scrub(with_place(month, "P1", "22"))
    for found, claims in ((wrong, 0), (after_scrub(month), 1)):
        with store.writing() as connection:
            assert sum(file.claims for file in send_out(connection, month, found, NOW)) == claims


def test_a_warning_goes_along() -> None:
    month = signed({"staff": "25"})
    lines = month.lines.assign(modifiers=pd.Series(["95"] * len(month.lines), dtype="str"))
    found = after_scrub(replace(month, lines=lines))
    assert found.scrub["outcome"].tolist() == ["warn"]
    assert len(found.ready) == 1


def test_a_month_after_its_filing_limit_stays_back() -> None:
    found = after_scrub(signed({"staff": "25"}), today=date(2027, 11, 3))
    assert set(found.scrub["rule"]) == {"filing_limit_passed"}
    assert found.ready == []


def test_the_last_day_of_what_is_held_goes_by_the_payer_of_the_day() -> None:
    """The plan of before had come first in the list; its limit is not the one of who covers the patient now."""
    rows = [
        ("P1", "commercial", "OLD", 1, "2020-01-01", "2026-06-30"),
        ("P1", "commercial", "NEW", 1, "2026-07-01", None),
    ]
    names = ["patient_id", "payer_kind", "payer_id", "priority", "start_date", "end_date"]
    coverages = pd.DataFrame(rows, columns=names).assign(coverage_id=["V1", "V2"])
    for name in ("start_date", "end_date"):
        coverages[name] = pd.to_datetime(coverages[name])
    days = pd.to_datetime(["2026-10-31", "2026-06-30", None])
    held = pd.DataFrame({"patient_id": "P1", "payer_kind": "commercial", "service_date": days}, index=[5, 6, 7])
    assert _payers_of_day(held, coverages).fillna("").to_dict() == {5: "NEW", 6: "OLD", 7: ""}
