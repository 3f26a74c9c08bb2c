"""What is owed. A finalised invoice never changes in what it claims."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import CalendarDateField, Document, PriceField
from billing.indexes import NEWEST, declare_indexes

CYCLE = "subscription_cycle"
CHANGE = "subscription_change"
END = "subscription_end"
IMPORTED = "imported"
ONE_OFF = "one_off"

declare_indexes(
    "invoices",
    NEWEST,
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
    # Who is reminded next; only what is being reminded of is in it.
    IndexModel(
        [("dunning.next_date", ASCENDING), ("_id", ASCENDING)],
        name="dunning",
        partialFilterExpression={"dunning.next_date": {"$gt": ""}},
    ),
    # The columns of the dunning board: by step, those not reminded yet first; those that are over;
    # those that are paused. All of them is open, so what was paid is in none.
    IndexModel(
        [
            ("status", ASCENDING),
            ("dunning.ended", ASCENDING),
            ("dunning.step", ASCENDING),
            ("due_date", ASCENDING),
            ("_id", ASCENDING),
            ("currency", ASCENDING),
            ("amount_due", ASCENDING),
        ],
        name="dunning_board",
        partialFilterExpression={"status": "open"},
    ),
    IndexModel(
        [
            ("status", ASCENDING),
            ("dunning.ended", ASCENDING),
            ("due_date", ASCENDING),
            ("_id", ASCENDING),
            ("currency", ASCENDING),
            ("amount_due", ASCENDING),
        ],
        name="dunning_over",
        partialFilterExpression={"status": "open", "dunning.ended": True},
    ),
    IndexModel(
        [("dunning.paused.until", ASCENDING), ("_id", ASCENDING)],
        name="dunning_paused",
        partialFilterExpression={"dunning.paused.until": {"$gt": ""}},
    ),
    IndexModel([("currency", ASCENDING), ("_id", DESCENDING)], name="currency"),
    IndexModel([("issue_date", ASCENDING), ("_id", ASCENDING)], name="issued"),
    # What the figures leave out.
    IndexModel(
        [("test_clock_id", ASCENDING), ("status", ASCENDING), ("due_date", ASCENDING)],
        name="test_clock",
        partialFilterExpression={"test_clock_id": {"$gt": ""}},
    ),
)
# Lines that wait for their subscription's next invoice; billed ones name the invoice they are on.
declare_indexes(
    "pending_items",
    IndexModel(
        [("subscription_id", ASCENDING), ("_id", ASCENDING)],
        name="waiting",
        partialFilterExpression={"waiting": True},
    ),
)
declare_indexes("counters")
declare_indexes("number_wishes")  # billing.invoices.way


class LineItem(me.EmbeddedDocument):
    """One line. `unit_amount` may be finer than the smallest unit, `amount` never is."""

    meta = {"strict": False}

    kind = me.StringField(required=True)
    description = me.StringField(required=True)
    quantity = PriceField(required=True)  # decimal text where usage is finer than whole units
    unit_amount = PriceField()  # absent where no single price was multiplied
    amount = me.IntField(required=True)
    period_start = CalendarDateField()
    period_end = CalendarDateField()
    plan_id = me.StringField()
    tax_rate_ids = me.ListField(me.StringField())
    discount_amount = me.IntField(required=True, default=0)
    tax_amount = me.IntField(required=True, default=0)
    discountable = me.BooleanField()
    """False: coupons take nothing off it, as off prorations, which know them already."""
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
    credit_note_total = me.IntField(required=True, default=0)
    """What credit notes took off the amount due."""
    credited_total = me.IntField(required=True, default=0)
    """What all its credit notes come to, whether they reduced, refunded or gave credit."""
    dunning = me.DictField()
    """{step: reminders so far, next_date: ISO or None, ended: bool, last_date: ISO day of the last
    step}; empty before the first. While paused also {paused: {until, next_date without it}}."""
    coupon = me.StringField()
    """The code that a one-off invoice is to redeem, or has redeemed."""
    discounts = me.ListField(me.DictField())
    taxes = me.ListField(me.DictField())
    seller = me.DictField()
    customer = me.DictField()
    notes = me.StringField()
    legal_note = me.StringField()
    imported_from = me.StringField()
    """The mapping of the import that brought it; its number is then outside of all series."""
    purchase_order = me.StringField()
    metadata = me.DictField()
    test_clock_id = me.StringField()
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
        """Open, nothing paid and nothing credited: what came in is returned by a credit note."""
        untouched = self.amount_paid == 0 and self.credited_total == 0
        return self.status in {"open", "uncollectible"} and untouched

    @property
    def is_sendable(self) -> bool:
        """Whether it can be mailed to its customer."""
        return self.status in {"open", "paid", "uncollectible"}

    @property
    def is_creditable(self) -> bool:
        """Whether a credit note can take back some of it."""
        issued = self.status in {"open", "paid", "uncollectible"}
        return issued and bool(self.credited_total < self.total)
