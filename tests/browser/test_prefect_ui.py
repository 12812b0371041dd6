"""A month from the run form to its release, in a real browser before a real server and worker."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.month import Month
from tasks.demo.write import write_demo_data
from tests.browser.operator_ui import Operator, SetUp
from tests.browser.pages import ccm

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1500)]
MONTH = "2026-10"


@pytest.fixture
def up(tmp_path: Path) -> Iterator[SetUp]:
    write_demo_data(tmp_path / "source", 24, 1, 5, Month.parse(MONTH))
    one = SetUp(tmp_path / "source", tmp_path / "out")
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()


def names_in(source: Path) -> set[str]:
    """Family names, record numbers and addresses of every patient: what no page may show."""
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {row[column] for row in rows for column in ("last_name", "mrn", "address") if len(row[column]) > 4}


def test_a_month_is_started_watched_read_approved_and_released(browser: Browser, up: SetUp) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    operator = Operator(context.new_page(), up)

    # The form refuses what is no month, and nothing is started.
    operator.open_form()
    operator.field("month (Optional)").fill("2026-13")
    status, said = operator.submit("/create_flow_run")
    assert status == 409 and "'month'" in str(said)  # noqa: PT018
    operator.field("month (Optional)").fill(MONTH)
    status, run = operator.submit("/create_flow_run")
    assert status == 201

    # The page of the run learns by itself that the month is decided and waits for somebody.
    operator.look_at(run["id"])
    up.reaches(run["id"], "PAUSED")
    operator.sees("Suspended")

    operator.open_artifact(run["id"], f"board-{MONTH}")
    operator.sees("sign-off")
    operator.open_artifact(run["id"], f"approval-p1-{MONTH}")
    operator.sees("Reconciliation.")
    operator.open_artifact(run["id"], f"month-p1-{MONTH}")
    operator.sees("expected to be allowed")

    # Approved by name, the run goes on by itself to its end.
    operator.open_resume(run["id"])
    operator.choose("Decision", "sign off")
    operator.field("Your name").fill("S. Igner")
    status, said = operator.submit("/resume")
    assert (status, said["status"]) == (201, "ACCEPT")
    up.reaches(run["id"], "COMPLETED")
    operator.look_at(run["id"])
    operator.sees("Completed")
    operator.open_artifact(run["id"], f"board-{MONTH}")
    operator.sees("signed off")

    # Its claims are written; the next run finds nothing to do or to ask, and the board says that it is released.
    settings = ["--settings", up.source / "settings.yaml"]
    ccm("claims", "--month", MONTH, "--out", up.out, *settings)
    again = up.run("monthly-cycle", month=MONTH)
    up.reaches(again, "COMPLETED")
    operator.open_artifact(again, f"board-{MONTH}")
    operator.sees("released")

    assert len(operator.read) > 8
    assert not [name for name in names_in(up.source) if any(name in page for page in operator.read)]
    assert not [url for url in asked if not url.startswith((f"http://127.0.0.1:{up.port}/", "data:", "blob:"))]
    context.close()
