"""One attempt at a delivery, against receivers of every kind."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from billing.webhooks import connections, targets
from billing.webhooks.outcome import Outcome
from billing.webhooks.send import Sender
from tests.billing.webhooks.receiver import Receiver, Reply, answering_with, receiving, refusing


@pytest.fixture(autouse=True)
def to_loopback() -> Iterator[None]:
    targets.allow_private(True)
    yield
    targets.allow_private(False)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def post(url: str, *, connect: float = 20.0, whole: float = 20.0) -> Outcome:
    sender = Sender(connect, whole)
    try:
        return sender.post(url, {"X-Mine": "1"}, b'{"a": 1}')
    finally:
        sender.close()


def read_request(connection: socket.socket) -> None:
    """All of it: whoever closes with something unread takes the answer along."""
    data = b""
    while not data.endswith(b"}"):
        data += connection.recv(65536)


def test_bytes_and_headers_arrive_as_they_were_sent(receiver: Receiver) -> None:
    outcome = post(receiver.url + "?q=1")
    assert (outcome.status, outcome.error, outcome.response) == (200, None, "thanks")
    assert outcome.is_delivered
    (got,) = receiver.got
    assert (got.path, got.body) == ("/hooks?q=1", b'{"a": 1}')
    assert got.headers["x-mine"] == "1"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-length"] == "8"


@pytest.mark.parametrize("status", [199, 300, 304, 400, 401, 404, 409, 410, 429, 500, 503, 599])
def test_only_success_is_success(receiver: Receiver, status: int) -> None:
    receiver.reply = lambda _: Reply(status, body=b"" if status in {199, 304} else b"no")
    outcome = post(receiver.url, whole=0.4 if status == 199 else 20.0)  # 199 promises another
    assert not outcome.is_delivered
    assert outcome.is_gone == (status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    with receiving() as elsewhere:
        receiver.reply = lambda _: Reply(status, {"Location": elsewhere.url})
        outcome = post(receiver.url)
        assert (outcome.status, outcome.is_delivered) == (status, False)
        assert elsewhere.got == []


def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(receiver.url).is_delivered


def test_the_beginning_of_the_answer_is_kept_as_text(receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(500, body=b"\xff\x00" + "ä".encode() * 600)
    outcome = post(receiver.url)
    assert outcome.response.startswith("\N{REPLACEMENT CHARACTER}" * 2 + "ää")
    assert len(outcome.response.encode(errors="replace")) < 1100


def test_whoever_is_not_there_refuses() -> None:
    with refusing() as url:
        assert post(url).error == "no_connection"


def test_an_unknown_host_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(targets.socket, "getaddrinfo", unknown)
    assert post("http://nobody.example/").error == "unknown_host"


def test_an_answer_that_takes_too_long_is_not_waited_for(receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(seconds=30)
    began = time.monotonic()
    outcome = post(receiver.url, whole=0.3)
    assert (outcome.status, outcome.error) == (None, "timeout")
    assert time.monotonic() - began < 10
    assert 250 < outcome.milliseconds < 10_000


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_trickles_in_is_cut_off(beginning: bytes) -> None:
    def trickle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(beginning)
        for _ in range(1000):  # for half a minute
            connection.sendall(b"x")
            time.sleep(0.03)

    with answering_with(trickle) as url:
        began = time.monotonic()
        outcome = post(url, whole=0.4)
        assert time.monotonic() - began < 10
    assert outcome.error == "timeout"


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", "connection_lost"),
        (b"SSH-2.0-OpenSSH\r\n", "bad_answer"),
        (b"HTTP/1.1 abc\r\n\r\n", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", "bad_answer"),
    ],
)
def test_what_is_no_answer_is_a_failure(raw: bytes, error: str) -> None:
    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(raw)

    with answering_with(answer) as url:
        assert post(url).error == error


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    sent = []

    def pour(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)
            sent.append(65536)

    with answering_with(pour) as url:
        outcome = post(url)
        assert outcome.is_delivered
        assert outcome.response == "x" * 1024
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize(
    ("given", "expected"),
    [("120", 120), ("0", 0), ("-5", None), ("soon", None), ("1.5", None), ("9" * 40, 999999999)],
)
def test_how_long_to_wait_can_be_asked_for(
    receiver: Receiver, given: str, expected: int | None
) -> None:
    receiver.reply = lambda _: Reply(503, {"Retry-After": given})
    assert post(receiver.url).retry_after == expected


def test_how_long_to_wait_can_be_a_date(receiver: Receiver) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=100)
    receiver.reply = lambda _: Reply(503, {"Retry-After": format_datetime(later, usegmt=True)})
    asked = post(receiver.url).retry_after
    assert asked is not None
    assert 90 < asked <= 100


def test_a_connection_serves_again(receiver: Receiver) -> None:
    sender = Sender()
    for _ in range(5):
        assert sender.post(receiver.url, {}, b"{}").is_delivered
    assert receiver.connections == 1
    receiver.stop()
    receiver.start()
    assert sender.post(receiver.url, {}, b"{}").is_delivered
    sender.close()


def test_a_connection_that_was_closed_while_idle_is_no_failure() -> None:
    def once(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        connection.recv(1)  # of the next request; then it is gone, without an answer

    with answering_with(once) as url:
        sender = Sender()
        assert [sender.post(url, {}, b"{}").status for _ in range(3)] == [200] * 3
        sender.close()


def certificate(directory: Path, name: str) -> Path:
    """A file with a key and a self-signed certificate for `name`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = directory / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    return path


@pytest.mark.parametrize(
    ("name", "trusted", "error"),
    [
        ("localhost", True, None),
        ("localhost", False, "tls_failed"),
        ("other.example", True, "tls_failed"),
    ],
)
def test_only_a_trusted_certificate_for_the_name_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool, error: str | None
) -> None:
    pem = certificate(tmp_path, name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    ours = ssl.create_default_context(cafile=str(pem) if trusted else None)
    monkeypatch.setattr(connections, "trusted", lambda: ours)

    def answer(connection: socket.socket) -> None:
        with server.wrap_socket(connection, server_side=True) as secure:
            read_request(secure)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with answering_with(answer) as url:
        port = url.rsplit(":", 1)[1]
        outcome = post(f"https://localhost:{port}")
    assert outcome.error == error
    assert outcome.is_delivered == (error is None)
