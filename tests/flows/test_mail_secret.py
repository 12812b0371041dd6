"""The mail server's password may stand in a Prefect Secret; without it the messages wait, and one sentence says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from prefect.blocks.system import Secret

from tasks.send.delivery import DeliveryReport
from tasks.send.step import deliver_messages
from tasks.store.step import Place
from tests.send.conftest import Server, fill, free_port, migrated_sqlite, server, states, store
from tests.send.test_delivery_encrypted import authenticate

__all__ = ["migrated_sqlite", "server", "store"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]  # a Prefect server starts for them


def test_the_password_comes_from_the_secret(store, server: Server, tmp_path: Path, monkeypatch):
    given = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    controller = Controller(server, hostname="127.0.0.1", port=free_port(), **given)
    controller.start()
    variables = {"HOST": "127.0.0.1", "PORT": str(controller.port), "SECURITY": "none", "USER": "ccm"}
    for name, value in (variables | {"PASSWORD_SECRET": "ccm-mail"}).items():
        monkeypatch.setenv(f"CCM_SMTP_{name}", value)
    fill(store, "a@x.example")
    place = Place(store, tmp_path, None)
    try:
        before = deliver_messages.fn(place, "P1")
        assert (before.waiting, states(store)) == (1, ["pending"])
        assert "There is no Prefect Secret 'ccm-mail'" in before.problem
        Secret(value="right").save("ccm-mail")
        assert deliver_messages.fn(place, "P1") == DeliveryReport(sent=1)
        assert server.recipients == ["a@x.example"]
    finally:
        controller.stop()
