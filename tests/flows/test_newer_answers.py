"""What an eligibility answer shows that was read after the month was decided: letters and cases see it at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.contract import outputs
from config.frames import empty
from config.letters import LetterRefusedError
from config.month import Month
from config.rulebook import load_rulebook
from flows.letter import write_letter
from tasks.claim.step import write_claim_lines
from tasks.cover.eligibility import read
from tasks.qualify.decide import decide
from tasks.route.desk import open_desk
from tasks.store import case_work
from tasks.store import coverage as stored_coverage
from tasks.store.step import decided_from, numbered
from tasks.store.store import Store, open_store
from tests.config.test_letters import GIVEN
from tests.cover.answers_271 import MBI, MEDICARE, QMB, Asked, answer
from tests.qualify.cases import settings_of, tables_of

pytestmark = pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning")  # outside of `ccm`, which says so
MONTH, TODAY = Month(2026, 10), date(2026, 11, 26)
PART_B = {"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2010-01-01"}
SAID = [{"response": "cannot_pay", "response_date": "2026-10-09"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with the October of two patients of Part B, and the practice's settings for letters."""
    (tmp_path / "settings.yaml").write_text(GIVEN, "utf-8")
    one = {"staff": "25:00", "coverages": [PART_B], "copay_responses": SAID}
    settings, book, tables = settings_of(), load_rulebook(MONTH), tables_of([one, one], MONTH)
    tables["time_entries"] = tables["time_entries"].assign(source_file="time.csv", source_line=2)
    members = pd.array([MBI, "2EG4TE5MK74"], dtype=tables["coverages"]["patient_id"].dtype)
    tables["coverages"] = tables["coverages"].assign(member_id=members)
    decided = decide(tables, MONTH, book, settings)
    store = open_store(f"sqlite:///{tmp_path / 'ccm.db'}")
    patients = tables["patients"]["patient_id"]
    decided = numbered(decided, store.case_numbers("P1", patients).set_axis(patients.to_numpy()))
    decided |= {"claim_lines": write_claim_lines.fn(decided, tables, book, settings)}
    rest = {name: empty(table) for name, table in outputs().items()}
    store.save_cycle("P1", MONTH, decided_from("input", tables, settings, book), rest | decided, rest["copay_cases"],
                     lambda *_: [])  # fmt: skip
    store.close()
    return tmp_path


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
