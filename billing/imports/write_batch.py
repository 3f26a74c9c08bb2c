"""Writing a batch of entries in one transaction: customers, subscriptions and their events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from billing import clock
from billing.customers.models import Customer
from billing.customers.rows import new_customer_row
from billing.database import Row, database
from billing.events.journal import difference
from billing.events.models import event_row
from billing.imports.entries import Entry
from billing.imports.reasons import by_import
from billing.plans.models import Plan
from billing.seller import Seller, current_seller
from billing.subscriptions.models import Subscription
from billing.subscriptions.start import new_subscription
from billing.subscriptions.states import check_move
from billing.transactions import operation


@dataclass(frozen=True, slots=True)
class _Rows:
    """All that one entry is stored as."""

    key: str
    customer: Row
    subscription: Row
    events: list[Row]


def write_batch(entries: list[Entry], plans: Mapping[str, Plan], mapping_name: str) -> int:
    """Write those entries whose key no customer has yet; how many that were.

    All of them or none, so a batch that was cut off is simply written again.
    """
    there = existing_keys([entry.key for entry in entries])
    fresh = [entry for entry in entries if entry.key not in there]
    # Made before the transaction, which is the shorter for it.
    seller = current_seller()
    rows = [_rows(entry, plans[entry.plan], mapping_name, seller) for entry in fresh]
    return _insert(rows) if rows else 0


@operation
def _insert(rows: list[_Rows]) -> int:
    there = existing_keys([row.key for row in rows])  # another import may have been faster
    fresh = [row for row in rows if row.key not in there]
    if fresh:
        database().customers.insert_many([row.customer for row in fresh], ordered=False)
        database().subscriptions.insert_many([row.subscription for row in fresh], ordered=False)
        events = [event for row in fresh for event in row.events]
        database().events.insert_many(events, ordered=False)
    return len(fresh)


def existing_keys(keys: list[str]) -> set[str]:
    """Those of the keys that a customer has, a deleted one included."""
    found = database().customers.find({"external_id": {"$in": keys}}, {"external_id": 1})
    return {row["external_id"] for row in found}


def _rows(entry: Entry, plan: Plan, mapping_name: str, seller: Seller) -> _Rows:
    reason = by_import(mapping_name, entry.row.line)
    stored = new_customer_row(entry.customer, seller)
    customer = Customer._from_son(stored)
    subscription = _subscription(entry, customer, plan)
    begun = subscription.row()
    events = [
        _event("customer.created", stored, {}, reason),
        _event("subscription.created", begun, {}, reason),
    ]
    if entry.cancelled_on:
        type_ = _cancel(subscription, entry.cancelled_on, entry.reason, _today(customer))
        ended = subscription.row()
        events.append(_event(type_, ended, begun, reason))
        begun = ended
    return _Rows(entry.key, stored, begun, events)


def _subscription(entry: Entry, customer: Customer, plan: Plan) -> Subscription:
    ids = {"customer_id": customer.id, "plan_id": plan.id}
    return new_subscription(customer, plan, entry.subscription.model_copy(update=ids))


def _cancel(subscription: Subscription, day: date, reason: str | None, today: date) -> str:
    """End the subscription on `day`: it has ended then, or will; the event's type.

    Periods that began before stay due. One that ended on its first day bills nothing.
    """
    subscription.end_date, subscription.cancellation_reason = day, reason
    if day > today:
        subscription.cancel_at_period_end = True
        return "subscription.cancellation_scheduled"
    check_move(subscription.status, "cancelled")
    subscription.status = "cancelled"
    subscription.cancelled_at = datetime.combine(day, time(), UTC)
    if day <= subscription.next_billing_date:
        subscription.next_billing_date = None
    return "subscription.cancelled"


def _today(customer: Customer) -> date:
    return clock.today(customer.preferences.timezone)


def _event(type_: str, row: Row, before: Row, reason: str) -> Row:
    customer_id = row.get("customer_id", row["_id"])
    changes = difference(before, row)
    return event_row(type_, row["_id"], customer_id=customer_id, changes=changes, reason=reason)
