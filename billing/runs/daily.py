"""The daily billing run: once a day for the whole installation, however many schedulers run.

The database's clock decides the day, and a lease who watches over it. The run itself is worked on
by a process of its own; when that dies, or its watcher, whoever holds the lease next lets it go on.
Days on which no scheduler ran are made up for by one run: it bills every period that is due.
"""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

from billing.actors import Actor, acting_as
from billing.database import Row, database
from billing.maintenance.held import is_held
from billing.runs.models import DAILY
from billing.runs.queries import get_run, run_status
from billing.runs.run_billing import resume_run, start_run
from billing.runs.schedule import ID, day_of, server_now
from billing.seller import current_seller
from billing.transactions import operation

_log = logging.getLogger("duebill.schedule")

LEASE_SECONDS = 60
_LOOK_SECONDS = 10.0
_WATCH_SECONDS = 1.0
_PATIENCE_SECONDS = 60.0  # with a process that ends before the run does
_SCHEDULER = Actor(type="system", name="Scheduler")
_OVER = frozenset({"completed", "stopped", "refused"})


class Carrier(Protocol):
    """The process that works on a run."""

    def end(self, seconds: float) -> None:
        """Ask it to end and wait for so long."""


class DailyBilling:
    """A job of the scheduler. `launch` starts a process that works on a run, by the run's id."""

    name = "billing run"

    def __init__(self, worker: str, launch: Callable[[str], Carrier]) -> None:
        self._worker, self._launch = worker, launch
        self._carrier: Carrier | None = None
        self._launched = -_PATIENCE_SECONDS

    def work(self) -> float:
        """Begin what is due today, and see to it that it comes to its end."""
        seller = current_seller()
        day = day_of(server_now(), seller).isoformat()
        _know()
        if not seller["billing_run"]["automatic"]:
            _pass_over(day)
            return _LOOK_SECONDS
        if is_held():
            return _LOOK_SECONDS
        if not (row := self._claim_unfinished() or self._claim_day(day)):
            return _LOOK_SECONDS
        with acting_as(_SCHEDULER):
            self._see_to(row)
        return _WATCH_SECONDS

    def finish(self, seconds: float) -> None:
        """Let the run's process give back what it holds, and another scheduler watch over it."""
        if self._carrier:
            self._carrier.end(seconds)
        mine = {"_id": ID, "worker": self._worker}
        database()[DAILY].update_one(mine, {"$unset": {"worker": 1, "leased_until": 1}})

    def _see_to(self, row: Row) -> None:
        run_id = row.get("run_id")
        if not run_id:
            self._begin(row["day"])
            return
        status = run_status(get_run(run_id).row())
        if status in _OVER:
            _finish(row["day"], run_id)
            _log.info("The daily run %s of %s is %s", run_id, row["day"], status)
        elif status == "interrupted" and monotonic() - self._launched >= _PATIENCE_SECONDS:
            resume_run(run_id)
            self._carry(run_id)

    def _begin(self, day: str) -> None:
        try:
            self._carry(begin_daily_run(day, self._worker))
        except LeaseLost:
            _log.info("Another scheduler has begun the daily run of %s", day)

    def _carry(self, run_id: str) -> None:
        self._launched = monotonic()
        self._carrier = self._launch(run_id)

    def _claim_unfinished(self) -> Row | None:
        """The run that was begun and is not over, ours to watch for LEASE_SECONDS more."""
        free = {"$expr": {"$lt": ["$leased_until", "$$NOW"]}}
        where = {"_id": ID, "done": False, "$or": [{"worker": self._worker}, free]}
        found: Any = database()[DAILY].find_one_and_update(
            where, [{"$set": self._lease()}], return_document=True
        )
        return dict(found) if found else None

    def _claim_day(self, day: str) -> Row | None:
        """The day, if nobody has begun it."""
        new = {"day": day, "done": False, "run_id": None, **self._lease()}
        found: Any = database()[DAILY].find_one_and_update(
            {"_id": ID, "done": True, "day": {"$lt": day}}, [{"$set": new}], return_document=True
        )
        return dict(found) if found else None

    def _lease(self) -> Row:
        until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": LEASE_SECONDS}}
        return {"worker": self._worker, "leased_until": until}


@operation
def begin_daily_run(day: str, worker: str) -> str:
    """The id of a new run over all that is due, which is the one of that day.

    Raises LeaseLost when somebody else watches over the day meanwhile.
    """
    run_id = str(start_run().id)
    mine = {"_id": ID, "worker": worker, "day": day, "run_id": None}
    if not database()[DAILY].update_one(mine, {"$set": {"run_id": run_id}}).modified_count:
        raise LeaseLost("another scheduler has begun the daily run")
    return run_id


class LeaseLost(Exception):
    """Somebody else does it now."""


def _know() -> None:
    """Have the one document. Before it was there, no day had come."""
    first = {"day": "", "done": True, "run_id": None}
    database()[DAILY].update_one({"_id": ID}, {"$setOnInsert": first}, upsert=True)


def _pass_over(day: str) -> None:
    """While a person begins each run, days go by: who lets it begin by itself means tomorrow."""
    where = {"_id": ID, "done": True, "day": {"$lt": day}}
    database()[DAILY].update_one(where, {"$set": {"day": day, "run_id": None}})


def _finish(day: str, run_id: str) -> None:
    over = {"_id": ID, "day": day, "run_id": run_id}
    database()[DAILY].update_one(over, {"$set": {"done": True}})
