"""A worker in threads of the test, quick to look but patient; and events to deliver."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from billing.database import Row, database
from billing.events.models import COLLECTION as EVENTS
from billing.events.models import event_row
from billing.webhooks.deliver import Deliverer, Pace
from billing.webhooks.models import DELIVERIES
from billing.webhooks.relay import Relay
from billing.workers.worker import Worker
from tests.waiting import wait_until

HURRIED = Pace(
    lease_seconds=90.0,
    tend_seconds=0.05,
    look_seconds=0.02,
    connect_seconds=10.0,
    whole_seconds=60.0,
)


@contextmanager
def working(pace: Pace = HURRIED) -> Iterator[Worker]:
    """A worker that numbers and delivers until the context ends."""
    worker = Worker()
    jobs = [Relay(), Deliverer(worker.id, pace)]
    thread = threading.Thread(target=worker.run, args=(jobs,))
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(20)


def happen(object_id: str, count: int = 1, type_: str = "plan.updated") -> list[str]:
    """Events of an object, each in a transaction of its own; their ids."""
    rows = [event_row(type_, object_id) for _ in range(count)]
    for row in rows:
        database()[EVENTS].insert_one(row)
    return [row["_id"] for row in rows]


def deliveries(**where: Any) -> list[Row]:
    """The deliveries in the order of their numbers."""
    return list(database()[DELIVERIES].find(where).sort([("seq", 1), ("endpoint_id", 1)]))


def wait_for_statuses(expected: list[str], **where: Any) -> None:
    """Until the deliveries, in the order of their numbers, have these statuses."""
    wait_until(lambda: [row["status"] for row in deliveries(**where)] == expected)


def hurry() -> None:
    """Let all that waits for another try be due at once."""
    database()[DELIVERIES].update_many({"place": "line"}, [{"$set": {"next_attempt_at": "$$NOW"}}])
    database().webhook_lanes.update_many({}, {"$set": {"begin_again": True}})
