"""Today is the practice's own day: two islands on either side of the date line are never on the same one."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from config.contract import outputs
from config.errors import InputError
from config.frames import empty
from config.month import EASTERN, today_in
from tasks.cover.record import take_in
from tasks.store.day import latest_today, today_by, today_of
from tasks.store.overpayments import identify, of_practice
from tasks.store.records import Basis
from tests.cover.test_record import GIVEN, TABLE
from tests.cover.test_tasks import ACORN, asks
from tests.remit.billed import bill
from tests.store.months import DIGESTS, OCTOBER

ROOT = Path(__file__).parents[2]
AHEAD, BEHIND = "Pacific/Kiritimati", "Pacific/Pago_Pago"


def decided(store, practice: str, zone: str) -> None:
    rest = {name: empty(table) for name, table in outputs().items()}
    practices = pd.DataFrame({"practice_id": [practice], "time_zone": [zone]})
    basis = Basis(DIGESTS, {"practices": practices}, "{}", b"rules")
    store.save_cycle(practice, OCTOBER, basis, rest, rest["copay_cases"], lambda *_: [])


@pytest.fixture
def islands(store):
    decided(store, "P1", AHEAD)
    decided(store, "P2", BEHIND)
    return store


def test_each_practice_has_its_own_day(islands) -> None:
    with islands.reading() as connection:
        ahead, behind = today_of(connection, "P1"), today_of(connection, "P2")
        assert latest_today(connection) == ahead
        assert today_of(connection, "P9") == today_in(EASTERN)
    assert ahead > behind
    assert today_by({}) == today_by({"practices": pd.DataFrame({"time_zone": [None]})}) == today_in("no such zone")


def test_an_overpayment_is_identified_on_its_practices_day(islands) -> None:
    for practice, number in (("P1", "C1"), ("P2", "C2")):
        bill(islands, (number, "99490"), practice_id=practice)
    with islands.writing() as connection:
        for practice, number in (("P1", "C1"), ("P2", "C2")):
            identify(connection, number, practice, "paid_twice", -100, None)
        days = [of_practice(connection, one)["identified_date"].iloc[0].date() for one in ("P1", "P2")]
    assert days == [today_in(AHEAD), today_in(BEHIND)]


def test_a_payers_answer_of_today_is_of_the_practices_today(islands) -> None:
    """What was said today in Kiritimati is yet to come in Pago Pago."""
    for practice in ("P1", "P2"):
        asks(islands, ACORN, practice=practice)
    cells = dict.fromkeys(TABLE.names, "") | GIVEN | {"task_number": "T-000001", "answer_date": str(today_in(AHEAD))}
    (ahead,), (behind,) = (take_in(islands, [(2, cells)], practice) for practice in ("P1", "P2"))
    assert ahead.state == "taken"
    with pytest.raises(InputError, match="yet to come"):
        raise InputError(behind.why)
    assert today_in(AHEAD) - today_in(BEHIND) >= timedelta(days=1)


def test_nothing_asks_the_machine_for_its_day() -> None:
    """One function says which day it is; a moment (UTC) is another matter."""
    asked = re.compile(r"\bdate\.today\(|utcnow|datetime\.now\((?!UTC\))|datetime\.now\(UTC\)\.date\(")
    found = [
        str(path.relative_to(ROOT))
        for layer in ("config", "expectations", "tasks", "flows")
        for path in sorted((ROOT / layer).rglob("*.py"))
        if asked.search(path.read_text("utf-8"))
    ]
    assert found == ["config/month.py"]
