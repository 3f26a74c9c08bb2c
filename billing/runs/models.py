"""A billing run, its chunks of work and what it had to skip."""

import mongoengine as me
from pymongo import ASCENDING, IndexModel

from billing.documents import CalendarDateField, Document
from billing.indexes import NEWEST, declare_indexes

DAILY = "billing_daily"
"""One document: the day of the last daily run, which run it is, and who watches it until when."""

declare_indexes("billing_runs", NEWEST)
declare_indexes("books_checks")
declare_indexes(DAILY)
declare_indexes("dry_runs")
# A chunk is some due subscriptions, worked on by whoever holds its lease; done ones are removed.
declare_indexes(
    "run_chunks",
    IndexModel([("run_id", ASCENDING), ("_id", ASCENDING)], name="run"),
    IndexModel([("run_id", ASCENDING), ("leased_until", ASCENDING)], name="leases"),
)
declare_indexes("run_skips", IndexModel([("run_id", ASCENDING), ("_id", ASCENDING)], name="run"))


def skip_key(run_id: str, subscription_id: str) -> str:
    """The id of a skip: a run skips a subscription once."""
    return f"{run_id}:{subscription_id}"


class BillingRun(Document):
    """One run over all that is due. Its counts are raised in the transactions that they count.

    Without `as_of_date` each customer's own today decides. `due_subscriptions` is how many were
    found due at the start, `done_subscriptions` how many of them were looked at so far. A run that
    was approved after a dry run knows what it may bill: `approved` and, where it was refused for
    it, what was `found`, are {currency: {invoices, amount}}.
    """

    meta = {"collection": "billing_runs"}
    prefix = "run"

    as_of_date = CalendarDateField()
    status = me.StringField(required=True, default="preparing")
    cut = me.StringField()  # which chunks are the run's, see chunks.make_chunks
    due_subscriptions = me.IntField(required=True, default=0)
    done_subscriptions = me.IntField(required=True, default=0)
    invoiced = me.IntField(required=True, default=0)
    ended = me.IntField(required=True, default=0)
    skipped = me.IntField(required=True, default=0)
    still_due = me.IntField()
    sums = me.DictField()
    dry_run_id = me.StringField()
    approved_by = me.StringField()
    approved = me.DictField()
    found = me.DictField()
    worked_for = me.DictField()  # in whose name workers on other machines act: type, id, name
    heartbeat_at = me.DateTimeField()
    finished_at = me.DateTimeField()
