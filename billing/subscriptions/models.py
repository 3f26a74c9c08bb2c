"""Who gets what, since when, and what is to be billed next."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import CalendarDateField, Document, PriceField
from billing.indexes import NEWEST, declare_indexes, declare_obsolete
from billing.kept_phrases import told_again
from billing.subscriptions.movements import COLLECTION as MOVEMENTS
from billing.subscriptions.states import LIVE

declare_indexes(
    "subscriptions",
    NEWEST,
    # What the billing run walks along, oldest due date first.
    IndexModel([("next_billing_date", ASCENDING), ("_id", ASCENDING)], name="next_billing"),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
    # Counts a plan's subscribers by version without reading them, and lists them: one index for
    # both, since each more makes the run dearer (docs/performance.md).
    IndexModel(
        [
            ("plan_id", ASCENDING),
            ("plan_version", ASCENDING),
            ("status", ASCENDING),
            ("_id", DESCENDING),
        ],
        name="plan_subscribers",
    ),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    # The revenue by size, and its sum from the keys alone.
    IndexModel(
        [("currency", ASCENDING), ("mrr", DESCENDING), ("_id", DESCENDING)],
        name="mrr",
        partialFilterExpression={"mrr": {"$gt": 0}},
    ),
)

declare_obsolete("subscriptions", "plan", "plan_version", "test_clock")

declare_indexes(
    MOVEMENTS,
    # All that sums over time ask for is in the index itself.
    IndexModel(
        [
            ("date", ASCENDING),
            ("currency", ASCENDING),
            ("kind", ASCENDING),
            ("amount", ASCENDING),
        ],
        name="sums",
    ),
    IndexModel([("kind", ASCENDING), ("_id", DESCENDING)], name="kind"),
    IndexModel([("currency", ASCENDING), ("_id", DESCENDING)], name="currency"),
    IndexModel([("subscription_id", ASCENDING), ("_id", DESCENDING)], name="subscription"),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
)


class Subscription(Document):
    """A customer's subscription to one version of a plan.

    `current_period_*` is the last period that was billed, or the trial; it is cut short by a
    pause or another cycle. `next_billing_date` is the next day on which something happens, absent
    when nothing will; see billing.invoices.cycle. `end_date` is the first day without service,
    `planned_end_date` the one that was agreed at the start.
    """

    meta = {"collection": "subscriptions"}
    prefix = "sub"

    customer_id = me.StringField(required=True)
    plan_id = me.StringField(required=True)
    plan_version = me.IntField(required=True)
    quantity = me.IntField(required=True, default=1)
    price = PriceField()
    status = me.StringField(required=True, default="active")
    start_date = CalendarDateField(required=True)
    end_date = CalendarDateField()
    planned_end_date = CalendarDateField()
    trial_end_date = CalendarDateField()
    current_period_start = CalendarDateField()
    current_period_end = CalendarDateField()
    next_billing_date = CalendarDateField()
    billing_anchor = CalendarDateField(required=True)
    cancel_at_period_end = me.BooleanField(required=True, default=False)
    cancelled_at = me.DateTimeField()
    cancellation_reason = me.StringField()
    cancellation_reason_phrase = me.DictField()  # where not all of it is somebody's own words
    pause = me.DictField()  # {from, resumes_on, proration}
    pauses = me.ListField(me.DictField())  # all that began: [{from, to}]
    pending_change = me.DictField()
    coupon = me.DictField()  # see coupons.redeem; `since` is the first day it counted for
    period_coupon = me.DictField()  # the one of the current period where it was taken off since
    commitment = me.DictField()  # of the current period: {minimum, charged, full}
    usage_from = CalendarDateField()  # see usage.counting.usage_start
    usage_seq = me.IntField()  # raised whenever usage comes in
    mrr = me.IntField()  # absent until the first is earned; see subscriptions.mrr
    currency = me.StringField()  # of the MRR
    metadata = me.DictField()
    test_clock_id = me.StringField()

    @property
    def is_live(self) -> bool:
        """Whether service goes on or may go on again."""
        return self.status in LIVE

    @property
    def why_it_ends(self) -> str:
        """The reason, empty without one; a phrase where Duebill gave it words."""
        reason, phrase = self.cancellation_reason or "", self.cancellation_reason_phrase
        return told_again(reason, phrase) if reason and phrase else reason
