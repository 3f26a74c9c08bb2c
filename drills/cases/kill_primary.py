"""kill -9 the primary during a billing run and during 200 writes a second.

Its secondaries stand still for a moment before, so that there are writes which it alone has. The
naive variant asks for no majority, is acknowledged them, and must lose them; ours waits, and must
lose nothing.
"""

import time
from collections.abc import Callable

from billing.database import database
from drills.report import Report
from drills.world.books import count_books
from drills.world.careless import Careless
from drills.world.children import until
from drills.world.replica_set import Node
from drills.world.seed import BILLED, subscriptions
from drills.world.world import World, world
from drills.world.writer import Writer, missing_and_doubled

DUE = 10_000
RATE = 200
KILLS = 2
_FAILOVER_SECONDS = 15.0
_ALONE_SECONDS = 0.4


def drill(report: Report) -> None:
    """Both, one after the other, on the same replica set."""
    with world() as found:
        _during_writes(found, report)
        _during_a_run(found, report)
        count_books(report)


def _during_writes(found: World, report: Report) -> None:
    careless = Careless(found.mongo.uri)
    with Writer(found.client(), rate=RATE) as writer:
        time.sleep(4)
        report.some("writes acknowledged a second", writer.rate, RATE / 3)
        for kill in range(1, KILLS + 1):
            dead = _kill_primary(found, careless.write)
            report.some(f"writes under way at kill {kill}", len(writer.unsettled))
            seconds = _recovery(writer)
            report.within(f"seconds to the next write, kill {kill}", seconds, _FAILOVER_SECONDS)
            time.sleep(2)
            dead.start()
            found.mongo.await_whole()
    lost, doubled = missing_and_doubled(writer.names)
    report.some("writes acknowledged", len(writer.names), RATE)
    report.figure("answers by status", dict(sorted(writer.statuses.items())))
    report.zero("answers 500", writer.statuses[500])
    report.zero("acknowledged and lost", lost)
    report.zero("acknowledged and doubled", doubled)
    report.zero("never answered", len(writer.unsettled))
    report.zero("refused", len(writer.refused))
    report.some("lost without majority (naive)", careless.lost())


def _during_a_run(found: World, report: Report) -> None:
    subscriptions(DUE)
    command = found.flask("run", "billing", "run", "--workers", "2")
    command.start()
    until(lambda: database().invoices.count_documents(BILLED) > DUE / 5, 60, "the run is under way")
    dead = _kill_primary(found)
    moment = time.monotonic()
    there = _invoices(found)
    report.some("invoices when the primary was killed", there)
    report.some("invoices that were still to come", DUE - there)
    until(lambda: _invoices(found) > there, 60, "the run goes on")
    report.within(
        "seconds to the next invoice of the run", time.monotonic() - moment, _FAILOVER_SECONDS
    )
    report.true("the run ended by itself, and well", command.wait(120) == 0)
    dead.start()
    report.zero("not invoiced", DUE - _invoices(found))


def _kill_primary(found: World, meanwhile: Callable[[], None] = lambda: None) -> Node:
    """`meanwhile` is done while the primary is alone."""
    primary = found.mongo.primary()
    others = [node for node in found.mongo.nodes if node is not primary]
    for node in others:
        node.freeze()
    time.sleep(_ALONE_SECONDS)
    meanwhile()
    primary.kill()
    for node in others:
        node.thaw()
    return primary


def _recovery(writer: Writer) -> float:
    """Seconds until something is acknowledged that was not under way when the primary died."""
    moment = time.monotonic()
    return until(lambda: writer.acknowledged_since(moment), 60, "something is acknowledged again")


def _invoices(found: World) -> int:
    found.mongo.primary()
    return database().invoices.count_documents(BILLED)
