"""Measuring one trouble under a load that goes on throughout."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drills.report import Report
from drills.world.children import Child, until
from drills.world.world import World
from drills.world.writer import Writer, missing_and_doubled

ANSWERED_IN = 25.0
ALIVE_IN = 5.0
RECOVERED_IN = 15.0
_AFTERWARDS = 4.0
_MORE = 24
"""Threads: the driver watches each node of a set that changes with two, in each web process."""


class Watch:
    """Asks one portal whether it lives, and counts the threads of all, within this context: the
    most there were, and what was usual under load before anything was broken."""

    def __init__(self, found: World) -> None:
        self._world = found
        self.threads = 0
        self.usual: int | None = None
        self.slowest = 0.0
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
            self.threads = max(self.threads, threads_of(self._world))


@contextmanager
def trouble(
    name: str, writer: Writer, watch: Watch, report: Report, *, refuses: bool = True
) -> Iterator[None]:
    """From its beginning to the first write that is acknowledged after its end.

    `refuses`: that there must be answers 503 meanwhile, or it was no trouble.
    """
    writer.slowest, watch.slowest, before = 0.0, 0.0, writer.statuses.copy()
    watch.usual = watch.usual or watch.threads
    yield
    ended = time.monotonic()
    recovered = until(lambda: writer.acknowledged_since(ended + 0.05), 90, "writes go on")
    report.within(f"{name}: seconds to the next write", recovered, RECOVERED_IN)
    time.sleep(_AFTERWARDS)
    answers = writer.statuses - before
    report.figure(f"{name}: answers by status", dict(sorted(answers.items())))
    report.zero(f"{name}: answers 500", answers[500])
    if refuses:
        report.some(f"{name}: answers 503", answers[503])
    report.within(f"{name}: slowest answer, seconds", writer.slowest, ANSWERED_IN)
    report.within(f"{name}: slowest /healthz, seconds", watch.slowest, ALIVE_IN)


def judge(report: Report, writer: Writer, watch: Watch | None = None) -> None:
    """What has to hold of all writes once the writer has ended."""
    lost, doubled = missing_and_doubled(writer.names)
    report.some("writes acknowledged", len(writer.names), 30)
    report.zero("acknowledged and lost", lost)
    report.zero("acknowledged and doubled", doubled)
    report.zero("never answered", len(writer.unsettled))
    report.zero("refused", len(writer.refused))
    report.zero("503 without Retry-After", writer.without_retry_after)
    if watch:
        report.within("threads of all web processes", watch.threads, (watch.usual or 0) + _MORE)


def threads_of(found: World) -> int:
    """Threads of all web processes."""
    return sum(_threads(portal) for portal in found.portals)


def _threads(portal: Child) -> int:
    tasks = [Path(f"/proc/{pid}/task") for pid in portal.children()]
    return sum(len(list(task.iterdir())) for task in tasks if task.exists())
