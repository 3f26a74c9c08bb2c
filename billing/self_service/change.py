"""Other seats or another plan, chosen by the customer."""

from billing.changes.change import revoke_pending_change, update_subscription
from billing.changes.pause import resume_subscription
from billing.inputs import merge
from billing.self_service.errors import NothingChanged, PlanNotOffered
from billing.self_service.inputs import ChangePlan, ChangeQuantity
from billing.self_service.offers import offered, plans_for
from billing.subscriptions.inputs import SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.transactions import operation


@operation
def change_own_quantity(
    subscription_id: str, data: ChangeQuantity, expected_revision: int | None = None
) -> Subscription:
    """Change the seats; plan, price and coupon stay. Prorated as the seller's settings say.

    Raises SubscriptionNotFound, ScopeMissing, NotOffered, NothingChanged and what
    update_subscription raises.
    """
    subscription = offered(subscription_id, "change_quantity")
    if data.quantity == subscription.quantity:
        raise NothingChanged("You have that many now; choose another number.", field="quantity")
    change = merge(SubscriptionChange, as_input(subscription), data.model_dump())
    return update_subscription(subscription_id, change, expected_revision)


@operation
def change_own_plan(
    subscription_id: str, data: ChangePlan, expected_revision: int | None = None
) -> Subscription:
    """Change to a plan that customers may choose, at its present price.

    Raises SubscriptionNotFound, ScopeMissing, NotOffered, PlanNotOffered and what
    update_subscription raises.
    """
    subscription = offered(subscription_id, "change_plan")
    if data.plan_id not in {plan["_id"] for plan in plans_for(subscription)}:
        raise PlanNotOffered("is not one that you can change to here", field="plan_id")
    wanted = {**data.model_dump(), "price": None}
    change = merge(SubscriptionChange, as_input(subscription), wanted)
    return update_subscription(subscription_id, change, expected_revision)


@operation
def revoke_own_change(subscription_id: str, expected_revision: int | None = None) -> Subscription:
    """Drop the change that the customer asked for and that waits for the next period.

    Raises SubscriptionNotFound, ScopeMissing and NotOffered.
    """
    offered(subscription_id, "revoke_change")
    return revoke_pending_change(subscription_id, expected_revision)


@operation
def resume_own(subscription_id: str, expected_revision: int | None = None) -> Subscription:
    """Let a paused subscription go on today, or drop a pause that has not begun.

    Raises SubscriptionNotFound, ScopeMissing and NotOffered.
    """
    offered(subscription_id, "resume")
    return resume_subscription(subscription_id, None, expected_revision)
