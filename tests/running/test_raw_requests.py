"""What no client library sends: a real server's answers to requests byte by byte."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.running.test_serve import Portal

pytestmark = pytest.mark.slow

HEAD = b"Host: localhost\r\nConnection: close\r\n"
LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\n" + HEAD + b"Content-Type: application/json\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
SIGN_IN = b"POST /sign-in HTTP/1.1\r\n" + HEAD + FORM
ME = b"GET /api/v1/me HTTP/1.1\r\n" + HEAD
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = (b"10000\r\n" + b" " * 0x10000 + b"\r\n") * 17 + b"0\r\n\r\n"
JSON = b'{"email": "a@example.com", "password": "x"}'


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    directory: Path = tmp_path_factory.mktemp("raw")
    running = Portal(directory)
    running.wait_until_ready()
    yield running
    running.stop()
    shutil.rmtree(directory)


def send(portal: Portal, request: bytes) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer; our half of the connection is closed."""
    with socket.create_connection(("127.0.0.1", portal.port), timeout=20) as connection:
        with suppress(OSError):  # it may answer and close before it has read all
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode("latin-1").split("\r\n")
    kinds = [line[14:] for line in headers if line.lower().startswith("content-type: ")]
    return int(status.split()[1]), kinds[0], body


@pytest.mark.parametrize(
    ("what", "request_", "expected"),
    [
        ("a chunked body", LOGIN + CHUNKED + b"2b\r\n" + JSON + b"\r\n0\r\n\r\n", 401),
        ("a chunked body over 1 MiB", LOGIN + CHUNKED + LARGE, 413),
        ("a body over 1 MiB", LOGIN + b"Content-Length: 1048577\r\n\r\n" + b" " * 1048577, 413),
        ("a body that breaks off", LOGIN + b"Content-Length: 99\r\n\r\n" + JSON, 400),
        ("chunks without a size", LOGIN + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", 400),
        ("two lengths", LOGIN + b"Content-Length: 2\r\n" + CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", 400),
        ("a length that is no number", LOGIN + b"Content-Length: ten\r\n\r\n{}", 400),
        ("a coding that is unknown", LOGIN + b"Transfer-Encoding: gzip\r\n\r\n{}", 400),
        ("a long header", ME + b"X-Long: " + b"a" * 9000 + b"\r\n\r\n", 431),
        ("many headers", ME + b"X-Many: 1\r\n" * 200 + b"\r\n", 431),
        (
            "a long address",
            b"GET /api/v1/me?" + b"a" * 9000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
            414,
        ),
        ("a header with NUL", ME + b"X-Nul: a\x00b\r\n\r\n", 400),
        ("a header's name with a space", ME + b"X Y: 1\r\n\r\n", 400),
        ("a token that is not ASCII", ME + b"Authorization: Bearer \xff\xfe\r\n\r\n", 401),
        ("an address that is not ASCII", b"GET /api/v1/\xff HTTP/1.1\r\n" + HEAD + b"\r\n", 400),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_the_api_answers_with_a_problem(
    portal: Portal, what: str, request_: bytes, expected: int
) -> None:
    status, kind, body = send(portal, request_)
    assert (status, kind) == (expected, "application/problem+json"), what
    problem = json.loads(body)
    assert (problem["status"], bool(problem["request_id"])) == (expected, True)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (SIGN_IN + CHUNKED + LARGE, 413),
        (SIGN_IN + b"Content-Length: 99\r\n\r\nemail=a@example.com&password=x", 400),
    ],
    ids=["a chunked form over 1 MiB", "a form that breaks off"],
)
def test_a_page_takes_no_part_of_a_form_for_the_whole(
    portal: Portal, request_: bytes, expected: int
) -> None:
    status, kind, body = send(portal, request_)
    assert (status, kind) == (expected, "text/html; charset=utf-8")
    assert b"<!doctype html>" in body
