"""A customer's own subscriptions: all of them, and one with what can be done with it."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.changes.preview import preview_next_invoice
from billing.invoices.queries import is_overdue, list_invoices
from billing.self_service.offers import is_held, offers_of
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription, list_subscriptions
from portal.access import page
from portal.listing import listing, respond
from portal.subscriptions.shown import agreed, charge_of, charge_on
from portal.usage.shown import entitlement_cards, usage_card


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    blueprint.add_url_rule("/subscriptions", "subscriptions", index)
    blueprint.add_url_rule("/subscriptions/<subscription_id>", "subscription", detail)


@page("read:subscriptions", audience="customer")
def index() -> ResponseReturnValue:
    """All of mine, ended ones too."""
    found = listing(list_subscriptions)
    charges = [(row, charge_on(row)) for row in found.items]
    return respond(
        "account/subscriptions.html", "account/_subscriptions.html", found, charges=charges
    )


@page("read:subscriptions", audience="customer")
def detail(subscription_id: str) -> ResponseReturnValue:
    """One of mine: its state, what is agreed, what I can do, and the next invoice."""
    found = get_subscription(subscription_id)
    entitlements = entitlement_cards(found.customer_id)
    return render_template(
        "account/subscription.html",
        subscription=found,
        charge=charge_of(found),
        agreed=agreed(found.row()),
        held=is_held(found),
        offers=offers_of(subscription_id),
        next_invoice=preview_next_invoice(subscription_id),
        usage=usage_card(subscription_id),
        entitlements=[card for card in entitlements if card.subscription_id == subscription_id],
        invoices=list_invoices(subscription_id=subscription_id, limit=10),
        is_overdue=is_overdue,
    )


def to_detail(subscription_id: str) -> str:
    """The address of the subscription's own page."""
    return url_for("account.subscription", subscription_id=subscription_id)


def trail(subscription: Subscription) -> list[tuple[str, str]]:
    """Labels and addresses that lead back to it."""
    name = charge_of(subscription).plan_name
    all_of_mine = (gettext("Subscriptions"), url_for("account.subscriptions"))
    return [all_of_mine, (name, to_detail(subscription.id))]
