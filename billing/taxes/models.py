"""Tax rates. Percentage and inclusiveness never change: a new rate takes the place of an old."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import Document
from billing.indexes import NEWEST, declare_indexes

COLLECTION = "tax_rates"

declare_indexes(
    COLLECTION,
    NEWEST,
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("country", ASCENDING), ("_id", DESCENDING)], name="country"),
    IndexModel([("name_key", ASCENDING), ("_id", ASCENDING)], name="by_name"),
    IndexModel([("search_terms", ASCENDING)], name="search"),
)


class TaxRate(Document):
    """A tax rate; `percentage` is decimal text such as `19` or `8.875`."""

    meta = {"collection": COLLECTION}
    prefix = "txr"

    name = me.StringField(required=True)
    percentage = me.StringField(required=True)
    inclusive = me.BooleanField(required=True, default=False)
    country = me.StringField()
    state = me.StringField()
    status = me.StringField(required=True, default="active")
    name_key = me.StringField()
    search_terms = me.ListField(me.StringField())

    @property
    def is_archived(self) -> bool:
        return bool(self.status == "archived")
