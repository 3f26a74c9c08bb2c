"""No scheduler for 40 days, then two at once, one of which is killed: one run, every period once.

The books are those of a business that has billed nothing for 40 days.
"""

import time
from datetime import timedelta
from typing import Any

from billing import clock
from billing.database import database
from drills.report import Report
from drills.world import seed
from drills.world.books import count_books
from drills.world.children import until
from drills.world.world import World, world

WEEKLY = 600
DAYS = 40
_PERIODS = 6  # that begin within 40 days, seven days each


def drill(report: Report) -> None:
    """Both are started in the same moment."""
    with world(nodes=1, portals=1) as found:
        _weekly()
        settings = {"billing_run": {"automatic": False, "time": "00:00"}}
        _set(found, settings)
        first = found.flask("scheduler-1", "scheduler")
        first.start()
        until(_knows, 60, "a scheduler looks")
        first.end()
        report.zero("billed while nobody was to", _invoices())
        _days_ago(DAYS)
        _set(found, {"billing_run": {"automatic": True, "time": "00:00"}})
        _together(found, report)
        report.some("invoices that were due", _invoices())
        report.zero("not invoiced", WEEKLY * _PERIODS - _invoices())
        runs = database().billing_runs.count_documents({})
        report.zero("runs too many", runs - 1)
        count_books(report)


def _together(found: World, report: Report) -> None:
    schedulers = [found.flask(f"scheduler-{n}", "scheduler") for n in (2, 3)]
    for scheduler in schedulers:
        scheduler.start()
    try:
        began = time.monotonic()
        row: Any = until(_begun, 60, "the run is begun")
        schedulers[0].kill()
        until(_done, 150, "the daily run is over")
        report.figure("seconds from start to end of the run", time.monotonic() - began)
        run = database().billing_runs.find_one({"_id": row["run_id"]}) or {}
        report.true("the run is completed", run.get("status") == "completed")
        time.sleep(12)  # whoever is left looks again
    finally:
        for scheduler in schedulers:
            scheduler.end()


def _weekly() -> None:
    start = clock.today() - timedelta(days=DAYS)
    plan = seed.plan(name="Weekly", price=900, billing_cycle="weekly")
    seed.subscriptions(WEEKLY, plan_id=plan.id, start=start)


def _set(found: World, settings: dict[str, Any]) -> None:
    answer = found.client().call("PATCH", "/settings", settings)
    if answer.status != 200:
        raise RuntimeError(f"The settings are not taken: {answer.body}")


def _knows() -> Any:
    return database().billing_daily.find_one({"day": {"$gt": ""}})


def _begun() -> Any:
    return database().billing_daily.find_one({"run_id": {"$ne": None}})


def _done() -> Any:
    return database().billing_daily.find_one({"run_id": {"$ne": None}, "done": True})


def _days_ago(days: int) -> None:
    """The last day that a scheduler has seen is so long ago."""
    day = (clock.today() - timedelta(days=days)).isoformat()
    database().billing_daily.update_one({}, {"$set": {"day": day}})


def _invoices() -> int:
    return database().invoices.count_documents(seed.BILLED)
