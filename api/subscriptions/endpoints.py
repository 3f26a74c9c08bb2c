"""Subscriptions."""

from typing import Any

from api import references
from api.answers import One, PageOf, Resource, created
from api.body import NoFields, Patch
from api.endpoint import Endpoints
from api.patching import patched
from api.subscriptions.shapes import CancelQuery, SubscriptionQuery
from api.subscriptions.shapes import Subscription as SubscriptionShape
from billing.changes import cancel, change
from billing.coupons.errors import (
    CouponArchived,
    CouponExpired,
    CouponNotApplicable,
    CouponUnknown,
    CouponUsedUp,
)
from billing.customers.errors import CustomerDeleted, CustomerNotFound
from billing.database import Row
from billing.invoices import subscribe
from billing.invoices.errors import SubscriptionNotBillable
from billing.invoices.queries import latest_invoice_ids
from billing.pages import Page
from billing.plans.errors import PlanNotFound, PlanNotSubscribable
from billing.reading import is_left_out
from billing.subscriptions import errors, queries
from billing.subscriptions.inputs import (
    CancelSubscription,
    SubscriptionChange,
    SubscriptionInput,
    as_input,
)
from billing.subscriptions.models import Subscription
from billing.subscriptions.views import subscription_view

READ, WRITE = "read:subscriptions", "write:subscriptions"
MISSING = errors.SubscriptionNotFound
_COUPON = (CouponUnknown, CouponArchived, CouponExpired, CouponNotApplicable, CouponUsedUp)
CHANGE = (
    MISSING,
    PlanNotFound,
    PlanNotSubscribable,
    SubscriptionNotBillable,
    errors.SubscriptionNotChangeable,
    errors.PlanNotCompatible,
    errors.PriceNotWhole,
    *_COUPON,
)
CANCEL = (MISSING, errors.SubscriptionNotCancellable, SubscriptionNotBillable)
CREATE = (
    CustomerNotFound,
    CustomerDeleted,
    PlanNotFound,
    PlanNotSubscribable,
    errors.PriceNotWhole,
    errors.StartTooLongAgo,
    errors.EndBeforeStart,
    errors.AnchorNotPossible,
    SubscriptionNotBillable,
    *_COUPON,
)

endpoints = Endpoints("Subscriptions", "Who gets what, since when, and what is billed next.")
_patch = patched(queries.get_subscription, as_input, change.update_subscription)


def _shown(rows: list[Row]) -> list[dict[str, Any]]:
    unasked = not rows or is_left_out("latest_invoice_id")
    newest = {} if unasked else latest_invoice_ids([row["_id"] for row in rows])
    return [subscription_view(row, newest.get(row["_id"])) for row in rows]


SUBSCRIPTION = Resource(
    SubscriptionShape,
    lambda row: _shown([row])[0],
    _shown,
    references=(references.CUSTOMER, references.PLAN, references.LATEST_INVOICE),
    dear=("latest_invoice_id",),
    scope=READ,
    find=queries.subscriptions_of_ids,
)


@endpoints.get(
    "/subscriptions",
    "List subscriptions",
    scope=READ,
    query=SubscriptionQuery,
    answer=PageOf(SUBSCRIPTION),
)
def list_subscriptions(query: SubscriptionQuery) -> Page:
    """Newest first."""
    return queries.list_subscriptions(**query.arguments())


@endpoints.post(
    "/subscriptions",
    "Create a subscription",
    scope=WRITE,
    body=(SubscriptionInput,),
    answer=created(SUBSCRIPTION),
    refusals=CREATE,
)
def create_subscription(body: SubscriptionInput) -> Subscription:
    """One that starts today or earlier is invoiced at once, each period that has begun."""
    return subscribe.create_subscription(body)


@endpoints.get(
    "/subscriptions/<subscription_id>",
    "Show a subscription",
    scope=READ,
    answer=One(SUBSCRIPTION),
    refusals=(MISSING,),
)
def get_subscription(subscription_id: str) -> Subscription:
    """With the id of its newest invoice."""
    return queries.get_subscription(subscription_id)


@endpoints.put(
    "/subscriptions/<subscription_id>",
    "Replace a subscription's terms",
    scope=WRITE,
    body=(SubscriptionChange,),
    answer=One(SUBSCRIPTION),
    revised=True,
    refusals=CHANGE,
)
def update_subscription(
    subscription_id: str, body: SubscriptionChange, revision: int | None
) -> Subscription:
    """Splits the running period today, or waits for its end; what was billed stays as it is."""
    return change.update_subscription(subscription_id, body, revision)


@endpoints.patch(
    "/subscriptions/<subscription_id>",
    "Change a subscription",
    scope=WRITE,
    patch=SubscriptionChange,
    answer=One(SUBSCRIPTION),
    revised=True,
    refusals=CHANGE,
)
def patch_subscription(subscription_id: str, patch: Patch, revision: int | None) -> Subscription:
    """A JSON Merge Patch (RFC 7396). Splits the running period today, or waits for its end."""
    changed: Subscription = _patch(subscription_id, patch, revision)
    return changed


@endpoints.delete(
    "/subscriptions/<subscription_id>",
    "Cancel a subscription",
    scope=WRITE,
    query=CancelQuery,
    answer=One(SUBSCRIPTION),
    revised=True,
    refusals=CANCEL,
)
def cancel_subscription(
    subscription_id: str, query: CancelQuery, revision: int | None
) -> Subscription:
    """Now, or at the end of the billed period; what was used is billed at the end."""
    how = CancelSubscription(when=query.when, proration=query.proration, reason=query.reason)
    return cancel.cancel_subscription(subscription_id, how, revision)


@endpoints.post(
    "/subscriptions/<subscription_id>/reactivate",
    "Take back a cancellation at period end",
    scope=WRITE,
    body=(NoFields,),
    answer=One(SUBSCRIPTION),
    revised=True,
    refusals=(MISSING, errors.CancellationNotRevocable),
)
def reactivate_subscription(
    subscription_id: str, body: NoFields, revision: int | None
) -> Subscription:
    """Possible until the period has ended."""
    return cancel.keep_subscription(subscription_id, revision)
