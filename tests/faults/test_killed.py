"""One row of the fault table, really done: the others are too long for a test (`make fault-table`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.month import Month
from tasks.demo.write import write_demo_data
from tests.faults.typed import Desk, hurt, kill, undisturbed
from tests.flows.mail_server import mail_server
from tests.flows.test_up import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_month_killed_while_it_was_kept(tmp_path: Path) -> None:
    write_demo_data(tmp_path / "source", 24, 1, 7, Month(2026, 10))
    with mail_server() as (received, smtp):
        desk = Desk(tmp_path, tmp_path / "source", environment(PREFECT_HOME=str(tmp_path / "home"), **smtp), received)
        whole = undisturbed(desk, "whole")
        row = hurt(desk, "flow killed", "store", tmp_path / "killed", whole, kill)
    assert row.said == "killed"
    assert row.found.rows > 300
    assert row.found.clean, row.found
