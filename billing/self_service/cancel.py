"""Ending a subscription at the customer's wish, and taking that back."""

from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.self_service.inputs import EndSubscription
from billing.self_service.offers import offered
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.models import Subscription
from billing.transactions import operation


@operation
def cancel_own(
    subscription_id: str, data: EndSubscription, expected_revision: int | None = None
) -> Subscription:
    """Let it end with what is paid; at once where nothing is paid for, as in a pause.

    The reason is kept with the subscription and its event. Raises SubscriptionNotFound,
    ScopeMissing and NotOffered.
    """
    offered(subscription_id, "cancel")
    order = CancelSubscription(when="period_end").model_copy(update={"reason": data.reason})
    return cancel_subscription(subscription_id, order, expected_revision)


@operation
def keep_own(subscription_id: str, expected_revision: int | None = None) -> Subscription:
    """Take back the customer's own cancellation, until it ends.

    Raises SubscriptionNotFound, ScopeMissing and NotOffered.
    """
    offered(subscription_id, "keep")
    return keep_subscription(subscription_id, expected_revision)
