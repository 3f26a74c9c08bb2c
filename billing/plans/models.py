"""What is sold. A plan's terms are kept version by version; subscriptions name theirs."""

from typing import Any

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import Document, PriceField
from billing.indexes import NEWEST, declare_indexes

declare_indexes(
    "plans",
    NEWEST,
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("currency", ASCENDING), ("_id", DESCENDING)], name="currency"),
    IndexModel([("billing_cycle", ASCENDING), ("_id", DESCENDING)], name="cycle"),
    IndexModel([("name_key", ASCENDING), ("_id", ASCENDING)], name="by_name"),
    IndexModel([("search_terms", ASCENDING)], name="search"),
    # What customers may choose by themselves: the others are not in it.
    IndexModel(
        [("self_service", ASCENDING), ("currency", ASCENDING), ("_id", DESCENDING)],
        name="self_service",
        partialFilterExpression={"self_service": True},
    ),
)
declare_indexes(
    "plan_versions",
    IndexModel([("plan_id", ASCENDING), ("version", DESCENDING)], name="plan", unique=True),
)

# What a subscriber is charged by: changing any of these makes a new version.
TERMS = (
    "name",
    "price",
    "currency",
    "billing_cycle",
    "interval_count",
    "pricing_model",
    "tiers",
    "package_size",
    "charges",
    "setup_fee",
    "trial_days",
    "minimum_amount",
)
# What rows of plan_versions older than these terms are read as.
SILENT_TERMS: dict[str, Any] = {
    "tiers": [],
    "package_size": None,
    "charges": [],
    "setup_fee": 0,
    "trial_days": 0,
    "minimum_amount": 0,
}


class Feature(me.EmbeddedDocument):
    """Something a plan includes or does not."""

    meta = {"strict": False}

    key = me.StringField(required=True)
    name = me.StringField(required=True)
    enabled = me.BooleanField(required=True, default=True)


class Plan(Document):
    """A plan. `price` is in smallest units, a whole number or decimal text when finer."""

    meta = {"collection": "plans"}
    prefix = "plan"

    name = me.StringField(required=True)
    description = me.StringField()
    price = PriceField(required=True)
    currency = me.StringField(required=True)
    billing_cycle = me.StringField(required=True)
    interval_count = me.IntField(required=True, default=1)
    features = me.EmbeddedDocumentListField(Feature)
    limits = me.DictField()
    status = me.StringField(required=True, default="active")
    tier = me.StringField()
    pricing_model = me.StringField(required=True, default="flat")
    tiers = me.ListField(me.DictField())
    package_size = me.IntField()
    charges = me.ListField(me.DictField())
    setup_fee = me.IntField(required=True, default=0)
    trial_days = me.IntField(required=True, default=0)
    minimum_amount = me.IntField(required=True, default=0)
    version = me.IntField(required=True, default=1)
    self_service = me.BooleanField(required=True, default=False)
    metadata = me.DictField()
    name_key = me.StringField()
    search_terms = me.ListField(me.StringField())

    @property
    def is_subscribable(self) -> bool:
        """Whether new subscriptions may be made on it."""
        return bool(self.status == "active")

    def terms(self) -> dict[str, Any]:
        """The plan's present terms, as a row of `plan_versions`."""
        found = self.row()
        row = {name: found.get(name, SILENT_TERMS.get(name)) for name in TERMS}
        key = version_key(self.id, self.version)
        return {"_id": key, "plan_id": self.id, "version": self.version, **row}


def version_key(plan_id: str, version: int) -> str:
    """The id of a version's row: `plan_…:3`."""
    return f"{plan_id}:{version}"
