"""Sending events again. The message id stays the event's own, so receivers can tell."""

from typing import NamedTuple

from billing.database import Row, database
from billing.events.models import COLLECTION as EVENTS
from billing.events.types import matches
from billing.transactions import operation
from billing.webhooks.errors import WebhookEndpointDisabled
from billing.webhooks.fan_out import delivery_row
from billing.webhooks.inputs import MOST_REPLAYED, ReplayRange
from billing.webhooks.models import DELIVERIES, WebhookEndpoint
from billing.webhooks.queries import get_delivery, get_endpoint
from billing.webhooks.save_endpoint import begin_again

_AGAIN: Row = {
    "$set": {"status": "pending", "place": "new", "tries": 0},
    "$unset": {"expires_at": 1, "delivered_at": 1, "give_up_at": 1},
}
_SETTLED: Row = {"status": {"$in": ["delivered", "failed"]}}


class Replayed(NamedTuple):
    """How many deliveries were put into the outbox, and whether another call would find more."""

    deliveries: int
    has_more: bool


@operation
def replay_delivery(
    endpoint_id: str, delivery_id: str, expected_revision: int | None = None
) -> Row:
    """Deliver once more; one that is pending is tried at once, with all that is before it.

    `expected_revision` is the endpoint's. Raises WebhookEndpointNotFound, DeliveryNotFound,
    StaleRevision and WebhookEndpointDisabled.
    """
    _enabled(endpoint_id, expected_revision)
    row = get_delivery(endpoint_id, delivery_id)
    if row["status"] == "pending":
        begin_again(endpoint_id)
        return row
    database()[DELIVERIES].update_one({"_id": delivery_id, **_SETTLED}, _AGAIN)
    return get_delivery(endpoint_id, delivery_id)


@operation
def replay_range(
    endpoint_id: str, data: ReplayRange, expected_revision: int | None = None
) -> Replayed:
    """Deliver a range of events once more: what the endpoint subscribes to now.

    It brings what was never delivered to the endpoint, too; what is pending stays as it is. Raises
    WebhookEndpointNotFound, StaleRevision and WebhookEndpointDisabled.
    """
    endpoint = _enabled(endpoint_id, expected_revision)
    return Replayed(_replay_range(endpoint, data.from_seq, data.to_seq), has_more=False)


@operation
def replay_failed(endpoint_id: str, expected_revision: int | None = None) -> Replayed:
    """Deliver once more all that was given up, the oldest first.

    Raises WebhookEndpointNotFound, StaleRevision and WebhookEndpointDisabled.
    """
    _enabled(endpoint_id, expected_revision)
    failed = {"endpoint_id": endpoint_id, "status": "failed"}
    found = database()[DELIVERIES].find(failed, {"_id": 1}).sort("_id", 1).limit(MOST_REPLAYED + 1)
    ids = [row["_id"] for row in found]
    these = {"_id": {"$in": ids[:MOST_REPLAYED]}, "status": "failed"}
    done = database()[DELIVERIES].update_many(these, _AGAIN)
    return Replayed(done.modified_count, has_more=len(ids) > MOST_REPLAYED)


def _enabled(endpoint_id: str, expected_revision: int | None) -> WebhookEndpoint:
    endpoint = get_endpoint(endpoint_id)
    endpoint.check_revision(expected_revision)
    if not endpoint.is_enabled:
        raise WebhookEndpointDisabled("The endpoint is disabled. Enable it, then replay.")
    return endpoint


def _replay_range(endpoint: WebhookEndpoint, first: int, last: int) -> int:
    fields = {"type": 1, "object_id": 1, "seq": 1}
    events = database()[EVENTS].find({"seq": {"$gte": first, "$lte": last}}, fields)
    wanted = {row["_id"]: row for row in events if matches(endpoint.event_types, row["type"])}
    theirs = {"endpoint_id": endpoint.id, "event_id": {"$in": list(wanted)}}
    known = {row["event_id"] for row in database()[DELIVERIES].find(theirs, {"event_id": 1})}
    again = database()[DELIVERIES].update_many({**theirs, **_SETTLED}, _AGAIN).modified_count
    missing = [delivery_row(endpoint.id, row) for id_, row in wanted.items() if id_ not in known]
    if missing:
        database()[DELIVERIES].insert_many(missing, ordered=False)
    return again + len(missing)
