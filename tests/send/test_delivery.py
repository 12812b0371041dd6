"""Delivery against a real SMTP server: once, to everyone who can be reached, never in the clear unasked."""

from __future__ import annotations

import asyncio
import datetime as dt
import email
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from email.message import Message as Mail
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.month import Month
from config.settings import Delivery
from tasks.send.delivery import DeliveryReport, deliver
from tasks.send.messages import Message
from tasks.store.records import Digests
from tasks.store.store import Store, open_store
from tests.send.frames import nothing

SAID_NOTHING = DeliveryReport()


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
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'ccm.db'}")
    yield opened
    opened.engine.dispose()


def fill(store: Store, *recipients: str) -> None:
    frames = nothing()
    cases = frames.pop("copay_cases")
    frames.pop("changes")
    letters = [message(recipient, f"month-{place}") for place, recipient in enumerate(recipients)]
    store.save_cycle("P1", Month(2026, 10), Digests("i", "s", "r"), frames, cases, lambda revision, changes: letters)


def states(store: Store) -> list[str]:
    cycle = store.latest("P1", Month(2026, 10))
    assert cycle is not None
    return [stored.state for stored in store.messages(cycle)]


class Pauses(list[float]):
    """Stands in for sleeping: remembers how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_every_message_arrives_once(store, server, running):
    fill(store, "a@x.example", "b@x.example")
    assert deliver(store, running) == DeliveryReport(sent=2)
    assert deliver(store, running) == SAID_NOTHING
    assert server.recipients == ["a@x.example", "b@x.example"]
    assert states(store) == ["sent", "sent"]


def test_what_arrives_is_what_was_written(store, server, running):
    fill(store, "a@x.example")
    deliver(store, running)
    mail = server.received[0][1]
    assert mail["Subject"] == "October · 3 holds"
    assert mail["Message-ID"] == message("a@x.example", "month-0").message_id
    assert mail["X-Unsent"] is None
    assert abs(dt.datetime.now(dt.UTC) - mail["Date"].datetime) < dt.timedelta(minutes=1)
    text = mail.get_body(("plain",)).get_content()
    assert text.splitlines() == message("a@x.example").text.splitlines()


def test_without_a_host_everything_stays(store):
    fill(store, "a@x.example")
    assert deliver(store, Delivery()) == DeliveryReport(waiting=1)
    assert states(store) == ["pending"]


def test_a_refused_recipient_does_not_stop_the_others(store, server, running):
    server.refuse["gone@x.example"] = ["550 no such mailbox"] * 9
    fill(store, "gone@x.example", "b@x.example")
    assert deliver(store, running) == DeliveryReport(sent=1, failed=1)
    assert states(store) == ["failed", "sent"]
    assert server.recipients == ["b@x.example"]


@pytest.mark.parametrize("recipient", ["", "a@x.example\nBcc: thief@x.example", "jörg@x.example"])
def test_an_address_that_is_none_fails_and_does_not_stop_the_others(store, server, running, recipient):
    fill(store, recipient, "b@x.example")
    report = deliver(store, running)
    assert (report.sent, report.failed, report.problem) == (1, 1, "")
    assert server.recipients == ["b@x.example"]


def test_a_busy_server_is_asked_three_times(store, server, running):
    server.refuse["a@x.example"] = ["451 try later"] * 2
    fill(store, "a@x.example")
    pauses = Pauses()
    assert deliver(store, running, sleep=pauses) == DeliveryReport(sent=1)
    assert pauses == [1.0, 4.0]


def test_a_server_that_stays_busy_leaves_the_message_waiting(store, server, running):
    server.refuse["a@x.example"] = ["451 try later"] * 3
    fill(store, "a@x.example", "b@x.example")
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1, waiting=1)
    assert states(store) == ["pending", "sent"]
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1)


def test_a_connection_that_breaks_before_the_answer_leaves_it_uncertain(store, server, running):
    server.drop_after = {"a@x.example"}
    fill(store, "a@x.example", "b@x.example")
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1, uncertain=1)
    assert states(store) == ["sending", "sent"], "the store calls it uncertain when its lease is over"
    assert deliver(store, running) == SAID_NOTHING
    assert server.kept == ["a@x.example"], "the server may have kept it, so it is not offered again"


def test_a_connection_that_breaks_earlier_is_opened_again(store, server, running):
    server.refuse["a@x.example"] = ["421 closing down"]
    fill(store, "a@x.example")
    assert deliver(store, running, sleep=Pauses()) == DeliveryReport(sent=1)
    assert server.recipients == ["a@x.example"]


def test_no_server_is_one_sentence_and_everything_waits(store):
    fill(store, "a@x.example", "b@x.example")
    pauses = Pauses()
    report = deliver(store, Delivery(host="127.0.0.1", port=1, security="none"), sleep=pauses)
    assert (report.sent, report.waiting) == (0, 2)
    assert "CCM_SMTP_HOST" in report.problem
    assert pauses == [1.0, 4.0]
    assert states(store) == ["pending", "pending"]


def test_a_second_run_at_the_same_time_leaves_it_to_the_first(store, server, running):
    fill(store, "a@x.example")
    (waiting,) = store.pending_messages("P1")

    class Slow:
        """The store as the second run sees it: it read the outbox before the first run took the message."""

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def pending_messages(self, practice_id: str | None = None) -> list[object]:
            store.claim_for_sending(waiting.id)
            return [waiting]

    assert deliver(Slow(), running) == SAID_NOTHING
    assert server.received == []


# --- encryption and login ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return folder / "cert.pem", folder / "key.pem"


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ccm", b"right")
    return AuthResult(success=right, handled=False)


@pytest.fixture
def encrypted(server: Server, certificate: tuple[Path, Path]) -> Iterator[Controller]:
    """A server that takes mail only after STARTTLS and login."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
    )
    controller.start()
    yield controller
    controller.stop()


def test_starttls_and_login(store, server, encrypted, certificate):
    fill(store, "a@x.example")
    given = {"security": "starttls", "ca_file": str(certificate[0]), "user": "ccm", "password": "right"}
    assert deliver(store, delivery(encrypted, **given)) == DeliveryReport(sent=1)
    assert server.recipients == ["a@x.example"]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"user": "ccm", "password": "right"}, "CCM_SMTP_CA_FILE"),
        ({"user": "ccm", "password": "right", "ca_file": "/no/such/file"}, "CCM_SMTP_CA_FILE"),
        ({"user": "ccm", "password": "wrong", "ca_file": "theirs"}, "CCM_SMTP_PASSWORD"),
        ({"ca_file": "theirs"}, "CCM_SMTP_SENDER"),
        ({"security": "tls"}, "CCM_SMTP_SECURITY"),
    ],
)
def test_what_is_wrong_with_the_server_is_one_sentence(store, server, encrypted, certificate, given, names):
    fill(store, "a@x.example")
    if given.get("ca_file") == "theirs":
        given = given | {"ca_file": str(certificate[0])}
    report = deliver(store, delivery(encrypted, **({"security": "starttls"} | given)), sleep=Pauses())
    assert names in report.problem
    assert "wrong" not in report.problem, "no password in a sentence"
    assert (report.waiting, server.received, states(store)) == (1, [], ["pending"])


def test_a_server_without_encryption_gets_nothing_when_encryption_is_asked_for(store, server, running):
    fill(store, "a@x.example")
    report = deliver(store, running.model_copy(update={"security": "starttls"}), sleep=Pauses())
    assert "CCM_SMTP_SECURITY" in report.problem
    assert server.received == []
