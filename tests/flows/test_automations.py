"""A run that needs somebody, told by a real server's automations, a real worker and a real mail server."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.flows.test_up import Up, wait_until
from tests.send.conftest import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


class Inbox:
    """What the mail server was given."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))  # type: ignore[attr-defined]
        return "250 OK"

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    found = Inbox()
    controller = Controller(found, hostname="127.0.0.1", port=free_port())
    controller.start()
    assert controller.server is not None
    yield found, controller.server.sockets[0].getsockname()[1]
    controller.stop()


def test_a_server_tells_of_every_run_that_needs_somebody(clean: Path, tmp_path: Path, inbox: tuple[Inbox, int]) -> None:
    mails, port = inbox
    settings = tmp_path / "settings.yaml"
    settings.write_text(
        "defaults:\n  messages: {operations: ops@maple.example, data_owner: it@maple.example}\n"
        "  quarantine_limit_percent: 0\n"
    )
    source = tmp_path / "source"
    shutil.copytree(clean, source)
    given = {"CCM_SMTP_HOST": "127.0.0.1", "CCM_SMTP_PORT": str(port), "CCM_SMTP_SECURITY": "none"}
    given |= {
        "CCM_LATE_SECONDS": "10",
        "CCM_STUCK_SECONDS": "10",
        "CCM_UNAPPROVED_SECONDS": "10",
        "CCM_SETTINGS": str(settings),
    }
    up = Up(source, tmp_path / "out")
    up.start(**given)
    try:
        names = {one["name"] for one in up.api.find("automations")}
        assert names == {"ccm: failed", "ccm: late", "ccm: lost", "ccm: stuck", "ccm: unapproved"}
        entries = source / "time_entries.csv"
        lines = entries.read_text("utf-8").splitlines()
        entries.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")  # an entry twice: more than nought per cent
        failed = up.run("monthly-cycle", month="2026-10")
        wait_until(lambda: up.state(failed) == "FAILED", 300)
        wait_until(lambda: len([one for one in mails.subjects() if "run failed" in one]) == 1, 240)
        wait_until(lambda: "it@maple.example" in [str(mail["To"]) for mail in mails.mails], 60)
        # The data mended, the month is decided and waits for somebody.
        entries.write_text("\n".join(lines) + "\n", "utf-8")
        unapproved = up.run("monthly-cycle", month="2026-10")
        up.reaches(unapproved, "PAUSED")
        wait_until(lambda: any("month waits for approval" in one for one in mails.subjects()), 240)
        # A run whose process stands still does not end. (A database held makes it wait until it is stopped.)
        with closing(sqlite3.connect(up.out / "ccm.db", isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            waiting = up.run("outreach")
            up.reaches(waiting, "RUNNING")
            standing = up.processes_of(waiting)
            assert standing
            for process in standing:
                os.kill(process, signal.SIGSTOP)
            holder.execute("ROLLBACK")
        wait_until(lambda: any("run does not end" in one for one in mails.subjects()), 240)
        for process in standing:
            os.kill(process, signal.SIGCONT)
        # Nobody takes the work of a pool that is paused.
        up.api.ask("/work_pools/ccm", {"is_paused": True}, "PATCH")
        up.run("outreach")
        wait_until(lambda: any("run is late" in one for one in mails.subjects()), 240)
    finally:
        up.stop()
    told = next(mail for mail in mails.mails if "run failed" in str(mail["Subject"]))
    assert told["Subject"] == "P1 · monthly-cycle 2026-10 · run failed"
    assert "practice P1" in str(told)
