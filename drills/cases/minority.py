"""Two of three nodes away: what cannot be kept by a majority is not acknowledged.

The naive variant is acknowledged by the one node that is left, as long as that believes it leads.
"""

import time

from drills.report import Report
from drills.world.books import count_books
from drills.world.careless import Careless
from drills.world.trouble import Watch, judge, trouble
from drills.world.world import World, world
from drills.world.writer import Writer

AWAY = 20.0
_ON_THEIR_WAY = 0.5
"""Seconds in which answers still arrive that were given before."""


def drill(report: Report) -> None:
    """Both followers are killed, and come back."""
    with world() as found:
        writer = Writer(found.client(seconds=60), rate=100)
        with Watch(found) as watch, writer:
            time.sleep(4)
            with trouble("two of three away", writer, watch, report):
                _two_away(found, writer, report)
        judge(report, writer, watch)
        count_books(report)


def _two_away(found: World, writer: Writer, report: Report) -> None:
    careless, followers = Careless(found.mongo.uri), found.mongo.secondaries()
    for node in followers:
        node.kill()
    time.sleep(_ON_THEIR_WAY)
    began = len(writer.acknowledged)
    careless.write()
    report.some("acknowledged by the last node alone (naive)", careless.acknowledged)
    time.sleep(AWAY)
    report.zero("acknowledged without a majority", len(writer.acknowledged) - began)
    for node in followers:
        node.start()
    found.mongo.primary()
