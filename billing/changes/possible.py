"""What can be done with a subscription now, so that nothing else is offered."""

from datetime import date
from typing import Literal

from billing import clock
from billing.customers.queries import get_customer
from billing.database import Row
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.states import LIVE
from billing.transactions import reading

Action = Literal[
    "change", "revoke_change", "pause", "resume", "cancel", "cancel_at_period_end", "keep", "bill"
]


@reading
def possible_actions(subscription_id: str) -> frozenset[Action]:
    """What its state allows today. Raises SubscriptionNotFound."""
    subscription = get_subscription(subscription_id)
    customer = get_customer(subscription.customer_id)
    return actions_of(subscription.row(), clock.today(customer.preferences.timezone))


def actions_of(row: Row, today: date) -> frozenset[Action]:
    """Pure: what a subscription's row allows. Billing it is possible once something is due."""
    due = row.get("next_billing_date")
    found: dict[Action, bool] = {"bill": bool(due and due <= today.isoformat())}
    if row["status"] in LIVE:
        has_begun, ends = bool(row.get("current_period_end")), row["cancel_at_period_end"]
        pause = row.get("pause")
        found |= {
            "change": True,
            "revoke_change": bool(row.get("pending_change")),
            "pause": row["status"] == "active" and has_begun and not pause,
            "resume": bool(pause),
            "cancel": True,
            "cancel_at_period_end": has_begun and not ends and row["status"] != "paused",
            "keep": ends,
        }
    return frozenset(action for action, possible in found.items() if possible)
