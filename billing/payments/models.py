"""Money received."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.database import declare_indexes
from billing.documents import CalendarDateField, Document

declare_indexes(
    "payments",
    IndexModel([("invoice_id", ASCENDING), ("_id", DESCENDING)], name="invoice"),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
    IndexModel([("paid_date", DESCENDING), ("currency", ASCENDING)], name="paid"),
)


class Payment(Document):
    """A payment on one invoice, in smallest units of its currency."""

    meta = {"collection": "payments"}
    prefix = "pay"

    invoice_id = me.StringField(required=True)
    customer_id = me.StringField(required=True)
    amount = me.IntField(required=True)
    currency = me.StringField(required=True)
    method = me.StringField(required=True)
    provider = me.StringField(required=True, default="manual")
    provider_reference = me.StringField()
    status = me.StringField(required=True, default="succeeded")
    paid_date = CalendarDateField()
    failure_code = me.StringField()
