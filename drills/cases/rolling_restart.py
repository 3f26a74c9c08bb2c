"""Both portals are restarted in turn, twice, under load: no request fails.

The counter that is not nought: requests were under way at every restart.
"""

import threading
import time
from collections import Counter

from drills.report import Report
from drills.world.books import count_books
from drills.world.client import Client
from drills.world.trouble import judge
from drills.world.world import world
from drills.world.writer import Writer

ROUNDS = 2


def drill(report: Report) -> None:
    """As a rolling upgrade does it: SIGTERM, start again, ready, then the next."""
    with world(nodes=1) as found:
        writer, reader = Writer(found.client(), rate=100), Reader(found.client())
        restarts = idle = 0
        longest = 0.0
        with writer, reader:
            time.sleep(2)
            for _ in range(ROUNDS):
                for portal in found.portals:
                    idle += not writer.unsettled
                    began = time.monotonic()
                    portal.end(60)
                    longest = max(longest, time.monotonic() - began)
                    restarts += 1
                    portal.begin()
                    time.sleep(1)
        report.some("restarts", restarts, 2 * ROUNDS)
        report.within("seconds until a portal has ended", longest, 45)
        report.zero("restarts with no write under way", idle)
        report.figure("writes by status", dict(writer.statuses))
        report.figure("reads by status", dict(reader.statuses))
        failed = writer.statuses.total() - writer.statuses[201]
        report.some("reads", reader.statuses[200], 100)
        report.zero("failed requests", failed + reader.statuses.total() - reader.statuses[200])
        judge(report, writer)
        count_books(report)


class Reader:
    """Reads a list over and over within this context."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.statuses: Counter[int] = Counter()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._done.wait(0.02):
            self.statuses[self._client.get("/customers").status] += 1
