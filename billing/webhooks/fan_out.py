"""Numbering events and putting them into the outbox of every endpoint that asked for them, at once.

Whoever needs the sequence comes through here, so that no number is given without its deliveries.
"""

from time import monotonic

from billing import clock
from billing.database import Row, database
from billing.events.sequence import BATCH, sequence_batch
from billing.events.types import matches
from billing.ids import new_id
from billing.webhooks.models import DELIVERIES, ENDPOINTS

_MOST_DELIVERIES = 5000  # in one transaction, which must end within seconds


def sequence_some() -> int:
    """Number a batch of the events that wait, with their deliveries; how many events it were."""
    enabled = database()[ENDPOINTS].count_documents({"status": "enabled"})
    return sequence_batch(_fan_out, min(BATCH, _MOST_DELIVERIES // max(1, enabled)))


def sequence_waiting(seconds: float = 2.0) -> int:
    """Number what waits, batch by batch, for no longer than `seconds`; how many events it were."""
    end, total = monotonic() + seconds, 0
    while numbered := sequence_some():
        total += numbered
        if monotonic() > end:
            break
    return total


def delivery_row(endpoint_id: str, event: Row) -> Row:
    """A new delivery of an event that has its number."""
    return {
        "_id": new_id("whd"),
        "endpoint_id": endpoint_id,
        "event_id": event["_id"],
        "event_type": event["type"],
        "object_id": event["object_id"],
        "seq": event["seq"],
        "status": "pending",
        "place": "new",
        "tries": 0,
        "attempts": [],
        "created_at": clock.wall_clock(),
    }


def _fan_out(events: list[Row]) -> None:
    endpoints = list(database()[ENDPOINTS].find({"status": "enabled"}, {"event_types": 1}))
    rows = [
        delivery_row(endpoint["_id"], event)
        for event in events
        for endpoint in endpoints
        if matches(endpoint["event_types"], event["type"])
    ]
    if rows:
        database()[DELIVERIES].insert_many(rows, ordered=False)
