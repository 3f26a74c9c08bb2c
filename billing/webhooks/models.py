"""Endpoints that are told of events, and the deliveries to them: the outbox."""

from datetime import timedelta

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import Document
from billing.indexes import declare_indexes

ENDPOINTS = "webhook_endpoints"
LANES = "webhook_lanes"
DELIVERIES = "webhook_deliveries"
KEPT_FOR = timedelta(days=30)
"""How long a delivery is kept once it is settled."""

declare_indexes(
    ENDPOINTS,
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
)
# One document an endpoint: who works on it, and how it fares. Apart from the endpoint, because it
# changes with every delivery.
declare_indexes(LANES, IndexModel([("failures", ASCENDING)], name="failures"))
_PLACED = {"place": {"$exists": True}}
declare_indexes(
    DELIVERIES,
    IndexModel([("endpoint_id", ASCENDING), ("event_id", ASCENDING)], name="once", unique=True),
    IndexModel([("endpoint_id", ASCENDING), ("_id", DESCENDING)], name="endpoint"),
    IndexModel(
        [("endpoint_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)], name="status"
    ),
    IndexModel(
        [("endpoint_id", ASCENDING), ("event_type", ASCENDING), ("_id", DESCENDING)], name="type"
    ),
    # Only what is pending has a place: `new`, `line` or `behind` (billing.webhooks.admit).
    IndexModel(
        [("place", ASCENDING), ("endpoint_id", ASCENDING), ("seq", ASCENDING)],
        name="new",
        partialFilterExpression={"place": "new"},
    ),
    IndexModel(
        [("endpoint_id", ASCENDING), ("next_attempt_at", ASCENDING)],
        name="line",
        partialFilterExpression={"place": "line"},
    ),
    IndexModel(
        [
            ("endpoint_id", ASCENDING),
            ("object_id", ASCENDING),
            ("place", ASCENDING),
            ("seq", ASCENDING),
        ],
        name="of_object",
        partialFilterExpression=_PLACED,
    ),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)


class WebhookEndpoint(Document):
    """Where events are sent. `secrets` are `{id, sealed, created_at, expires_at}`, newest first."""

    meta = {"collection": ENDPOINTS}
    prefix = "whk"

    url = me.StringField(required=True)
    description = me.StringField()
    event_types = me.ListField(me.StringField())
    status = me.StringField(required=True, default="enabled")
    disabled_reason = me.StringField()
    secrets = me.ListField(me.DictField())
    metadata = me.DictField()
    created_by = me.DictField()

    @property
    def is_enabled(self) -> bool:
        return bool(self.status == "enabled")
