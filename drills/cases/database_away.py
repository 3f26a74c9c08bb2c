"""All nodes gone for 30 s, then frozen, then slow: 503 with Retry-After, and recovery by itself.

Nothing acknowledged is lost, no thread piles up, and a process that lives says so meanwhile.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drills.report import Report
from drills.world.books import count_books
from drills.world.children import Child, until
from drills.world.stutter import frozen, stuttering
from drills.world.world import World, world
from drills.world.writer import Writer, missing_and_doubled

AWAY = 30.0
FROZEN = 20.0
SLOW = 8.0
THREADS = 32
_RECOVERY = 15.0
_ANSWERED_IN = 20.0
_ALIVE_IN = 5.0


def drill(report: Report) -> None:
    """Three troubles, one after the other, under one load."""
    with world() as found:
        before = _threads(found)
        writer = Writer(found.client(seconds=60), rate=100, threads=THREADS)
        with Watch(found) as watch, writer:
            time.sleep(4)
            with _trouble("away", writer, watch, report):
                _away(found)
            with _trouble("frozen", writer, watch, report), frozen(found.mongo.nodes):
                time.sleep(FROZEN)
            with (
                _trouble("slow", writer, watch, report),
                stuttering(found.mongo.nodes, stands=0.3, moves=0.05),
            ):
                time.sleep(SLOW)
        lost, doubled = missing_and_doubled(writer.names)
        report.some("writes acknowledged", len(writer.names), 100)
        report.zero("acknowledged and lost", lost)
        report.zero("acknowledged and doubled", doubled)
        report.zero("never answered", len(writer.unsettled))
        report.zero("refused", len(writer.refused))
        report.zero("503 without Retry-After", writer.without_retry_after)
        report.zero("requests without any answer", writer.statuses[0])
        report.figure("threads before", before)
        report.within("threads at most", watch.threads, before + 2 * 2 * 8 + 16)
        count_books(report)


@contextmanager
def _trouble(name: str, writer: Writer, watch: "Watch", report: Report) -> Iterator[None]:
    """Measure one trouble from its beginning to the first acknowledgement after its end."""
    writer.slowest, before = 0.0, writer.statuses.copy()
    watch.slowest = 0.0
    yield
    ended = time.monotonic()
    recovered = until(lambda: writer.acknowledged_since(ended + 0.05), 90, "writes go on")
    time.sleep(4)
    answers = writer.statuses - before
    report.figure(f"{name}: answers by status", dict(sorted(answers.items())))
    if name != "slow":
        report.some(f"{name}: answers 503", answers[503])
    report.within(f"{name}: slowest answer, seconds", writer.slowest, _ANSWERED_IN)
    report.within(f"{name}: slowest /healthz, seconds", watch.slowest, _ALIVE_IN)
    report.within(f"{name}: seconds to the next write", recovered, _RECOVERY)


def _away(found: World) -> None:
    for node in found.mongo.nodes:
        node.kill()
    time.sleep(AWAY)
    for node in found.mongo.nodes:
        node.start()
    found.mongo.primary()


class Watch:
    """Asks one portal whether it lives, and counts the threads of all, within this context."""

    def __init__(self, found: World) -> None:
        self._world = found
        self.threads, self.slowest = 0, 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        portal = self._world.portals[0]
        while not self._done.wait(0.2):
            began = time.monotonic()
            answered = portal.answers("/healthz", 30)
            self.slowest = max(self.slowest, time.monotonic() - began if answered else 30.0)
            self.threads = max(self.threads, _threads(self._world))


def _threads(found: World) -> int:
    """Threads of all web processes."""
    return sum(_threads_of(portal) for portal in found.portals)


def _threads_of(portal: Child) -> int:
    return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in portal.children())
