"""SIGSTOP a process of a billing run inside its transaction, and past its lease.

Another takes over what it held; when it wakes up its transaction has ended, and nothing is billed
twice. The number series stands still until MongoDB ends the transaction, and no longer.
"""

import sys
import time

from billing.database import Row, database
from billing.runs.chunks import LEASE_SECONDS
from billing.runs.queries import get_run
from billing.runs.run_billing import start_run
from drills.report import Report
from drills.world.books import count_books
from drills.world.children import Child, until
from drills.world.seed import subscriptions
from drills.world.world import World, world

DUE = 10_000
_STANDSTILL = 15.0
_OPEN: list[Row] = [
    {"$currentOp": {"allUsers": True, "idleSessions": True}},
    {"$match": {"transaction.parameters.txnNumber": {"$gte": 0}, "appName": "duebill"}},
]


def drill(report: Report) -> None:
    """The process that is frozen is alone until then, so that the transaction is its own."""
    with world(nodes=1, portals=0) as found:
        subscriptions(DUE)
        run = start_run()
        sleeper, other = _process(found, run.id, "sleeper"), _process(found, run.id, "other")
        sleeper.start()
        until(_invoices, 60, "the run is under way")
        report.figure("freezes until one was inside a transaction", _freeze_inside(sleeper))
        frozen_at, there = time.monotonic(), _invoices()
        held = database().run_chunks.find_one({"leased_until": {"$ne": None}}) or {}
        report.some("not invoiced when it was frozen", DUE - there)
        other.start()
        until(lambda: _invoices() > there, 60, "the other bills")
        report.within("seconds of standstill", time.monotonic() - frozen_at, _STANDSTILL)
        until(lambda: _taken_over(held), LEASE_SECONDS + 30, "the other takes over")
        report.figure("seconds until its chunk was taken over", time.monotonic() - frozen_at)
        report.some("seconds it was frozen", time.monotonic() - frozen_at, LEASE_SECONDS - 5)
        sleeper.thaw()
        report.true("both ended well", sleeper.wait(60) == 0 and other.wait(60) == 0)
        report.zero("not invoiced", DUE - _invoices())
        done = get_run(run.id)
        report.true("the run is completed", done.status == "completed")
        report.zero("invoices the run did not count", DUE - done.invoiced)
        report.zero("subscriptions the run did not count", DUE - done.done_subscriptions)
        count_books(report)


def _process(found: World, run_id: str, name: str) -> Child:
    command = [sys.executable, "-m", "portal.runs.process", run_id]
    return Child(name, command, found.directory / f"{name}.log", found.environ)


def _freeze_inside(process: Child) -> int:
    """Freeze it again and again until it has a transaction open; how often it took."""
    freezes = 0
    while process.pid:
        freezes += 1
        process.freeze()
        time.sleep(0.05)  # what the server was asked before is answered by now
        if list(database().client.admin.aggregate(_OPEN)):
            return freezes
        process.thaw()
        time.sleep(0.013)
    raise RuntimeError("The run was over before it was caught inside a transaction.")


def _taken_over(held: Row) -> bool:
    """Whether the chunk is another's by now, or done."""
    row = database().run_chunks.find_one({"_id": held["_id"]})
    return row is None or row.get("worker") != held["worker"]


def _invoices() -> int:
    return database().invoices.count_documents({})
