"""Delivery with encryption and login: never in the clear when it must not be, and one sentence when it cannot be."""

from __future__ import annotations

import datetime as dt
import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tasks.send.delivery import DeliveryReport, deliver
from tests.send.conftest import Pauses, Server, delivery, fill, free_port, states


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


class Killed(BaseException):
    """The process dies here: nothing that handles errors may notice."""


@pytest.fixture
def account(certificate: tuple[Path, Path]) -> dict[str, str]:
    return {"security": "starttls", "ca_file": str(certificate[0]), "user": "ccm", "password": "right"}


@pytest.mark.parametrize("moment", range(1, 15))
def test_killed_before_any_answer_of_the_server_and_run_again_nothing_arrives_twice(
    store, server, encrypted, account, monkeypatch, moment
):
    """Greeting, EHLO, STARTTLS, EHLO, AUTH, then MAIL, RCPT, DATA and the message for each of two, and QUIT."""
    fill(store, "a@x.example", "b@x.example")
    line, answers, getreply = delivery(encrypted, **account), [], smtplib.SMTP.getreply

    def dies(smtp: smtplib.SMTP) -> tuple[int, bytes]:
        answers.append(1)
        if len(answers) == moment:
            if smtp.sock is not None and moment in (9, 13):
                getreply(smtp)  # the server has taken the message, and the answer is read by nobody
            smtp.close()
            raise Killed
        return getreply(smtp)

    with monkeypatch.context() as dying:
        dying.setattr(smtplib.SMTP, "getreply", dies)
        with pytest.raises(Killed):
            deliver(store, line, sleep=Pauses())
    monkeypatch.setattr("tasks.store.outbox.LEASE", dt.timedelta(seconds=-1))
    again = deliver(store, line, sleep=Pauses())
    assert len(server.recipients) == len(set(server.recipients)), "nothing arrives twice"
    lost = {"a@x.example", "b@x.example"} - set(server.recipients)
    unsure = [one.recipient for one in store.uncertain_messages("P1")]
    assert lost <= set(unsure), "what did not arrive is nobody's secret"
    assert len(unsure) <= 1
    assert (again.failed, again.waiting, again.problem) == (0, 0, "")
    assert set(states(store)) <= {"sent", "uncertain"}


class Dropping(SMTP):
    """A server that drops the connection in the middle of the first message."""

    dropped = 0

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if Dropping.dropped:
            return await super().smtp_DATA(arg)
        Dropping.dropped += 1
        await self.push("354 go on")
        await self._reader.readline()
        self.transport.abort()
        return None


def test_a_connection_dropped_in_the_middle_of_a_message(store, server, certificate, account):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    class Controlled(Controller):
        def factory(self) -> SMTP:
            return Dropping(self.handler, **self.SMTP_kwargs)

    given = {"tls_context": context, "require_starttls": True, "authenticator": authenticate, "auth_required": True}
    controller = Controlled(server, hostname="127.0.0.1", port=free_port(), **given)
    controller.start()
    try:
        fill(store, "a@x.example", "b@x.example")
        assert deliver(store, delivery(controller, **account), sleep=Pauses()) == DeliveryReport(sent=1, uncertain=1)
        assert (server.recipients, states(store)) == (["b@x.example"], ["sending", "sent"])
    finally:
        controller.stop()
