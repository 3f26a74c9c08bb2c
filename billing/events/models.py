"""The audit trail: one event for each change, written in the change's own transaction."""

from typing import Any

from bson import Timestamp
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing import clock
from billing.actors import Actor, current_actor
from billing.database import Row
from billing.ids import new_id
from billing.indexes import declare_indexes
from billing.kept_phrases import marked

COLLECTION = "events"

# The server puts its own cluster time in place of it when it stores the event. That time rises
# with each event, also within one transaction (billing.events.sequence).
UNSEQUENCED = Timestamp(0, 0)

declare_indexes(
    COLLECTION,
    IndexModel([("object_id", ASCENDING), ("_id", DESCENDING)], name="object"),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer", sparse=True),
    IndexModel([("type", ASCENDING), ("_id", DESCENDING)], name="type"),
    IndexModel([("actor.id", ASCENDING), ("_id", DESCENDING)], name="actor"),
    IndexModel([("request_id", ASCENDING), ("_id", DESCENDING)], name="request", sparse=True),
    IndexModel([("unsequenced", ASCENDING)], name="unsequenced", sparse=True),
    IndexModel([("seq", ASCENDING)], name="seq", unique=True, sparse=True),
    IndexModel(
        [("type", ASCENDING), ("seq", ASCENDING)],
        name="type_seq",
        partialFilterExpression={"seq": {"$exists": True}},
    ),
)
# One document: the last number that was given.
declare_indexes("event_sequence")


def event_row(
    type_: str,
    object_id: str,
    *,
    customer_id: str | None = None,
    changes: dict[str, list[Any]] | None = None,
    reason: str | None = None,
) -> Row:
    """One event as MongoDB keeps it: who did what to which object, when, and from where.

    `changes` maps a field to `[before, after]`. Of a reason that is a phrase it is kept what pages
    say it by; one without that is somebody's own words.
    """
    actor = current_actor()
    row: Row = {
        "_id": new_id("evt"),
        "type": type_,
        "object_type": type_.partition(".")[0],
        "object_id": object_id,
        "actor": _acting(actor),
        "created_at": clock.now(),
        "unsequenced": UNSEQUENCED,
    }
    optional = {
        "customer_id": customer_id,
        "changes": changes,
        "reason": reason,
        "reason_phrase": marked(reason),
        "request_id": actor.request_id,
        "ip": actor.ip,
    }
    row.update((name, value) for name, value in optional.items() if value is not None)
    return row


def _acting(actor: Actor) -> Row:
    """Who acts, and through which API client where a person lets one act for them."""
    who: Row = {"type": actor.type, "id": actor.id, "name": actor.name}
    return (
        {**who, "client_id": actor.client_id} if actor.type == "user" and actor.client_id else who
    )
