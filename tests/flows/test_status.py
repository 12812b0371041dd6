"""Where months stand: `ccm status` on the terminal and the month board of the Prefect UI."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from config.errors import InputError
from config.month import Month
from flows.sign_off import sign_off_month
from flows.status import print_status
from tasks.progress import Taken
from tasks.send.board import COLOURS, board_markdown, due_of
from tasks.store.month_life import CUT_OFF, WORDS, move
from tasks.store.one_run import one_run
from tests.flows.test_decide_case import MONTH, Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """P1 is signed off, P2 past its cut-off and being run."""
    made = Desk(tmp_path_factory.mktemp("status"))
    made.run()
    store = made.place.store
    for run, steps in (("run-1", [Taken("pull", 9.0, 7)]), ("run-2", [Taken("pull", 1.5, 1200), Taken("store", 2, 5)])):
        store.record_steps(run, "P1", MONTH, steps)
    sign_off_month(Console(quiet=True), made.database, MONTH, "P1", "S. Igner")
    with store.writing() as connection:
        move(connection, "P2", MONTH, CUT_OFF, "ccm", "the care team's last day was 2026-11-04")
    return made


def said(desk: Desk, practice: str | None = None, month: Month | None = None, width: int = 220) -> str:
    console = Console(record=True, width=width, file=StringIO())
    print_status(console, desk.database, practice, month, None)
    return console.export_text()


def test_status_has_a_row_a_practice_and_month(desk: Desk) -> None:
    with one_run(desk.place.store, "P2", MONTH):
        rows = [line.replace("│", " ").split() for line in said(desk).splitlines() if line.startswith("│ P")]
        narrow = said(desk, width=80)
    assert "…" not in narrow
    assert "P2  2026-10  past the care team's cut-off" in narrow
    assert [row[:2] for row in rows] == [["P1", "2026-10"], ["P2", "2026-10"]]
    assert " ".join(rows[0][2:5]) == "signed off 1"
    assert "S. Igner" in " ".join(rows[0])
    assert " ".join(rows[1]).startswith("P2 2026-10 past the care team's cut-off, running since")


def test_status_of_one_month_tells_its_moves_and_the_steps_of_its_last_run(desk: Desk) -> None:
    text = said(desk, "P1", MONTH)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert any(line.endswith("revision 1 decided, A. Preparer") for line in lines)
    assert any(line.endswith("revision 1 signed off, S. Igner") for line in lines)
    assert lines[-2:] == ["pull 1.5 1,200", "store 2.0 5"]
    with pytest.raises(InputError, match=r"Nothing was run of P1, 2026-01 in this database yet"):
        said(desk, "P1", Month(2026, 1))


@pytest.mark.parametrize(
    ("state", "day", "due"),
    [
        ("open", 4, "care team until 2026-11-04"),
        ("open", 5, "care team, then another run; sign-off by 2026-11-06"),
        ("open", 27, "care team, then another run; sign-off, last day was 2026-11-06"),
        ("cut_off", 5, "run by 2026-11-05"),
        ("cut_off", 6, "run, last day was 2026-11-05"),
        ("decided", 6, "sign-off by 2026-11-06"),
        ("reopened", 9, "sign-off, last day was 2026-11-06"),
        ("signed_off", 27, "claims"),
        ("released", 27, ""),
    ],
)
def test_no_day_that_is_over_is_told_as_one_to_come(state: str, day: int, due: str) -> None:
    assert due_of(state, "P1", MONTH, None, date(2026, 11, day)) == due


def test_the_board_has_a_row_a_practice_and_names_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    text = board_markdown(desk.place.store, MONTH, desk.place.out, None)
    head, _, _, _, first, second, _, where = text.splitlines()
    assert head == "### 2026-10: 1 past the care team's cut-off, 1 signed off"
    assert first.startswith(f"| P1 | {COLOURS['signed_off']} signed off | claims | 1 | 1 | 2 | $")
    assert where == f"Of each practice, in `{desk.place.out}`: reports in `<practice>/2026-10`, `<practice>/worklists`."
    assert second.startswith(
        f"| P2 | {COLOURS['cut_off']} past the care team's cut-off | run, last day was 2026-11-05 |  |"
    )
    for hidden in ("Doe", "Jamie", "12 Mill Lane", "C-000001"):
        assert hidden not in text
    monkeypatch.setenv("CCM_RESULTS_URL", "https://ccm.example/results/")
    linked = board_markdown(desk.place.store, MONTH, desk.place.out, None)
    assert "[report](https://ccm.example/results/P1/2026-10/report.html)" in linked
    assert "[worklists](https://ccm.example/results/P1/worklists/)" in linked
    assert set(COLOURS) == set(WORDS)
