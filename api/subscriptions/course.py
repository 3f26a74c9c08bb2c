"""The course of a subscription: pausing it, going on, and what waits."""

from api.answers import One
from api.body import NoFields
from api.endpoint import Endpoints
from api.subscriptions.endpoints import MISSING, SUBSCRIPTION, WRITE
from billing.changes import change, pause
from billing.invoices.errors import SubscriptionNotBillable
from billing.subscriptions import errors
from billing.subscriptions.inputs import PauseSubscription, ResumeSubscription
from billing.subscriptions.models import Subscription

_ALL = (MISSING, errors.SubscriptionNotChangeable, SubscriptionNotBillable)

endpoints = Endpoints("Subscriptions", "Who gets what, since when, and what is billed next.")


@endpoints.post(
    "/subscriptions/<subscription_id>/pause",
    "Pause a subscription",
    scope=WRITE,
    body=(PauseSubscription,),
    answer=One(SUBSCRIPTION),
    revised=True,
    refusals=(*_ALL, errors.SubscriptionNotPausable, errors.PauseDateNotPossible),
)
def pause_subscription(
    subscription_id: str, body: PauseSubscription, revision: int | None
) -> Subscription:
    """Nothing is billed for its days; what is paid for them is given back unless told otherwise."""
    return pause.pause_subscription(subscription_id, body, revision)


@endpoints.post(
    "/subscriptions/<subscription_id>/resume",
    "Let a paused subscription go on",
    scope=WRITE,
    body=(ResumeSubscription,),
    answer=One(SUBSCRIPTION),
    revised=True,
    refusals=(*_ALL, errors.SubscriptionNotPaused, errors.PauseDateNotPossible),
)
def resume_subscription(
    subscription_id: str, body: ResumeSubscription, revision: int | None
) -> Subscription:
    """Today, with a new period, or on a later day; a pause that has not begun is dropped."""
    return pause.resume_subscription(subscription_id, body, revision)


@endpoints.post(
    "/subscriptions/<subscription_id>/revoke_change",
    "Drop the pending change",
    scope=WRITE,
    body=(NoFields,),
    answer=One(SUBSCRIPTION),
    revised=True,
    refusals=(*_ALL, errors.NoPendingChange),
)
def revoke_pending_change(
    subscription_id: str, body: NoFields, revision: int | None
) -> Subscription:
    """The subscription goes on as it is."""
    return change.revoke_pending_change(subscription_id, revision)
