"""A mail server for tests: it takes every message, and counts."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller


class Received:
    """A real mail server's far end: counts what it took, by Message-ID."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.ids[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[tuple[Received, dict[str, str]]]:
    """What it has received, and the environment of those who are to send there."""
    received = Received()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield received, {"CCM_SMTP_HOST": "127.0.0.1", "CCM_SMTP_PORT": str(port), "CCM_SMTP_SECURITY": "none"}
    finally:
        controller.stop()
