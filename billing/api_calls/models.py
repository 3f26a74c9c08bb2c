"""One row for each call of the API, gone after 30 days. No bodies, no values of parameters."""

from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel

from billing import clock
from billing.actors import Actor
from billing.database import Row
from billing.ids import new_id
from billing.indexes import declare_indexes

COLLECTION = "api_calls"
KEPT = timedelta(days=30)

_NEWEST = ("_id", DESCENDING)

declare_indexes(
    COLLECTION,
    IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=int(KEPT.total_seconds())),
    IndexModel([("by", ASCENDING), _NEWEST], name="by", sparse=True),
    IndexModel([("operation", ASCENDING), _NEWEST], name="operation"),
    IndexModel([("method", ASCENDING), _NEWEST], name="method"),
    IndexModel([("request_id", ASCENDING), _NEWEST], name="request"),
    # Of those that went well there are so many that a page of them is found without.
    IndexModel(
        [("status_class", ASCENDING), _NEWEST],
        name="refused",
        partialFilterExpression={"status_class": {"$gte": 4}},
    ),
)


def call_row(
    *,
    method: str,
    path: str,
    query: list[str],
    operation: str | None,
    status: int,
    milliseconds: float,
    request_id: str,
    address: str | None,
    actor: Actor | None,
) -> Row:
    """One call as MongoDB keeps it; `query` are the names of its parameters, `actor` is None where
    nobody was recognised. `by` is what it is found by: the actor and the client it came through."""
    row: Row = {
        "_id": new_id("call"),
        "at": clock.now(),
        "method": method,
        "path": path,
        "status": status,
        "status_class": status // 100,
        "milliseconds": milliseconds,
        "request_id": request_id,
    }
    optional = {"query": query, "operation": operation, "address": address}
    row.update((name, value) for name, value in optional.items() if value)
    if actor:
        row["actor"] = {"type": actor.type, "id": actor.id, "name": actor.name}
        row["by"] = list({actor.id, actor.client_id or actor.id})
    return row
