"""Changing a subscription from its next period on."""

from billing.database import operation
from billing.events.journal import update
from billing.plans.queries import get_terms
from billing.subscriptions.errors import PlanNotCompatible, SubscriptionNotChangeable
from billing.subscriptions.inputs import SubscriptionChange
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.start import check_price, get_subscribable_plan


@operation
def update_subscription(
    subscription_id: str, data: SubscriptionChange, expected_revision: int | None = None
) -> Subscription:
    """Replace plan, quantity, price and metadata; what was billed stays as it was billed.

    Raises SubscriptionNotFound, StaleRevision, SubscriptionNotChangeable, PlanNotSubscribable
    and PlanNotCompatible.
    """
    subscription = get_subscription(subscription_id)
    subscription.check_revision(expected_revision)
    if not subscription.is_live:
        raise SubscriptionNotChangeable(
            f"This subscription is {subscription.status}; it can no longer be changed."
        )
    if data.plan_id != subscription.plan_id:
        _switch_plan(subscription, data.plan_id)
    _check_price(subscription, data)
    subscription.quantity, subscription.price = data.quantity, data.price
    subscription.metadata = data.metadata
    update(subscription, "subscription.updated")
    return subscription


def _switch_plan(subscription: Subscription, plan_id: str) -> None:
    plan = get_subscribable_plan(plan_id)
    terms = get_terms(subscription.plan_id, subscription.plan_version)
    for name in ("currency", "billing_cycle", "interval_count"):
        if getattr(plan, name) != terms[name]:
            raise PlanNotCompatible(
                f"The plan's {name} is {getattr(plan, name)}, the present one's {terms[name]}; "
                "cancel at period end and subscribe anew.",
                field="plan_id",
            )
    subscription.plan_id, subscription.plan_version = plan.id, plan.version


def _check_price(subscription: Subscription, data: SubscriptionChange) -> None:
    terms = get_terms(subscription.plan_id, subscription.plan_version)
    check_price(terms, data.price, data.quantity)
