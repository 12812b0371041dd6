"""What an eligibility answer shows that was read after the month was decided: letters and cases see it at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.letters import LetterRefusedError
from config.month import Month
from flows.letter import write_letter
from tasks.cover.eligibility import read
from tasks.route.desk import open_desk
from tasks.store import case_work
from tasks.store import coverage as stored_coverage
from tasks.store.store import Store, open_store
from tests.cover.answers_271 import MBI, MEDICARE, QMB, Asked, answer
from tests.flows.letter_month import PART_B, store_month

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning"),  # outside of `ccm`, which says so
]
MONTH, TODAY = Month(2026, 10), date(2026, 11, 26)
SAID = [{"response": "cannot_pay", "response_date": "2026-10-09"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with the October of two patients of Part B, and the practice's settings for letters."""
    one = {"staff": "25:00", "coverages": [PART_B], "copay_responses": SAID}
    return store_month(tmp_path, [one, one], MONTH, [MBI, "2EG4TE5MK74"])


def opened(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder / 'ccm.db'}")


def answered(folder: Path, *benefits: str, day: str = "20261120", born: str | None = None) -> None:
    store = opened(folder)
    with store.reading() as connection:
        birth = case_work.last_tables(connection, "P1", TODAY)["patients"]["birth_date"].iloc[0]
    asked = Asked(born=born or f"{birth:%Y%m%d}", benefits=(*MEDICARE, *benefits))
    rows = read("a.271", answer(asked, day=day), TODAY)
    with store.writing() as connection:
        file = stored_coverage.StoredFile(f"a{day}{born}", "a.271", "read", "", 1)
        stored_coverage.keep_file(connection, file, b"", rows, datetime.now(UTC))
    store.close()


def write(folder: Path, case: str, kind: str, **given: Any) -> str:
    place, said = f"sqlite:///{folder / 'ccm.db'}", {"settings": folder / "settings.yaml", "settled": True}
    return write_letter(place, folder, case, kind, given, **said).paths[-1].read_text("utf-8")


def options_of(folder: Path) -> dict[str, str]:
    store = opened(folder)
    try:
        frame = open_desk(store, "P1", TODAY).standing.frame
        return dict(zip(frame["case_number"], frame["option"], strict=True))
    finally:
        store.close()


def test_who_is_a_qmb_by_a_newer_answer_gets_no_letter_that_asks_and_another_way(folder: Path) -> None:
    assert "qmb_never_billed" not in options_of(folder).values()
    assert "$13.23" in write(folder, "C-000001", "share_explained")
    answered(folder, *QMB)
    for kind in ("reminder", "payment_plan", "options"):
        with pytest.raises(LetterRefusedError, match="owes nothing"):
            write(folder, "C-000001", kind, balance_cents=1323, due=date(2099, 12, 1))
    assert "$" not in write(folder, "C-000001", "share_explained")
    assert "$13.23" in write(folder, "C-000002", "share_explained"), "nobody else's letters change"
    found = options_of(folder)
    assert found["C-000001"] == "qmb_never_billed"
    assert found["C-000002"] != "qmb_never_billed"


@pytest.mark.slow
def test_a_later_answer_without_it_and_one_of_somebody_else_change_nothing(folder: Path) -> None:
    answered(folder, *QMB, born="19010101")
    assert "$13.23" in write(folder, "C-000001", "share_explained")
    answered(folder, *QMB)
    answered(folder, day="20261121")
    assert "$13.23" in write(folder, "C-000001", "share_explained")
    assert "qmb_never_billed" not in options_of(folder).values()


def test_no_waiver_without_a_determination_and_no_reminder_of_a_balance_that_is_not_real(folder: Path) -> None:
    with pytest.raises(LetterRefusedError, match="no determination"):
        write(folder, "C-000001", "hardship_granted", reduced_percent=100, until=date(2099, 12, 31))
    with pytest.raises(LetterRefusedError, match="no determination"):
        write(folder, "C-000001", "hardship_refused", reason="income")
    with pytest.raises(LetterRefusedError, match="nothing may be asked"):
        write(folder, "C-000001", "reminder", balance_cents=1323, due=date(2099, 12, 1))


def test_a_qmb_who_paid_nothing_is_due_no_refund_letter(folder: Path) -> None:
    answered(folder, *QMB)
    store = opened(folder)
    try:
        row = open_desk(store, "P1", TODAY).row("C-000001")
    finally:
        store.close()
    assert (row["option"], row["letter"], row["refund_cents"]) == ("qmb_never_billed", "share_explained", 0)
