"""Who agreed on what a subscription has before it: its customer, or the seller.

What the seller arranged, such as a new price from the next period on, a customer cannot drop.
"""

from billing.database import Row, database
from billing.subscriptions.models import Subscription


def is_own_change(subscription: Subscription) -> bool:
    """Whether the change that waits was asked for by the customer."""
    event = _latest(subscription, "subscription.change_scheduled")
    return bool(event) and _is_by(subscription, event)


def is_own_cancellation(subscription: Subscription) -> bool:
    """Whether the customer cancelled, and no change of the seller's was dropped by it.

    Taking it back would otherwise be a way around that change.
    """
    event = _latest(subscription, "subscription.cancellation_scheduled")
    if not event or not _is_by(subscription, event):
        return False
    dropped = (event.get("changes") or {}).get("pending_change")
    return not (dropped and dropped[0]) or is_own_change(subscription)


def _latest(subscription: Subscription, type_: str) -> Row:
    where = {"object_id": subscription.id, "type": type_}
    return database().events.find_one(where, sort=[("_id", -1)]) or {}


def _is_by(subscription: Subscription, event: Row) -> bool:
    """Whether a user of the customer did it, who may have left since."""
    user = database().users.find_one({"_id": event["actor"]["id"]}, {"role": 1, "customer_id": 1})
    return bool(
        user and user["role"] == "customer" and user["customer_id"] == subscription.customer_id
    )
