"""A real SMTP server and a real outbox for the delivery tests."""

from __future__ import annotations

import asyncio
import email
import shutil
import socket
from collections.abc import Iterator
from email.message import Message as Mail
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.month import Month
from config.settings import Delivery
from tasks.send.messages import Message
from tasks.store.records import Basis, Digests
from tasks.store.store import Store, open_store
from tests.send.frames import nothing
from tests.store.conftest import migrated_sqlite

__all__ = ["migrated_sqlite"]


class Server:
    """What the server does with each recipient, and what it was given."""

    def __init__(self) -> None:
        self.received: list[tuple[str, Mail]] = []
        self.refuse: dict[str, list[str]] = {}
        self.drop_after: set[str] = set()
        self.kept: list[str] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = self.refuse.get(address, [])
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        if address in self.drop_after:
            self.kept.append(address)
            server.transport.close()
            await asyncio.sleep(0)
            return "250 OK"
        mail = email.message_from_bytes(envelope.content or b"", policy=default)
        self.received.append((address, mail))
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [address for address, _ in self.received]


@pytest.fixture
def server() -> Server:
    return Server()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def running(server: Server) -> Iterator[Delivery]:
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield delivery(controller)
    controller.stop()


def delivery(controller: Controller, **more: str) -> Delivery:
    port = controller.server.sockets[0].getsockname()[1]
    given = {"host": "127.0.0.1", "security": "none", "sender": "ccm@maple.example"} | more
    return Delivery.model_validate(given | {"port": port})


def message(recipient: str, kind: str = "month") -> Message:
    text = f"Hello {recipient}\n.\n..two dots · and a middle dot\n"
    return Message("P1", "2026-10", 1, "billing", kind, recipient, "October · 3 holds", f"<p>{text}</p>", text)


@pytest.fixture
def store(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'ccm.db')}")
    yield opened
    opened.engine.dispose()


def fill(store: Store, *recipients: str) -> None:
    frames = nothing()
    cases = frames.pop("copay_cases")
    frames.pop("changes")
    letters = [message(recipient, f"month-{place}") for place, recipient in enumerate(recipients)]
    store.save_cycle(
        "P1",
        Month(2026, 10),
        Basis(Digests("i", "s", "r"), {}, "{}", b""),
        frames,
        cases,
        lambda revision, changes: letters,
    )


def states(store: Store) -> list[str]:
    cycle = store.latest("P1", Month(2026, 10))
    assert cycle is not None
    return [stored.state for stored in store.messages(cycle)]


class Pauses(list[float]):
    """Stands in for sleeping: remembers how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)
