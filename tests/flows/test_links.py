"""A month whose practice says where its files are read: mails of the folder and of the server, and the mailbox page."""

from __future__ import annotations

import email
from email.policy import default
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.month import Month
from flows.cli import app
from flows.monthly_cycle import monthly_cycle
from tasks.demo.write import write_demo_data
from tasks.store.engine import database_of
from tasks.store.store import open_store
from tests.send.conftest import Delivery, Server, running, server

__all__ = ["running", "server"]
pytestmark = pytest.mark.slow  # a month
MONTH = "2026-10"
LINK = "https://share.example/ccm/P1/2026-10/superbill.csv"


def test_files_are_links_wherever_a_message_is_read(
    prefect_server: None, tmp_path: Path, server: Server, running: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out, settings = tmp_path / "source", tmp_path / "out", tmp_path / "settings.yaml"
    settings.write_text("practices: {P1: {messages: {files_address: https://share.example/ccm/}}}\n", "utf-8")
    write_demo_data(source, 24, 1, 5, Month(2026, 10), dirty=False)
    for name, value in {"HOST": running.host, "PORT": str(running.port), "SECURITY": "none"}.items():
        monkeypatch.setenv(f"CCM_SMTP_{name}", value)
    monthly_cycle(month=MONTH, source=str(source), out=str(out), settings=str(settings))
    written = (out / "P1" / MONTH / "messages" / "billing-month.eml").read_bytes()
    mails = [email.message_from_bytes(written, policy=default), *(mail for _, mail in server.received)]
    bodies = {kind: [one.get_body([kind]).get_content() for one in mails] for kind in ("html", "plain")}
    assert sum(f'href="{LINK}"' in one for one in bodies["html"]) == 2, "the folder's mail, and the one that was sent"
    assert sum(f"superbill.csv <{LINK}>" in " ".join(one.split()) for one in bodies["plain"]) == 2
    assert (out / "P1" / MONTH / "superbill.csv").is_file()

    store = open_store(database_of(out))
    stored, _ = store.newest_messages("P1")
    store.close()
    assert not any("share.example" in one.html + one.text for one in stored), "the outbox keeps what was composed"
    for given, linked in ((["--settings", str(settings)], True), ([], False)):
        said = CliRunner().invoke(app, ["outbox", "--out", str(out), "--no-open", *given])
        assert said.exit_code == 0, said.output
        page = (out / "outbox.html").read_text("utf-8")
        assert ("share.example" in page) is linked
        assert ('sandbox="allow-popups"' in page) is linked
        assert "allow-scripts" not in page
