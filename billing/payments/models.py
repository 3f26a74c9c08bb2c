"""Money received, and money paid back."""

from collections.abc import Iterable

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.database import Row
from billing.documents import CalendarDateField, Document
from billing.indexes import NEWEST, declare_indexes

STATUSES = ("pending", "succeeded", "failed", "refunded", "partially_refunded")
RECEIVED = ("succeeded", "refunded", "partially_refunded")
"""The statuses of payments whose money came in."""

declare_indexes(
    "payments",
    NEWEST,
    IndexModel([("invoice_id", ASCENDING), ("_id", DESCENDING)], name="invoice"),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    # Sums of what came in are answered by it alone.
    IndexModel(
        [
            ("paid_date", DESCENDING),
            ("currency", ASCENDING),
            ("test_clock_id", ASCENDING),
            ("amount", ASCENDING),
            ("refunded_amount", ASCENDING),
        ],
        name="paid",
    ),
    # A provider is asked for one payment of an invoice at a time, however many ask.
    IndexModel(
        [("invoice_id", ASCENDING)],
        name="under_way",
        unique=True,
        partialFilterExpression={"status": "pending"},
    ),
)
declare_indexes(
    "refunds",
    IndexModel([("payment_id", ASCENDING), ("_id", ASCENDING)], name="payment"),
    IndexModel([("invoice_id", ASCENDING), ("_id", ASCENDING)], name="invoice"),
    IndexModel([("customer_id", ASCENDING), ("_id", ASCENDING)], name="customer"),
    IndexModel([("status", ASCENDING), ("_id", ASCENDING)], name="status"),
)

declare_indexes("fake_provider")  # the fake provider's own ledger


class Payment(Document):
    """A payment on one invoice, in smallest units of its currency.

    What came in is put to the invoice as far as something is due; the rest, `credited_amount`,
    became the customer's credit. So the amounts less what was credited, of all payments whose
    money came in, sum to the invoice's amount_paid. Refunds change neither: they are records of
    their own, and `refunded_amount` says what they come to. An invoice that was refunded without
    a credit note stays paid, since what it claims is unchanged; a credit note says otherwise.
    `token` is whom or what the provider was asked to take it from.
    """

    meta = {"collection": "payments"}
    prefix = "pay"

    invoice_id = me.StringField(required=True)
    customer_id = me.StringField(required=True)
    amount = me.IntField(required=True)
    currency = me.StringField(required=True)
    method = me.StringField(required=True)
    provider = me.StringField(required=True, default="manual")
    provider_reference = me.StringField()
    token = me.StringField()
    status = me.StringField(required=True, default="succeeded")
    paid_date = CalendarDateField()
    failure_code = me.StringField()
    credited_amount = me.IntField(required=True, default=0)
    refunded_amount = me.IntField(required=True, default=0)
    test_clock_id = me.StringField()

    @property
    def is_received(self) -> bool:
        """Whether its money came in, be it that some went back."""
        return self.status in RECEIVED

    @property
    def refundable(self) -> int:
        """What could still be paid back."""
        left: int = self.amount - self.refunded_amount
        return left if self.is_received else 0

    @property
    def is_refundable(self) -> bool:
        return self.refundable > 0


class Refund(Document):
    """Money paid back of a payment. It goes back from what was put to the invoice first;
    `from_credit` is the part that had become credit and was taken from it."""

    meta = {"collection": "refunds"}
    prefix = "rfd"

    payment_id = me.StringField(required=True)
    invoice_id = me.StringField(required=True)
    customer_id = me.StringField(required=True)
    credit_note_id = me.StringField()
    amount = me.IntField(required=True)
    from_credit = me.IntField(required=True, default=0)
    currency = me.StringField(required=True)
    provider = me.StringField(required=True)
    provider_reference = me.StringField()
    status = me.StringField(required=True, default="pending")
    reason = me.StringField()
    refund_date = CalendarDateField(required=True)
    failure_code = me.StringField()


def applied_left(payment: Row, refunds: Iterable[Row]) -> int:
    """What of a payment's row was put to its invoice and was not paid back by these `refunds`;
    among them may be those of other payments, and failed ones."""
    if payment["status"] not in RECEIVED:
        return 0
    left: int = payment["amount"] - payment.get("credited_amount", 0)
    for refund in refunds:
        if refund["payment_id"] == payment["_id"] and refund["status"] != "failed":
            left -= refund["amount"] - refund["from_credit"]
    return left
