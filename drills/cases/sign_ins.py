"""10,000 sign-ins with wrong passwords at once: a few are looked at, and nobody else waits.

Limits are those of an installation that sets none. The counter that is not nought is how many were
held back, and how many reached a password's hash.
"""

import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from drills.report import Report
from drills.world.client import Client
from drills.world.world import World, world

SIGN_INS = 10_000
THREADS = 64
_SLOWEST = 2.0
_MOST_HASHED = 300
"""Of a minute or two, by an address that may try 30 times in each."""


def drill(report: Report) -> None:
    """A reader with a token goes on meanwhile."""
    with world(nodes=1, TOKEN_RATE_LIMIT="30") as found:
        others = Others(found.client())
        began = time.monotonic()
        with others:
            statuses = _flood(found)
        seconds = time.monotonic() - began
        report.figure("seconds", seconds)
        report.figure("sign-ins by status", dict(sorted(statuses.items())))
        report.some("looked at", statuses[401])
        report.within("looked at, too many", statuses[401], _MOST_HASHED)
        report.some("held back", statuses[429], SIGN_INS * 0.9)
        failed = sum(count for status, count in statuses.items() if status not in {401, 429})
        report.zero("answered otherwise", failed)
        report.some("requests of others meanwhile", others.served, seconds * 2)
        report.zero("requests of others that failed", others.failed)
        report.within("slowest of theirs, seconds", others.slowest, _SLOWEST)


def _flood(found: World) -> Counter[int]:
    """In a process of its own, so that the others are not held up by their own side."""
    assert found.proxy
    address = f"http://127.0.0.1:{found.proxy.port}"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(sign_in_wrongly, address).result()


def sign_in_wrongly(address: str) -> Counter[int]:
    """SIGN_INS times, THREADS at a time; the answers by status."""
    client = Client(address, "", 30)

    def sign_in(n: int) -> int:
        body = {"email": f"user{n}@example.com", "password": "not the right one"}
        return client.post("/auth/login", body).status

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(sign_in, range(SIGN_INS)))


class Others:
    """Somebody who has signed in before, and reads, within this context."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.served = self.failed = 0
        self.slowest = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Others":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._done.wait(0.05):
            began = time.monotonic()
            is_well = self._client.get("/customers").status == 200
            self.served, self.failed = self.served + is_well, self.failed + (not is_well)
            self.slowest = max(self.slowest, time.monotonic() - began)
