"""A bulk action and its rows. They are gone after 30 days; what they did is in the audit trail."""

from datetime import timedelta

import mongoengine as me
from pymongo import ASCENDING, IndexModel

from billing.documents import Document
from billing.indexes import declare_indexes

COLLECTION = "bulk_actions"
ROWS = "bulk_rows"
KEPT = timedelta(days=30)
MOST_ROWS = 1000

declare_indexes(
    COLLECTION,
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)
# One for each object, in the order of the list; `state` is waiting, done or refused.
declare_indexes(
    ROWS,
    IndexModel([("action_id", ASCENDING), ("place", ASCENDING)], name="action"),
    IndexModel([("action_id", ASCENDING), ("state", ASCENDING)], name="state"),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)


class BulkAction(Document):
    """`status` is chosen, running or completed; `actor_id` is who chose the rows, and alone sees
    it."""

    meta = {"collection": COLLECTION}
    prefix = "bulk"

    kind = me.StringField(required=True)
    actor_id = me.StringField(required=True)
    count = me.IntField(required=True)
    status = me.StringField(required=True, default="chosen")
    reason = me.StringField()
    heartbeat_at = me.DateTimeField()
    finished_at = me.DateTimeField()
    expires_at = me.DateTimeField(required=True)
