"""What is owed. A finalised invoice never changes in what it claims."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.database import declare_indexes
from billing.documents import CalendarDateField, Document, PriceField

CYCLE = "subscription_cycle"
ONE_OFF = "one_off"

declare_indexes(
    "invoices",
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
    IndexModel(
        [("subscription_id", ASCENDING), ("_id", DESCENDING)],
        name="subscription",
        partialFilterExpression={"subscription_id": {"$gt": ""}},
    ),
    # One invoice per subscription and period, whatever runs twice.
    IndexModel(
        [("subscription_id", ASCENDING), ("period_start", ASCENDING)],
        name="period",
        unique=True,
        partialFilterExpression={"reason": CYCLE},
    ),
    IndexModel(
        [("number", ASCENDING)],
        name="number",
        unique=True,
        partialFilterExpression={"number": {"$gt": ""}},
    ),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    # Overdue lists walk along it, and sums of what is due are answered by it alone.
    IndexModel(
        [
            ("status", ASCENDING),
            ("due_date", ASCENDING),
            ("_id", ASCENDING),
            ("currency", ASCENDING),
            ("amount_due", ASCENDING),
        ],
        name="due",
    ),
    IndexModel([("currency", ASCENDING), ("_id", DESCENDING)], name="currency"),
    IndexModel([("issue_date", ASCENDING), ("_id", ASCENDING)], name="issued"),
)
declare_indexes("counters")


class LineItem(me.EmbeddedDocument):
    """One line. `unit_amount` may be finer than the smallest unit, `amount` never is."""

    meta = {"strict": False}

    kind = me.StringField(required=True)
    description = me.StringField(required=True)
    quantity = me.IntField(required=True)
    unit_amount = PriceField(required=True)
    amount = me.IntField(required=True)
    period_start = CalendarDateField()
    period_end = CalendarDateField()
    plan_id = me.StringField()
    tax_rate_ids = me.ListField(me.StringField())
    discount_amount = me.IntField(required=True, default=0)
    tax_amount = me.IntField(required=True, default=0)
    explanation = me.DictField()


class Invoice(Document):
    """An invoice. All amounts are in the currency's smallest unit; `amount` is the total."""

    meta = {"collection": "invoices"}
    prefix = "inv"

    number = me.StringField()
    customer_id = me.StringField(required=True)
    subscription_id = me.StringField()
    currency = me.StringField(required=True)
    status = me.StringField(required=True, default="draft")
    reason = me.StringField(required=True)
    issue_date = CalendarDateField()
    due_date = CalendarDateField()
    paid_date = CalendarDateField()
    period_start = CalendarDateField()
    period_end = CalendarDateField()
    line_items = me.EmbeddedDocumentListField(LineItem)
    subtotal = me.IntField(required=True, default=0)
    discount_total = me.IntField(required=True, default=0)
    tax_total = me.IntField(required=True, default=0)
    total = me.IntField(required=True, default=0)
    amount = me.IntField(required=True, default=0)
    credit_applied = me.IntField(required=True, default=0)
    amount_paid = me.IntField(required=True, default=0)
    amount_due = me.IntField(required=True, default=0)
    discounts = me.ListField(me.DictField())
    taxes = me.ListField(me.DictField())
    seller = me.DictField()
    customer = me.DictField()
    notes = me.StringField()
    purchase_order = me.StringField()
    metadata = me.DictField()
    finalized_at = me.DateTimeField()
    voided_at = me.DateTimeField()

    @property
    def is_draft(self) -> bool:
        return bool(self.status == "draft")

    @property
    def is_payable(self) -> bool:
        """Whether a payment can be recorded on it."""
        return self.status in {"open", "uncollectible"}

    @property
    def is_voidable(self) -> bool:
        """Open, and nothing was paid on it: money received is returned by a credit note."""
        return self.status in {"open", "uncollectible"} and self.amount_paid == 0
