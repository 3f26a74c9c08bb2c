"""What a customer can do with a subscription now, so that nothing else is offered."""

from typing import Literal

from billing import clock
from billing.actors import current_actor
from billing.changes.possible import Action, actions_of
from billing.customers.queries import get_customer
from billing.database import Row
from billing.plans.queries import plans_on_offer, settled_terms
from billing.self_service.errors import NotOffered
from billing.self_service.origin import is_own_cancellation, is_own_change
from billing.seller import current_seller
from billing.seller.models import SelfService
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.transactions import operation, reading
from billing.users.permissions import OWN_ACCOUNT

Offer = Literal["change_quantity", "change_plan", "cancel", "keep", "revoke_change", "resume"]

_GROWING = frozenset({"trialing", "active"})
"""Who owes something settles that first."""


@reading
def offers_of(subscription_id: str) -> frozenset[Offer]:
    """What its state and the seller's settings allow today. Raises SubscriptionNotFound."""
    return _offers(get_subscription(subscription_id))


@operation
def offered(subscription_id: str, offer: Offer) -> Subscription:
    """The subscription, for an operation that does what is offered.

    Raises SubscriptionNotFound, ScopeMissing for who only looks, and NotOffered.
    """
    current_actor().require(OWN_ACCOUNT)
    subscription = get_subscription(subscription_id)
    if offer not in _offers(subscription):
        raise NotOffered("This cannot be done here now. Ask us, and we do it for you.")
    return subscription


def plans_for(subscription: Subscription) -> list[Row]:
    """The plans that the customer can change to, newest first."""
    terms = settled_terms(subscription.plan_id, subscription.plan_version)
    found = plans_on_offer(terms["currency"])
    return [plan for plan in found if plan["_id"] != subscription.plan_id]


def is_held(subscription: Subscription) -> bool:
    """Whether a change that the seller arranged waits: the customer's own would drop it."""
    return bool(subscription.pending_change) and not is_own_change(subscription)


def _offers(subscription: Subscription) -> frozenset[Offer]:
    row = subscription.row()
    customer = get_customer(subscription.customer_id)
    possible = actions_of(row, clock.today(customer.preferences.timezone))
    allowed = current_seller()["self_service"]
    found = {**_endings(subscription, possible, allowed), **_changes(subscription, allowed)}
    return frozenset(offer for offer, is_offered in found.items() if is_offered)


def _endings(
    subscription: Subscription, possible: frozenset[Action], allowed: SelfService
) -> dict[Offer, bool]:
    ends = subscription.cancel_at_period_end
    return {
        "cancel": "cancel" in possible and not ends and allowed["cancel"],
        "keep": "keep" in possible and allowed["cancel"] and is_own_cancellation(subscription),
        "revoke_change": "revoke_change" in possible and is_own_change(subscription),
        "resume": "resume" in possible and allowed["resume"],
    }


def _changes(subscription: Subscription, allowed: SelfService) -> dict[Offer, bool]:
    steady = not subscription.cancel_at_period_end and not subscription.pause
    if subscription.status not in _GROWING or not steady or is_held(subscription):
        return {}
    return {
        "change_quantity": allowed["change_quantity"] and has_seats(subscription),
        "change_plan": allowed["change_plan"] and bool(plans_for(subscription)),
    }


def has_seats(subscription: Subscription) -> bool:
    """Whether the quantity makes a difference to the price."""
    terms = settled_terms(subscription.plan_id, subscription.plan_version)
    charges = [charge for charge in terms.get("charges") or () if not charge.get("meter")]
    return any(part["pricing_model"] != "flat" for part in (terms, *charges))
