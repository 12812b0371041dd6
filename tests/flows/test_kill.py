"""Killed at random moments and run again, the month is as if nothing had happened, and no mail goes out twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.month import Month
from tasks.demo.write import write_demo_data
from tests.faults.found import rows_by_table
from tests.flows.mail_server import Received, mail_server
from tests.flows.test_month import CCM, ccm, content

MONTH = "2026-10"
KILLS = 10


@pytest.fixture
def mail() -> Iterator[tuple[Received, dict[str, str]]]:
    with mail_server() as served:
        yield served


@pytest.mark.slow
def test_killed_ten_times_and_run_again(tmp_path: Path, mail: tuple[Received, dict[str, str]]) -> None:
    received, smtp = mail
    source, home = tmp_path / "source", tmp_path / "prefect"
    write_demo_data(source, 300, 1, 7, Month(2026, 10))
    undisturbed = tmp_path / "undisturbed"
    # The first run of all makes Prefect's database; how long a run takes is told by one after it.
    ccm("run", "--month", MONTH, "--source", source, "--out", tmp_path / "first", home=home)
    begin = time.monotonic()
    assert ccm("run", "--month", MONTH, "--source", source, "--out", undisturbed, home=home, **smtp).returncode == 0
    length = time.monotonic() - begin
    sent_undisturbed = received.ids.copy()
    assert sent_undisturbed
    assert set(sent_undisturbed.values()) == {1}
    received.ids.clear()

    out = tmp_path / "out"
    command = [str(CCM), "run", "--month", MONTH, "--source", str(source), "--out", str(out)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    variables |= {"PREFECT_HOME": str(home)} | smtp
    dice = random.Random(20261123)
    killed = 0
    for _ in range(3 * KILLS):
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, env=variables, stdout=quiet, stderr=quiet, start_new_session=True)
        try:
            process.wait(timeout=dice.uniform(0.3, 0.95) * length)
            length *= 0.85  # it was done sooner: the machine has become faster
        except subprocess.TimeoutExpired:
            killed += 1
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if killed == KILLS:
            break
    assert killed == KILLS
    # A claim that a dead run holds runs out; what it held is then uncertain and is not sent again.
    result = ccm("run", "--month", MONTH, "--source", source, "--out", out, home=home, **smtp)
    assert result.returncode == 0, result.stderr
    assert content(out / "P1") == content(undisturbed / "P1")
    assert not list((out / "P1").glob(".*")), "nothing half written is left"
    ours, theirs = (rows_by_table(f"sqlite:///{one / 'ccm.db'}") for one in (out, undisturbed))
    messages, expected = ours.pop("messages"), theirs.pop("messages")
    assert messages.total() == expected.total()
    assert ours == theirs
    assert all(number == 1 for number in received.ids.values()), received.ids
