"""New deliveries take their places: in line, or behind another one of the same object.

Of each object one delivery at a time is in `line`, to be sent at its `next_attempt_at`; the others
wait `behind` it, and the one with the lowest number follows when it is settled. For each lane one
worker decides, so places need no further locks.
"""

from datetime import datetime

from billing.database import Row, database
from billing.transactions import in_transaction
from billing.webhooks.lanes import hold_lane
from billing.webhooks.models import DELIVERIES
from billing.webhooks.schedule import GIVE_UP_AFTER

BATCH = 500


def endpoints_with_new() -> set[str]:
    """The endpoints for which something new has come."""
    return set(database()[DELIVERIES].distinct("endpoint_id", {"place": "new"}))


def admit(worker: str, endpoint_id: str, now: datetime) -> int:
    """Let up to BATCH new deliveries take their places; how many it were. Raises LaneLost."""
    return in_transaction(lambda: _admit(worker, endpoint_id, now))


def _admit(worker: str, endpoint_id: str, now: datetime) -> int:
    hold_lane(worker, endpoint_id, {"$set": {"admitted_at": now}})
    new = {"place": "new", "endpoint_id": endpoint_id}
    found = database()[DELIVERIES].find(new, {"object_id": 1}).sort("seq", 1).limit(BATCH)
    rows = list(found)
    taken = _objects_with_a_place(endpoint_id, {row["object_id"] for row in rows})
    first: list[str] = []
    behind: list[str] = []
    for row in rows:
        (behind if row["object_id"] in taken else first).append(row["_id"])
        taken.add(row["object_id"])
    _place(first, {"place": "line", "next_attempt_at": now, "give_up_at": now + GIVE_UP_AFTER})
    _place(behind, {"place": "behind", "give_up_at": now + GIVE_UP_AFTER})
    return len(rows)


def _objects_with_a_place(endpoint_id: str, object_ids: set[str]) -> set[str]:
    """Those of the objects of which a delivery is in line."""
    placed = {
        "endpoint_id": endpoint_id,
        "object_id": {"$in": list(object_ids)},
        "place": {"$in": ["behind", "line"]},
    }
    return set(database()[DELIVERIES].distinct("object_id", placed))


def _place(ids: list[str], values: Row) -> None:
    if ids:
        database()[DELIVERIES].update_many({"_id": {"$in": ids}}, {"$set": values})
