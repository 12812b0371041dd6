"""A released month is opened again by somebody with a reason; only what differs goes out, after another sign-off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from config.errors import InputError
from config.month import Month
from flows.monthly_cycle import monthly_cycle
from flows.reopen_month import reopen, reopen_month
from flows.sign_off import sign_off_month
from tasks.store import month_life
from tasks.store.one_run import one_run
from tasks.store.store import open_store
from tests.flows.conftest import Heard
from tests.flows.test_claims import MONTH, bill, decided, folder, place, rows, sign
from tests.flows.test_decide_case import Desk
from tests.flows.test_month import ccm, home

__all__ = ["decided", "home", "place"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def moves(place: Path) -> list[tuple[str, int, str, str]]:
    store = open_store(f"sqlite:///{place / 'out' / 'ccm.db'}")
    with store.reading() as connection:
        found = month_life.history(connection, "P1", MONTH)
    store.close()
    return [(one.state, one.revision, one.moved_by, one.reason) for one in found]


def test_a_closed_month_is_opened_again_and_sends_the_difference(place: Path, home: Path, heard: Heard) -> None:
    out = str(place / "out")
    with pytest.raises(InputError, match=r"P1, 2026-10 is decided since .* cannot become reopened from there; look at"):
        reopen_month("P1", MONTH, "too early", "C. Chief", out=out)
    sign(place)
    bill(place)
    closed = ccm("close", "--month", MONTH, "--practice", "P1", "--by", "A. Biller", "--out", out, home=home)
    assert "P1 · 2026-10 · revision 1: closed by A. Biller" in closed.stdout
    gone = rows(folder(place) / "claims.csv")[0]["patient_id"]
    plans = place / "source" / "care_plans.csv"
    kept = [line for line in plans.read_text("utf-8").splitlines(keepends=True) if f",{gone}," not in line]
    plans.write_text("".join(kept), "utf-8")
    run = {"month": MONTH, "source": str(place / "source"), "out": out}
    heard.records.clear()
    with pytest.raises(InputError, match=r"P1, 2026-10 is closed since .* by A. Biller .*ccm reopen"):
        monthly_cycle(**run)
    assert {str(vars(one).get("step", "pull")) for one in heard.records} == {"pull"}, "nothing is checked or decided"
    with pytest.raises(InputError, match="Say why the month is opened again"):
        reopen_month("P1", MONTH, "   ", "C. Chief", out=out)
    refused = ccm("reopen", "--month", MONTH, "--practice", "P1", "--reason", "x", "--by", "C", "--out", out, home=home)
    assert (refused.returncode, "does not fit: reason: write at least 3 characters." in refused.stderr) == (2, True), (
        refused.stderr
    )

    assert reopen_month("P1", MONTH, "a plan was withdrawn", "C. Chief", out=out) == []
    with pytest.raises(InputError, match=r"was opened again by C. Chief \(a plan was withdrawn\); run it and have it"):
        bill(place)
    with pytest.raises(InputError, match="is reopened since"):
        sign(place)
    (summary,) = monthly_cycle(**run)
    assert (summary["revision"], summary["new"]) == (2, True)
    sign(place, "D. Other")
    assert bill(place)["corrections"] == {"wait_for_answer": 1}
    told = [row for row in moves(place) if row[2] in ("A. Biller", "C. Chief", "D. Other")]
    assert told == [
        ("signed_off", 1, "A. Biller", ""),
        ("closed", 1, "A. Biller", ""),
        ("reopened", 1, "C. Chief", "a plan was withdrawn"),
        ("signed_off", 2, "D. Other", ""),
    ]

    (again,) = reopen_month("P1", MONTH, "looked at once more", "C. Chief", out=out, source=run["source"])
    assert again["revision"] == 3, "a reopened month gets its revision although nothing changed"
    assert [row[0] for row in moves(place)[-2:]] == ["reopened", "decided"]


def test_a_run_that_was_killed_after_it_decided_goes_on_when_it_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it opened it does not open a second time, whatever became of the month since."""
    desk, month, database = Desk(tmp_path), Month.parse(MONTH), f"sqlite:///{tmp_path / 'ccm.db'}"
    desk.run()
    run = SimpleNamespace(created=datetime.now(UTC) - timedelta(seconds=5))
    stands_in = {
        "deployed_run": lambda: run,
        "answered_since": lambda *_: None,
        "open_place": lambda *_: desk.place,
        "reopen": reopen.fn,
        "show_board": lambda *_: None,
    }
    for name, does in stands_in.items():
        monkeypatch.setattr(f"flows.reopen_month.{name}", does)

    def states_once_reopened() -> list[str]:
        assert reopen_month.fn("P1", MONTH, "a plan was withdrawn ", "C. Chief", out=str(tmp_path)) == []
        with desk.place.store.reading() as connection:
            return [one.state for one in month_life.history(connection, "P1", month)]

    sign_off_month(Console(quiet=True), database, month, "P1", "A. Biller")
    assert states_once_reopened() == ["decided", "signed_off", "reopened"]
    assert states_once_reopened()[-1] == "reopened"
    desk.run()
    assert states_once_reopened() == ["decided", "signed_off", "reopened", "decided"]
    sign_off_month(Console(quiet=True), database, month, "P1", "D. Other")
    assert states_once_reopened()[-1] == "signed_off", "what was signed off meanwhile stays so"
    run.created = datetime.now(UTC) + timedelta(seconds=1)
    assert states_once_reopened()[-2:] == ["signed_off", "reopened"], "another run, for the same reason once more"


def test_a_month_that_another_run_is_at_is_left_alone(place: Path, home: Path) -> None:
    store = open_store(f"sqlite:///{place / 'out' / 'ccm.db'}")
    with one_run(store, "P1", Month.parse(MONTH)):
        given = ("--month", MONTH, "--source", str(place / "source"), "--out", str(place / "out"))
        refused = ccm("run", *given, home=home)
        assert refused.returncode == 2
        assert "P1, 2026-10 is being run already" in refused.stderr
    assert ccm("run", *given, home=home).returncode == 0
    store.close()
