"""Ending a subscription, taking that back, and billing it ahead of the run."""

from functools import partial

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.customers.queries import get_customer
from billing.invoices.inputs import GenerateInvoice
from billing.invoices.subscribe import generate_invoice
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from portal.access import page
from portal.answers import confirm_page, done
from portal.forms import InputForm
from portal.subscriptions.forms import CancelForm
from portal.subscriptions.shown import charge_of
from portal.template_helpers import date_text, money

_NO_REFUND = (
    "Nothing is refunded. Periods that began before the end and are not billed yet stay due."
)


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    for name, view in (("cancel", cancel), ("keep", keep), ("bill", bill)):
        blueprint.add_url_rule(f"/<subscription_id>/{name}", name, view, methods=["GET", "POST"])


@page("write:subscriptions")
def cancel(subscription_id: str) -> ResponseReturnValue:
    """Ask once when and why, then end it."""
    subscription = get_subscription(subscription_id)
    form = CancelForm(when="period_end", revision=subscription.revision)
    cancelled = partial(cancel_subscription, subscription_id)
    if ended := form.submit(lambda data: cancelled(data, form.expected_revision)):
        return done(_ended(ended), url_for(".detail", subscription_id=subscription_id))
    return confirm_page(
        form,
        "Cancel this subscription?",
        _what(subscription),
        _NO_REFUND,
        document=subscription,
        button="Cancel subscription",
        trail=_trail(subscription),
        danger=True,
        notes=_notes(subscription),
    )


@page("write:subscriptions")
def keep(subscription_id: str) -> ResponseReturnValue:
    """Take back a cancellation at the end of the period."""
    subscription = get_subscription(subscription_id)
    form = InputForm(revision=subscription.revision)
    if form.submit(lambda _: keep_subscription(subscription_id, form.expected_revision)):
        url = url_for(".detail", subscription_id=subscription_id)
        return done("The subscription goes on.", url)
    return confirm_page(
        form,
        "Keep this subscription?",
        f"It will not end on {date_text(subscription.end_date)} but be billed on as before.",
        document=subscription,
        button="Keep subscription",
        trail=_trail(subscription),
    )


@page("write:invoices")
def bill(subscription_id: str) -> ResponseReturnValue:
    """Bill what is due today without waiting for the run."""
    subscription = get_subscription(subscription_id)
    form = InputForm()
    order = GenerateInvoice(subscription_id=subscription_id)
    if invoice := form.submit(lambda _: generate_invoice(order)):
        url = url_for("invoices.detail", invoice_id=invoice.id)
        return done(f"{invoice.number} was issued.", url)
    return confirm_page(
        form,
        "Bill what is due now?",
        _what(subscription),
        f"The next billing date is {date_text(subscription.next_billing_date)}.",
        button="Bill now",
        trail=_trail(subscription),
    )


def _what(subscription: Subscription) -> str:
    charge, customer = charge_of(subscription), get_customer(subscription.customer_id)
    price = money(charge.amount, charge.currency)
    return f"{customer.name} has {charge.plan_name} for {price} {charge.cycle}."


def _notes(subscription: Subscription) -> dict[str, str]:
    end = date_text(subscription.current_period_end) if subscription.has_started else "its start"
    return {
        "period_end": f"Service goes on until {end}; you can take this back until then.",
        "now": "Service ends today. This cannot be taken back.",
    }


def _ended(subscription: Subscription) -> str:
    if subscription.is_live:
        return f"The subscription will end on {date_text(subscription.end_date)}."
    return "The subscription is cancelled."


def _trail(subscription: Subscription) -> list[tuple[str, str]]:
    own = url_for("subscriptions.detail", subscription_id=subscription.id)
    return [("Subscriptions", url_for("subscriptions.index")), ("Subscription", own)]
