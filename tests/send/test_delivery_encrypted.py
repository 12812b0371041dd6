"""Delivery with encryption and login: never in the clear when it must not be, and one sentence when it cannot be."""

from __future__ import annotations

import datetime as dt
import ipaddress
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
