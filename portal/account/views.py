"""A customer's own pages. Every query is confined to them by the actor."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from billing.actors import own_customer_id
from billing.changes.preview import preview_next_invoice
from billing.credit_notes.queries import credit_notes_of
from billing.customers.queries import get_customer
from billing.database import Row
from billing.invoices.queries import get_invoice, is_overdue, list_invoices
from billing.payments.queries import payments_of
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import (
    get_subscription,
    list_subscriptions,
    live_subscriptions,
)
from portal.access import page
from portal.listing import listing, respond
from portal.subscriptions.shown import Charge, agreed, charge_of
from portal.usage.shown import entitlement_cards, usage_card

blueprint = Blueprint("account", __name__, url_prefix="/account")
STATUSES = [("", "All"), ("open", "Open"), ("paid", "Paid"), ("void", "Void")]


@blueprint.get("")
@page("read:customers", audience="customer")
def index() -> ResponseReturnValue:
    """What I pay, when next, and what is open."""
    own = get_customer(own_customer_id() or abort(404))
    return render_template(
        "account/index.html",
        customer=own,
        live=[_shown(subscription) for subscription in live_subscriptions(own.id)],
        unpaid=list_invoices(status="open", limit=10),
        is_overdue=is_overdue,
        entitlements=entitlement_cards(own.id),
    )


@blueprint.get("/subscriptions")
@page("read:subscriptions", audience="customer")
def subscriptions() -> ResponseReturnValue:
    """All of mine, ended ones too."""
    found = listing(list_subscriptions)
    rows = [get_subscription(row["_id"]) for row in found.items]
    charges = [(subscription, charge_of(subscription)) for subscription in rows]
    return respond(
        "account/subscriptions.html", "account/_subscriptions.html", found, charges=charges
    )


@blueprint.get("/subscriptions/<subscription_id>")
@page("read:subscriptions", audience="customer")
def subscription(subscription_id: str) -> ResponseReturnValue:
    """One of mine: its state, what is agreed, and the next invoice."""
    found = get_subscription(subscription_id)
    return render_template(
        "account/subscription.html",
        subscription=found,
        charge=charge_of(found),
        agreed=agreed(found.row()),
        next_invoice=preview_next_invoice(subscription_id),
        usage=usage_card(subscription_id),
        invoices=list_invoices(subscription_id=subscription_id, limit=10),
        is_overdue=is_overdue,
    )


def _shown(subscription: Subscription) -> tuple[Subscription, Charge, Row | None]:
    """With what a period costs, and the invoice that comes next."""
    return subscription, charge_of(subscription), preview_next_invoice(subscription.id)


@blueprint.get("/invoices")
@page("read:invoices", audience="customer")
def invoices() -> ResponseReturnValue:
    """All of mine that were issued."""
    found = listing(list_invoices, "status")
    return respond(
        "account/invoices.html",
        "account/_invoices.html",
        found,
        statuses=STATUSES,
        is_overdue=is_overdue,
    )


@blueprint.get("/invoices/<invoice_id>")
@page("read:invoices", audience="customer")
def invoice(invoice_id: str) -> ResponseReturnValue:
    """One of mine, with how each line came about."""
    found = get_invoice(invoice_id)
    return render_template(
        "account/invoice.html",
        invoice=found,
        overdue=is_overdue(found.row()),
        payments=payments_of(invoice_id),
        credit_notes=credit_notes_of(invoice_id),
    )
