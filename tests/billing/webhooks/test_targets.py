"""Where webhooks may go: addresses are checked when they are named and at each delivery."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from billing.webhooks import targets
from billing.webhooks.send import Sender
from billing.webhooks.targets import (
    TargetRefused,
    addresses_of,
    check_target,
    may_be_called,
    parse_target,
)
from tests.billing.webhooks.receiver import receiving

PUBLIC = "93.184.215.14"
FORBIDDEN = {
    "loopback": ["127.0.0.1", "127.8.9.1", "::1"],
    "this host": ["0.0.0.0", "0.1.2.3", "::"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0", "fec0::1"],
    "carriers": ["100.64.0.1", "100.127.255.254"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "192.0.0.1", "198.18.0.1", "5f00::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "mapped IPv4": ["::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::10.0.0.1"],
    "IPv4 in IPv6": ["64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001:0:a00:1::"],
    "a cloud's own": ["168.63.129.16"],
    "no address": ["", "example.com", "999.1.1.1"],
}


@pytest.mark.parametrize("address", [each for found in FORBIDDEN.values() for each in found])
def test_an_address_that_is_not_public_is_not_called(address: str) -> None:
    assert not may_be_called(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:21f:cb07::1"]
)
def test_a_public_address_is_called(address: str) -> None:
    assert may_be_called(address)


def test_an_installation_may_allow_private_addresses(allowed: None) -> None:
    for address in ("127.0.0.1", "10.0.0.1", "169.254.1.1", "::1", "fd12::1", "::ffff:10.0.0.1"):
        assert may_be_called(address)
    for address in ("0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "::ffff:0.0.0.0"):
        assert not may_be_called(address)


@pytest.fixture
def allowed() -> Iterator[None]:
    targets.allow_private(True)
    yield
    targets.allow_private(False)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com",
        "example.com",
        "http://",
        "http:///path",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://good.example\\@127.0.0.1/",
        "https://example.com/#part",
        "https://example.com/#",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:x/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nX-Evil: 1",
        "https://exämple.com/",
        "https://[fe80::1%25eth0]/",
        "https://[::1",
        "https://" + "a" * 2000,
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused):
        parse_target(url)


def test_an_address_is_taken_apart() -> None:
    target = parse_target("https://Hooks.Example.com:8443/a/b?c=d")
    assert (target.scheme, target.host, target.port) == ("https", "hooks.example.com", 8443)
    assert (target.path, target.host_header) == ("/a/b?c=d", "hooks.example.com:8443")
    assert parse_target("http://example.com").host_header == "example.com"
    assert parse_target("http://[2606:2800:21f:cb07::1]:81/").host_header == (
        "[2606:2800:21f:cb07::1]:81"
    )


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "0"],
)
def test_loopback_is_refused_in_all_its_spellings(host: str) -> None:
    with pytest.raises(TargetRefused, match="not a public address"):
        check_target(f"http://{host}:8080/")


class Names:
    """A resolver whose answers for names change from one look-up to the next."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0
        self._real = socket.getaddrinfo

    def getaddrinfo(self, host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if not host.endswith(".example"):
            return self._real(host, port, *rest, **more)
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Names:
    names = Names(*answers)
    monkeypatch.setattr(targets.socket, "getaddrinfo", names.getaddrinfo)
    return names


def test_one_forbidden_address_among_others_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, [PUBLIC, "10.0.0.1"])
    with pytest.raises(TargetRefused, match=r"leads to 10\.0\.0\.1"):
        addresses_of(parse_target("https://both.example/"))


def test_a_name_that_has_no_address_yet_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, [])
    check_target("https://not-yet.example/")


def test_a_name_that_takes_too_long_to_look_up_can_be_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = threading.Event()
    monkeypatch.setattr(targets, "_LOOK_UP_SECONDS", 0.05)
    monkeypatch.setattr(targets.socket, "getaddrinfo", lambda *_, **__: waiting.wait(60) and [])
    began = time.monotonic()
    check_target("https://slow.example/")
    waiting.set()
    assert time.monotonic() - began < 20, "not as long as it takes"


def test_a_name_that_changes_its_mind_is_refused_at_the_delivery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with receiving() as receiver:
        resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])
        url = f"http://rebinding.example:{receiver.port}/"
        check_target(url)
        assert Sender().post(url, {}, b"{}").error == "address_refused"
        assert receiver.connections == 0


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, allowed: None
) -> None:
    with receiving() as receiver:
        names = resolving(monkeypatch, ["127.0.0.1"], ["192.0.2.1"])
        sender = Sender()
        outcome = sender.post(f"http://name.example:{receiver.port}/x", {}, b"{}")
        sender.close()
        assert (outcome.status, names.asked) == (200, 1)
        assert receiver.got[0].headers["host"] == f"name.example:{receiver.port}"
