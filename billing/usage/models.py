"""What is measured, and what was measured.

A meter says how the events of one key add up. A usage event is a plain row, never changed:
`_id, subscription_id, customer_id, meter` (its key), `value` (Decimal128; text for a meter that
counts distinct values), `occurred_at`, `day` (of its occurrence, where the customer is),
`counts_on` (the day it is billed by, absent when it is not billed), `late`, `idempotency_key`,
`actor`, `created_at`.
"""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import Document
from billing.indexes import NEWEST, declare_indexes

AGGREGATIONS = ("sum", "count", "max", "last", "unique")
EVENTS = "usage_events"

declare_indexes(
    "meters",
    NEWEST,
    IndexModel([("key", ASCENDING)], name="key", unique=True),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("aggregation", ASCENDING), ("_id", DESCENDING)], name="aggregation"),
    IndexModel([("name_key", ASCENDING), ("_id", ASCENDING)], name="by_name"),
    IndexModel([("search_terms", ASCENDING)], name="search"),
)
declare_indexes(
    EVENTS,
    # Once and only once, however often and however concurrently an event is sent.
    IndexModel(
        [("idempotency_key", ASCENDING), ("subscription_id", ASCENDING)],
        name="sent_key",
        unique=True,
    ),
    # What billing adds up.
    IndexModel([("subscription_id", ASCENDING), ("counts_on", ASCENDING)], name="counted"),
    IndexModel([("subscription_id", ASCENDING), ("_id", DESCENDING)], name="subscription"),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
    IndexModel([("meter", ASCENDING), ("_id", DESCENDING)], name="meter"),
    IndexModel(
        [("late", ASCENDING), ("_id", DESCENDING)],
        name="late",
        partialFilterExpression={"late": True},
    ),
)


class Meter(Document):
    """Something that is measured; `key` never changes, since plans and events name it.

    `aggregation` tells how a period's events become one value: the `sum` of their values, their
    `count`, the `max` value, the `last` value by occurrence, or how many `unique` values there
    were. It is settled with the first event (`has_events`).
    """

    meta = {"collection": "meters"}
    prefix = "mtr"

    key = me.StringField(required=True)
    name = me.StringField(required=True)
    unit = me.StringField()
    aggregation = me.StringField(required=True)
    status = me.StringField(required=True, default="active")
    has_events = me.BooleanField(required=True, default=False)
    metadata = me.DictField()
    name_key = me.StringField()
    search_terms = me.ListField(me.StringField())

    @property
    def is_archived(self) -> bool:
        """Whether it takes no more events."""
        return bool(self.status == "archived")
