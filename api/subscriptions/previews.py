"""What changes of a subscription would do, to the cent, with nothing written."""

from collections.abc import Callable
from typing import Any

from api.answers import Plain
from api.endpoint import Endpoints
from api.subscriptions.endpoints import CANCEL, CHANGE, CREATE, MISSING, READ, SUBSCRIPTION
from api.subscriptions.shapes import NextInvoice, SubscriptionPreview
from billing.changes import cancel, change, pause
from billing.changes.preview import preview_change, preview_next_invoice
from billing.database import Row
from billing.invoices import subscribe
from billing.invoices.errors import SubscriptionNotBillable
from billing.invoices.views import invoice_view, line_view
from billing.subscriptions import errors
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    SubscriptionChange,
    SubscriptionInput,
)
from billing.subscriptions.models import Subscription

endpoints = Endpoints("Subscriptions", "Who gets what, since when, and what is billed next.")
_PREVIEW = Plain(SubscriptionPreview)


@endpoints.post(
    "/subscriptions/preview",
    "Preview a new subscription",
    scope=READ,
    body=(SubscriptionInput,),
    answer=_PREVIEW,
    in_stages=True,
    refusals=CREATE,
)
def preview_subscription(body: SubscriptionInput) -> Row:
    """The body is that of creating one."""
    return _shown(lambda: subscribe.create_subscription(body))


@endpoints.post(
    "/subscriptions/<subscription_id>/preview",
    "Preview a change",
    scope=READ,
    body=(SubscriptionChange,),
    answer=_PREVIEW,
    in_stages=True,
    refusals=CHANGE,
)
def preview_subscription_change(subscription_id: str, body: SubscriptionChange) -> Row:
    """The body is that of PUT."""
    return _shown(lambda: change.update_subscription(subscription_id, body))


@endpoints.post(
    "/subscriptions/<subscription_id>/preview_cancel",
    "Preview a cancellation",
    scope=READ,
    body=(CancelSubscription,),
    answer=_PREVIEW,
    in_stages=True,
    refusals=CANCEL,
)
def preview_cancellation(subscription_id: str, body: CancelSubscription) -> Row:
    """What ending it so would bill or give back."""
    return _shown(lambda: cancel.cancel_subscription(subscription_id, body))


@endpoints.post(
    "/subscriptions/<subscription_id>/preview_pause",
    "Preview a pause",
    scope=READ,
    body=(PauseSubscription,),
    answer=_PREVIEW,
    in_stages=True,
    refusals=(
        MISSING,
        SubscriptionNotBillable,
        errors.SubscriptionNotChangeable,
        errors.SubscriptionNotPausable,
        errors.PauseDateNotPossible,
    ),
)
def preview_pause(subscription_id: str, body: PauseSubscription) -> Row:
    """What pausing it so would give back."""
    return _shown(lambda: pause.pause_subscription(subscription_id, body))


@endpoints.get(
    "/subscriptions/<subscription_id>/next_invoice",
    "Preview the next invoice",
    scope=READ,
    answer=Plain(NextInvoice),
    refusals=(MISSING,),
)
def get_next_invoice(subscription_id: str) -> Row:
    """As it would be if nothing changed until then; usage so far is on it."""
    row = preview_next_invoice(subscription_id)
    return {"object": "next_invoice", "invoice": _invoice(row)}


def _shown(work: Callable[[], Subscription]) -> Row:
    found = preview_change(work)
    subscription: dict[str, Any] = SUBSCRIPTION.view(found.subscription)
    return {
        "object": "subscription_preview",
        "subscription": subscription,
        "invoices": [invoice_view(row) for row in found.invoices],
        "waiting": [line_view(line) for line in found.waiting],
        "next_invoice": _invoice(found.next_invoice),
    }


def _invoice(row: Row | None) -> Row | None:
    return invoice_view(row) if row else None
