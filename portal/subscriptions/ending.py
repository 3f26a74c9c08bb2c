"""Ending a subscription, taking that back, and billing it ahead of the run."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.changes.possible import possible_actions
from billing.invoices.inputs import GenerateInvoice
from billing.invoices.subscribe import generate_invoice
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from portal.access import page
from portal.answers import done
from portal.forms import InputForm, options
from portal.subscriptions.forms import CancelForm
from portal.subscriptions.previews import act_page, preview_of
from portal.subscriptions.shown import charge_of
from portal.subscriptions.trail import to_detail, trail, what
from portal.values import date_text


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    for name, view in (("cancel", cancel), ("keep", keep), ("bill", bill)):
        blueprint.add_url_rule(f"/<subscription_id>/{name}", name, view, methods=["GET", "POST"])


@page("write:subscriptions")
def cancel(subscription_id: str) -> ResponseReturnValue:
    """Ask when and why, and show the final invoice or the credit, then end it."""
    subscription = get_subscription(subscription_id)
    form = _cancel_form(subscription)

    def act(data: CancelSubscription, revision: int | None = None) -> Subscription:
        return cancel_subscription(subscription_id, data, revision)

    if ended := form.submit(lambda data: act(data, form.expected_revision)):
        return done(_ended(ended), to_detail(subscription_id))
    return act_page(
        "subscriptions/act.html",
        form,
        preview_of(form, act, charge_of(subscription).currency),
        document=subscription,
        title=gettext("Cancel subscription"),
        sub=what(subscription),
        button=gettext("Cancel subscription"),
        trail=trail(subscription),
        danger=True,
        notes=_notes(subscription),
    )


@page("write:subscriptions")
def keep(subscription_id: str) -> ResponseReturnValue:
    """Take back a cancellation at the end of the period."""
    subscription = get_subscription(subscription_id)
    form = InputForm(revision=subscription.revision)

    def act(_: object, revision: int | None = None) -> Subscription:
        return keep_subscription(subscription_id, revision)

    if form.submit(lambda data: act(data, form.expected_revision)):
        return done("The subscription goes on.", to_detail(subscription_id))
    return act_page(
        "subscriptions/act.html",
        form,
        preview_of(form, act, charge_of(subscription).currency),
        document=subscription,
        title=gettext("Keep subscription"),
        sub=what(subscription),
        lines=[
            gettext(
                "It will not end on %(day)s but go on as before.",
                day=date_text(subscription.end_date),
            )
        ],
        button=gettext("Keep subscription"),
        trail=trail(subscription),
    )


@page("write:invoices")
def bill(subscription_id: str) -> ResponseReturnValue:
    """Bill what is due today without waiting for the run."""
    subscription = get_subscription(subscription_id)
    form, order = InputForm(), GenerateInvoice(subscription_id=subscription_id)

    def act(_: object) -> Subscription:
        generate_invoice(order)
        return get_subscription(subscription_id)

    if invoice := form.submit(lambda _: generate_invoice(order)):
        url = url_for("invoices.detail", invoice_id=invoice.id)
        return done(gettext("%(number)s was issued.", number=invoice.number), url)
    return act_page(
        "subscriptions/act.html",
        form,
        preview_of(form, act, charge_of(subscription).currency),
        title=gettext("Bill what is due now"),
        sub=what(subscription),
        lines=[
            gettext(
                "The next billing date is %(day)s.", day=date_text(subscription.next_billing_date)
            )
        ],
        button=gettext("Bill now"),
        trail=trail(subscription),
    )


def _cancel_form(subscription: Subscription) -> CancelForm:
    """It can end with its paid period where it has one that goes on, or today."""
    whens = [("now", lazy("Today"))]
    if "cancel_at_period_end" in possible_actions(subscription.id):
        whens.insert(0, ("period_end", lazy("At the end of the paid period")))
    form = CancelForm(when=whens[0][0], proration="none", revision=subscription.revision)
    form.when.choices = options(whens)
    return form


def _notes(subscription: Subscription) -> dict[str, str]:
    end = date_text(subscription.current_period_end)
    return {
        "period_end": gettext(
            "Service goes on until %(day)s; you can take this back until then.", day=end
        ),
        "now": gettext("Service ends today. This cannot be taken back."),
        "credit": gettext("What is not invoiced then becomes the customer's credit."),
        "none": gettext("Periods that began before and are not billed yet stay due."),
    }


def _ended(subscription: Subscription) -> str:
    if subscription.is_live:
        day = date_text(subscription.end_date)
        return str(gettext("The subscription will end on %(day)s.", day=day))
    return str(gettext("The subscription is cancelled."))
