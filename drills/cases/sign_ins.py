"""10,000 sign-ins with wrong passwords at once, from one address and from 500: nobody else waits.

Limits are those of an installation that sets none. The counters that are not nought are how many
were held back, and how many reached a password's hash. Where each address keeps within its limit,
only the number of hashes at a time holds the flood back.
"""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from drills.report import Report
from drills.world.client import Client
from drills.world.reader import Reader
from drills.world.world import World, world

SIGN_INS = 10_000
ADDRESSES = 500
THREADS = 64
_SLOWEST = 2.0
_MOST_HASHED = 300
"""Of a minute or two, by an address that may try 30 times in each."""


def drill(report: Report) -> None:
    """A reader with a token goes on meanwhile."""
    with world(nodes=1, TOKEN_RATE_LIMIT="30") as found:
        statuses = _flood(found, report, "one address", ["127.0.0.1"])
        report.within("one address: looked at, too many", statuses[401], _MOST_HASHED)
        report.some("one address: held back", statuses[429], SIGN_INS * 0.9)
        many = [f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(ADDRESSES)]
        statuses = _flood(found, report, f"{ADDRESSES} addresses", many)
        report.some(f"{ADDRESSES} addresses: held back", statuses[429], SIGN_INS / 2)


def _flood(found: World, report: Report, name: str, sources: Sequence[str]) -> Counter[int]:
    """In a process of its own, so that others are not held up by their own side."""
    assert found.proxy
    address, others = f"http://127.0.0.1:{found.proxy.port}", Reader(found.client(), rest=0.05)
    began = time.monotonic()
    with others, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        statuses = pool.submit(sign_in_wrongly, address, sources).result()
    seconds = time.monotonic() - began
    report.figure(f"{name}: seconds", seconds)
    report.figure(f"{name}: sign-ins by status", dict(sorted(statuses.items())))
    report.some(f"{name}: looked at", statuses[401])
    report.zero(f"{name}: answered otherwise", SIGN_INS - statuses[401] - statuses[429])
    report.some(f"{name}: requests of others meanwhile", others.served, seconds * 2)
    report.zero(f"{name}: requests of others that failed", others.failed)
    report.within(f"{name}: slowest of theirs, seconds", others.slowest, _SLOWEST)
    return statuses


def sign_in_wrongly(address: str, sources: Sequence[str]) -> Counter[int]:
    """SIGN_INS times, THREADS at a time, in turn from each of the addresses of this machine."""
    clients = [Client(address, "", 30, source=source) for source in sources]

    def sign_in(n: int) -> int:
        body = {"email": f"user{n}@example.com", "password": "not the right one"}
        return clients[n % len(clients)].post("/auth/login", body).status

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(sign_in, range(SIGN_INS)))
