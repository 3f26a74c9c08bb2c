"""Speaking to mail servers that encrypt and want to know who is there, and to those that do not."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from billing.letters.smtp import Outcome, Sender
from billing.mail_settings import MailSettings
from tests.billing.letters.mail_server import MailServer

PASSWORD = "the mail server's own"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    content = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(content + made.public_bytes(pem))
    return path


def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    is_right = data == LoginPassword(b"duebill", PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def try_out(server: MailServer, certificate: Path | None, **told: Any) -> Outcome:
    """What comes of a mail to a server that wants STARTTLS and a password if it can have them."""
    strict: dict[str, Any] = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        strict = {"tls_context": context, "require_starttls": True, "auth_required": True}
        if told.get("smtp_security") == "tls":
            strict = {"ssl_context": context, "auth_require_tls": False}
    controller = Controller(
        server, hostname="127.0.0.1", port=server.port, authenticator=knows, **strict
    )
    controller.start()
    try:
        settings = MailSettings(**{**server.environ, "smtp_security": "starttls", **told})
        with Sender(settings) as sender:
            return sender.send(message(), "ada@example.com")
    finally:
        controller.stop()


def message() -> bytes:
    made = EmailMessage()
    made["Subject"] = "Hello"
    made.set_content("Hello")
    return made.as_bytes()


def test_it_encrypts_before_it_tells_its_password(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = MailServer()
    who = {"smtp_user": "duebill", "smtp_password": PASSWORD}
    assert try_out(server, certificate, **who).result == "sent"
    assert len(server.mails) == 1


def test_it_begins_encrypted_where_the_server_wants_that(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = MailServer()
    who = {"smtp_user": "duebill", "smtp_password": PASSWORD}
    assert try_out(server, certificate, smtp_security="tls", **who).result == "sent"
    assert len(server.mails) == 1


def test_a_wrong_password_is_trouble_that_somebody_can_mend(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    who = {"smtp_user": "duebill", "smtp_password": "guessed"}
    outcome = try_out(MailServer(), certificate, **who)
    assert (outcome.result, outcome.code, outcome.is_everyones) == ("trouble", 535, True)
    assert "guessed" not in outcome.words


def test_a_certificate_that_nobody_vouches_for_is_not_believed(certificate: Path) -> None:
    server = MailServer()
    outcome = try_out(server, certificate)
    assert (outcome.result, outcome.is_everyones) == ("trouble", True)
    assert "certificate verify failed" in outcome.words
    assert server.mails == []


def test_a_server_that_cannot_encrypt_is_told_nothing() -> None:
    server = MailServer()
    outcome = try_out(server, None, smtp_user="duebill", smtp_password=PASSWORD)
    assert (outcome.result, outcome.is_everyones) == ("trouble", True)
    assert "STARTTLS" in outcome.words
    assert server.mails == []


def test_an_address_of_the_world_needs_a_server_that_takes_them() -> None:
    """aiosmtpd does not say SMTPUTF8 unless it is told to."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=False)
    controller.start()
    try:
        settings = MailSettings(**server.environ)
        with Sender(settings) as sender:
            outcome = sender.send(message(), "grüße@example.com")
            assert (outcome.result, outcome.is_everyones) == ("trouble", False)
            assert "ASCII" in outcome.words
            assert sender.send(message(), "ada@example.com").result == "sent"
    finally:
        controller.stop()
    assert server.recipients == ["ada@example.com"]
