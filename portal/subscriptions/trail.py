"""What the pages that do something with a subscription say of it, and where they lead back."""

from flask import url_for
from flask_babel import gettext

from billing.customers.queries import get_customer
from billing.subscriptions.models import Subscription
from portal.subscriptions.shown import charge_of


def to_detail(subscription_id: str) -> str:
    """The subscription's own page."""
    return url_for("subscriptions.detail", subscription_id=subscription_id)


def trail(subscription: Subscription) -> list[tuple[str, str]]:
    """Labels and addresses that lead back to it."""
    name = charge_of(subscription).plan_name
    return [
        (gettext("Subscriptions"), url_for("subscriptions.index")),
        (name, to_detail(subscription.id)),
    ]


def what(subscription: Subscription) -> str:
    """`Acme has Team for $49.00 per month.`"""
    charge, customer = charge_of(subscription), get_customer(subscription.customer_id)
    return str(
        gettext(
            "%(customer)s has %(plan)s for %(terms)s.",
            customer=customer.name,
            plan=charge.plan_name,
            terms=charge.text,
        )
    )
