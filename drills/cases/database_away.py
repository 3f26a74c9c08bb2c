"""All nodes gone for 30 s, then frozen, then slow: 503 with Retry-After, and recovery by itself.

Nothing acknowledged is lost, no thread piles up, and a process that lives says so meanwhile.
"""

import time

from drills.report import Report
from drills.world.books import count_books
from drills.world.stutter import frozen, stuttering
from drills.world.trouble import Watch, judge, trouble
from drills.world.world import World, world
from drills.world.writer import Writer

AWAY = 30.0
FROZEN = 15.0
SLOW = 8.0
THREADS = 32


def drill(report: Report) -> None:
    """Three troubles, one after the other, under one load."""
    with world() as found:
        writer = Writer(found.client(seconds=60), rate=100, threads=THREADS)
        with Watch(found) as watch, writer:
            time.sleep(4)
            with trouble("away", writer, watch, report):
                _away(found)
            with trouble("frozen", writer, watch, report), frozen(found.mongo.nodes):
                time.sleep(FROZEN)
            with (
                trouble("slow", writer, watch, report, refuses=False),
                stuttering(found.mongo.nodes, stands=0.3, moves=0.05),
            ):
                time.sleep(SLOW)
        judge(report, writer, watch)
        report.zero("requests without any answer", writer.statuses[0])
        count_books(report)


def _away(found: World) -> None:
    for node in found.mongo.nodes:
        node.kill()
    time.sleep(AWAY)
    for node in found.mongo.nodes:
        node.start()
    found.mongo.primary()
