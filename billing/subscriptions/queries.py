"""Finding subscriptions. A customer's own actor finds only its own."""

from collections.abc import Collection
from datetime import date
from typing import Unpack

from billing.actors import own_customer_id
from billing.adoption import adopt_time_of
from billing.customers.queries import clock_customers, find_customer_ids
from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, days_between, paginate
from billing.plans.queries import version_numbers
from billing.subscriptions.errors import SubscriptionNotFound
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import LIVE, STATUSES

SORTS = {"created_at": "_id", "next_billing_date": "next_billing_date"}


def find_subscription(subscription_id: str) -> Subscription | None:
    """The subscription, or None. An operation lives at its test clock's time."""
    found: Subscription | None = Subscription.objects(**_own(id=subscription_id)).first()
    if found is not None:
        adopt_time_of(found.test_clock_id)
    return found


def get_subscription(subscription_id: str) -> Subscription:
    """The subscription. Raises SubscriptionNotFound."""
    if (subscription := find_subscription(subscription_id)) is None:
        raise SubscriptionNotFound("There is no such subscription.")
    return subscription


def get_subscription_row(subscription_id: str) -> Row:
    """The subscription as a plain row. Raises SubscriptionNotFound."""
    where: Row = {"_id": subscription_id}
    if own := own_customer_id():
        where["customer_id"] = own
    row = database().subscriptions.find_one(where)
    if row is None:
        raise SubscriptionNotFound("There is no such subscription.")
    adopt_time_of(row.get("test_clock_id"))
    return row


def customers_served(customer_ids: Collection[str]) -> set[str]:
    """Those of the customers who are served, or have elapsed periods still to be billed."""
    where = {
        "customer_id": {"$in": list(customer_ids)},
        "$or": [{"status": {"$in": sorted(LIVE)}}, {"next_billing_date": {"$gt": ""}}],
    }
    return set(database().subscriptions.distinct("customer_id", where))


def live_subscriptions(customer_id: str, most: int = 20) -> list[Subscription]:
    """The customer's subscriptions that go on or may go on again, newest first, at most `most`."""
    where = {"customer_id": customer_id, "status": {"$in": sorted(LIVE)}}
    found = Subscription.objects(**_own(), __raw__=where).order_by("-_id").limit(most)
    return list(found)


def subscriptions_of_ids(ids: Collection[str]) -> list[Row]:
    """The rows of these subscriptions, in one query."""
    where: Row = {"_id": {"$in": list(ids)}}
    if own := own_customer_id():
        where["customer_id"] = own
    return list(database().subscriptions.find(where))


def list_subscriptions(
    *,
    status: str | None = None,
    customer_id: str | None = None,
    plan_id: str | None = None,
    test_clock_id: str | None = None,
    billed_from: date | None = None,
    billed_before: date | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Subscriptions, newest first; `q` is an id or finds those of matching customers.

    `billed_from` (inclusive) and `billed_before` are of the next billing date.
    """
    filters = {"status": status, "customer_id": customer_id}
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if plan_id is not None:
        where = {**_subscribers(plan_id), **where}
    clauses = [where] if where else []
    if test_clock_id is not None:
        clauses.append(on_clock(test_clock_id))
    clauses += days_between("next_billing_date", billed_from, billed_before)
    if q and q.strip().startswith("sub_"):
        clauses.append({"_id": q.strip()})
    elif q:
        clauses.append({"customer_id": {"$in": find_customer_ids(q)}})
    if own := own_customer_id():
        clauses.append({"customer_id": own})
    where = clauses[0] if len(clauses) == 1 else {"$and": clauses} if clauses else {}
    return paginate("subscriptions", where, PageRequest(**page), sorts=SORTS)


def on_clock(test_clock_id: str | None = None) -> Row:
    """Those on the test clock, or on any, by whose they are: an index of their own would make
    every invoice of a run dearer (docs/performance.md)."""
    return {"customer_id": {"$in": clock_customers(test_clock_id)}}


def next_due() -> tuple[date, int] | None:
    """The earliest date on which something is to be billed, and how many are due on it.

    Those on test clocks are not counted.
    """
    first = database().subscriptions.find_one(
        {"next_billing_date": {"$gt": ""}, "test_clock_id": None},
        {"next_billing_date": 1},
        sort=[("next_billing_date", 1)],
    )
    if first is None:
        return None
    due = {"next_billing_date": first["next_billing_date"]}
    counted, made_up = database().subscriptions, {"test_clock_id": {"$gt": ""}, **on_clock()}
    # From the keys of an index; the few on test clocks are found by their customers.
    count = counted.count_documents(due, hint="next_billing") - counted.count_documents(
        {**due, **made_up}, hint="customer"
    )
    return date.fromisoformat(first["next_billing_date"]), count


def _subscribers(plan_id: str) -> Row:
    """Those of a plan. Where each part of the index before the id is named, MongoDB merges its
    stretches in the order of the ids instead of sorting all."""
    versions = version_numbers(plan_id)
    return {
        "plan_id": plan_id,
        "plan_version": {"$in": versions},
        "status": {"$in": list(STATUSES)},
    }


def _own(**where: str) -> dict[str, str]:
    own = own_customer_id()
    return {**where, "customer_id": own} if own else where
