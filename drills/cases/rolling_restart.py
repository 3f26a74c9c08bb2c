"""Both portals are restarted in turn, twice, under load: no request fails.

The counter that is not nought: a write was under way at every restart. What failed before the first
one is counted apart: that is not a restart's doing, but a machine that cannot bear the load.
"""

import time
from collections import Counter

from drills.report import Report
from drills.world.books import count_books
from drills.world.children import until
from drills.world.reader import Reader
from drills.world.servers import Portal
from drills.world.trouble import judge
from drills.world.world import world
from drills.world.writer import Writer

ROUNDS = 2


def drill(report: Report) -> None:
    """As a rolling upgrade does it: SIGTERM, start again, ready, then the next."""
    with world(nodes=1) as found:
        writer, reader = Writer(found.client(), rate=40, threads=8), Reader(found.client())
        longest = slowest_start = 0.0
        with writer, reader:
            time.sleep(5)
            before = writer.outcomes + reader.outcomes
            for portal in found.portals * ROUNDS:
                until(lambda: writer.unsettled, 10, "a write is under way")
                ended, begun = _restart(portal)
                longest, slowest_start = max(longest, ended), max(slowest_start, begun)
                time.sleep(1)
        report.figure("restarts with a write under way", 2 * ROUNDS)
        report.within("seconds until a portal has ended", longest, 45)
        report.figure("seconds until it is ready again", slowest_start)
        report.figure("slowest write, seconds", writer.slowest)
        report.figure("writes by what was answered", dict(writer.outcomes))
        report.figure("reads by what was answered", dict(reader.outcomes))
        report.some("reads", reader.outcomes["200"], 100)
        report.zero("requests that failed before the first restart", _failed(before))
        failed = _failed(writer.outcomes + reader.outcomes - before)
        report.zero("failed requests since then", failed)
        judge(report, writer)
        count_books(report)


def _restart(portal: Portal) -> tuple[float, float]:
    """Seconds until it has ended, and then until it is ready again."""
    began = time.monotonic()
    portal.end(60)
    ended = time.monotonic()
    portal.begin()
    return ended - began, time.monotonic() - ended


def _failed(outcomes: Counter[str]) -> int:
    return outcomes.total() - outcomes["200"] - outcomes["201"]
