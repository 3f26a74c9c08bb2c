"""64 MiB bodies, whole and chunked, depth, NaN, duplicates, NUL: all 4xx, and nobody else waits.

Sent through nginx and past it, to every kind of edge: the API, a form, a token request.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import urllib3
from urllib3.exceptions import HTTPError

from drills.report import Report
from drills.world.reader import Reader
from drills.world.world import World, world

MIB = 1024 * 1024
HUGE = 64 * MIB
_DEEP = 100_000
_GROWTH_MIB = 150.0
_SLOWEST = 2.0


def drill(report: Report) -> None:
    """One after the other, then eight huge ones at once."""
    with world(nodes=1) as found:
        assert found.proxy
        before = _memory(found)
        with Reader(found.client()) as others:
            for where, port in (("nginx", found.proxy.port), ("portal", found.portals[0].port)):
                sender = Sender(f"http://127.0.0.1:{port}", found.token())
                statuses = {name: sender.send(path, body) for name, path, body in _bodies()}
                report.figure(f"answers past {where}", statuses)
                wrong = [name for name, status in statuses.items() if not 400 <= status < 500]
                report.zero(f"not refused as 4xx by {where}", len(wrong))
                _huge_at_once(sender)
        report.some("requests of others meanwhile", others.served, 20)
        report.zero("requests of others that failed", others.failed)
        report.within("slowest of theirs, seconds", others.slowest, _SLOWEST)
        report.within("MiB that the portals grew by", _memory(found) - before, _GROWTH_MIB)
        well = found.client().post("/customers", {"name": "Well", "email": "well@example.com"})
        report.true("what is well is taken afterwards", well.status == 201)


def _bodies() -> Iterator[tuple[str, str, bytes | Iterator[bytes]]]:
    """Name, path, body; an iterator is sent in chunks, without a length."""
    customers = "/api/v1/customers"
    yield "64 MiB", customers, b" " * HUGE
    yield "64 MiB in chunks", customers, _chunks()
    yield "64 MiB of a form", "/sign-in", b"email=" + b"a" * HUGE
    yield "64 MiB for a token", "/api/v1/auth/login", b" " * HUGE
    yield "arrays in arrays", customers, b"[" * _DEEP + b"]" * _DEEP
    yield "objects in objects", customers, b'{"a":' * _DEEP + b"1" + b"}" * _DEEP
    yield "never closed", customers, b"[" * _DEEP
    for value in ("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, '"\\u0000"', '"\\ud800"'):
        yield value[:12], customers, f'{{"name": "A", "email": {value}}}'.encode()
    yield "twice", customers, b'{"name": "A", "name": "B", "email": "a@example.com"}'
    yield "a long number", customers, b'{"name": ' + b"1" * 900_000 + b"}"
    yield "no UTF-8", customers, b'{"name": "\xff\xfe"}'
    yield "an operator", customers, json.dumps({"name": {"$gt": ""}, "email": "a@b.de"}).encode()
    yield "many keys", customers, json.dumps({f"k{n}": n for n in range(50_000)}).encode()


def _chunks() -> Iterator[bytes]:
    for _ in range(HUGE // MIB):
        yield b" " * MIB


class Sender:
    """Sends bodies as they are; an answer may come before the end of a body."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, path: str, body: bytes | Iterator[bytes]) -> int:
        """The status. A connection that is cut off over a body that is too large counts as 413."""
        kind = "application/x-www-form-urlencoded" if path == "/sign-in" else "application/json"
        headers = {**self._headers, "Content-Type": kind}
        is_huge = not isinstance(body, bytes) or len(body) >= HUGE
        with urllib3.PoolManager(retries=False, timeout=20) as pool:
            try:
                sent = pool.request("POST", self._address + path, body=body, headers=headers)
            except (HTTPError, OSError):
                return 413 if is_huge else 0
        return sent.status


def _huge_at_once(sender: Sender) -> None:
    threads = [
        threading.Thread(target=sender.send, args=("/api/v1/customers", b" " * HUGE))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _memory(found: World) -> float:
    """Resident MiB of all web processes."""
    return sum(_resident(pid) for portal in found.portals for pid in portal.children())


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
