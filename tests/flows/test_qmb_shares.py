"""A share that payers left of a Qualified Medicare Beneficiary: told by month until a person answers in the list."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from config.case_settings import case_settings
from config.month import Month
from flows.case_answers import take_in_file
from flows.cli import app
from tasks.remit.post import post
from tasks.remit.worklist import balances_of
from tasks.route.desk import Desk, open_desk
from tasks.route.safeguards import alerts
from tasks.route.worklist import worklist
from tasks.store.store import open_store
from tests.days import practice_today
from tests.flows.letter_month import patient, store_month
from tests.remit.answers import answer, paid
from tests.remit.billed import bill

pytestmark = [
    pytest.mark.slow,  # a database, two remittances and lists that come back
    pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning"),
]
NUMBER, TODAY = "C-000001", practice_today()


def remitted(place: Path, number: str, month: str, icn: str, trace: str) -> None:
    """A payer's answer that left $12.10 of that month."""
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    last = Month.parse(month).last
    bill(store, (number, "99490"), case_number=NUMBER, month=month, service_date=last, program=number.lower())
    body = paid(number, icn=icn).replace("20261031", f"{last:%Y%m%d}")
    day = TODAY - timedelta(days=3)
    assert (
        post(store, f"{number}.835", answer(body, "47.42", day=f"{day:%Y%m%d}", trace=trace), TODAY).state == "posted"
    )
    store.close()


def desk_of(place: Path, today: date = TODAY) -> Desk:
    store = open_store(f"sqlite:///{place / 'ccm.db'}")
    try:
        return open_desk(store, "P1", today, balances_of(store, "P1"))
    finally:
        store.close()


def lines(desk: Desk) -> pd.DataFrame:
    return worklist(desk.standing.frame, desk.tables["patients"], desk.standing.shares)


def told(desk: Desk) -> list[str]:
    return alerts({}, {}, {}, "P1", case_settings("P1"), desk.today, desk.standing.shares)["words"].tolist()


def ccm(place: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--database", f"sqlite:///{place / 'ccm.db'}", "--out", str(place)])


def answered(place: Path, month: str, word: str) -> str:
    """What `ccm cases import` says of the list with that answer on the line of the month."""
    rows = lines(desk_of(place))
    mine = (rows["month"] == month).to_numpy(bool)
    rows.loc[mine, ["answer", "answer_date", "answered_by"]] = [word, str(TODAY), "S1"]
    rows.to_csv(place / "list.csv", index=False)
    console = Console(record=True, width=250)
    take_in_file(console, f"sqlite:///{place / 'ccm.db'}", place / "list.csv", None, place, None)
    return console.export_text()


def test_it_is_told_by_month_has_owner_and_day_and_ends_with_an_answer(tmp_path: Path) -> None:
    behind = patient("qmb")
    behind["coverages"][1] |= {"start_date": "2026-09-10"}
    place = store_month(tmp_path, [behind], Month(2026, 10))
    remitted(place, "K1", "2026-08", "I1", "T1")
    remitted(place, "K2", "2026-09", "I2", "T2")
    desk = desk_of(place)
    before, line = lines(desk).to_dict("records")
    assert (before["month"], before["ask_cents"]) == ("2026-08", 0)
    assert "a month before the program is on file" in before["next_step"]
    assert (line["case_number"], line["month"], line["owner"]) == (NUMBER, "2026-09", "billing")
    assert pd.Timestamp(TODAY) <= line["due_date"] <= pd.Timestamp(TODAY) + pd.Timedelta(days=6)
    assert line["next_step"].startswith("Block the patient's statement")
    assert line["ask_cents"] == 0
    (words,) = told(desk)
    theirs, old = words.split("; Of months before the program began is left")
    assert "($12.10 of 2026-09)" in theirs
    assert "2026-08" not in theirs, "in August the patient was no beneficiary"
    assert "($12.10 of 2026-08)" in old
    late = desk_of(place, TODAY + timedelta(days=30))
    assert lines(late)["escalated_to"].tolist() == ["compliance"] * 2

    shown = ccm(place, "case", NUMBER).output
    assert "no co-pay case: the patient is asked for nothing" in shown
    assert "2026-08: $12.10 left on a remittance; next by" in shown
    assert "say of which month with --month" in str(ccm(place, "case", NUMBER, "adjusted", "--by", "S1").exception)
    done = ccm(place, "case", NUMBER, "adjusted", "--by", "S1", "--month", "2026-08").output
    assert "2026-08: adjusted, of $12.10, by S1 on" in done

    assert "1 refused" in answered(place, "2026-09", "paid")
    assert "1 answer taken" in answered(place, "2026-09", "Blocked")
    assert told(desk_of(place)) == []
    (line,) = lines(desk_of(place)).to_dict("records")
    assert (line["stage"], line["next_step"][:25]) == ("statement_blocked", "Take what Medicaid pays a")
    assert len(told(desk_of(place, TODAY + timedelta(days=80)))) == 1, "what follows is overdue"

    assert "1 answer taken" in answered(place, "2026-09", "adjusted")
    assert lines(desk_of(place)).empty
    assert told(desk_of(place, TODAY + timedelta(days=80))) == []
    remitted(place, "K3", "2026-09", "I3", "T3")
    assert "($24.20 of 2026-09)" in told(desk_of(place))[0], "a later answer leaves more"
