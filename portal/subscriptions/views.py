"""Subscriptions: list, detail, create, change."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.changes.change import update_subscription
from billing.customers.queries import customer_names, get_customer, list_customers
from billing.invoices.queries import is_overdue, list_invoices
from billing.invoices.subscribe import create_subscription
from billing.plans.queries import get_terms, plan_names
from billing.subscriptions.inputs import SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription, list_subscriptions
from portal.access import page
from portal.answers import done, form_page, timeline
from portal.forms import options
from portal.listing import listing, respond
from portal.subscriptions import ending
from portal.subscriptions.forms import ChangeForm, SubscribeForm
from portal.subscriptions.shown import charge_of, plan_choices
from portal.usage.shown import usage_card

blueprint = Blueprint("subscriptions", __name__, url_prefix="/subscriptions")
ending.add_to(blueprint)
STATUSES = [
    ("", "All"),
    ("active", "Active"),
    ("past_due", "Past due"),
    ("paused", "Paused"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
]


@blueprint.get("")
@page("read:subscriptions")
def index() -> ResponseReturnValue:
    """Search, filter and sort subscriptions."""
    found = listing(list_subscriptions, "q", "status", "customer_id", "plan_id")
    return respond(
        "subscriptions/index.html",
        "subscriptions/_results.html",
        found,
        statuses=STATUSES,
        customers=customer_names([row["customer_id"] for row in found.items]),
        plans=plan_names([row["plan_id"] for row in found.items]),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:subscriptions")
def create() -> ResponseReturnValue:
    """Choose a customer first, then what they get."""
    customer_id = request.args.get("customer_id")
    if not customer_id:
        found = listing(list_customers, "q")
        context = {"title": "New subscription", "trail": [("Subscriptions", url_for(".index"))]}
        return respond("_shared/pick_customer.html", "_shared/_pick.html", found, **context)
    customer = get_customer(customer_id)
    form = SubscribeForm(customer_id=customer_id, quantity=1, plan_id=request.args.get("plan_id"))
    form.plan_id.choices = options(plan_choices(chosen=form.plan_id.data))
    if subscription := form.submit(create_subscription):
        url = url_for(".detail", subscription_id=subscription.id)
        return done(f"{customer.name} is subscribed.", url)
    return form_page("subscriptions/form.html", form, customer=customer)


@blueprint.get("/<subscription_id>")
@page("read:subscriptions")
def detail(subscription_id: str) -> ResponseReturnValue:
    """All about one subscription."""
    subscription = get_subscription(subscription_id)
    return render_template(
        "subscriptions/detail.html",
        subscription=subscription,
        customer=get_customer(subscription.customer_id),
        charge=charge_of(subscription),
        invoices=list_invoices(subscription_id=subscription_id, limit=10),
        is_overdue=is_overdue,
        usage=usage_card(subscription_id),
        events=timeline(object_id=subscription_id),
    )


@blueprint.route("/<subscription_id>/change", methods=["GET", "POST"])
@page("write:subscriptions")
def change(subscription_id: str) -> ResponseReturnValue:
    """Another plan, quantity or price from the next period on."""
    subscription = get_subscription(subscription_id)
    form = ChangeForm(as_input(subscription), revision=subscription.revision)
    form.plan_id.choices = options(_plans_like(subscription))

    def save(data: SubscriptionChange) -> object:
        return update_subscription(subscription_id, data, form.expected_revision)

    if form.submit(save):
        url = url_for(".detail", subscription_id=subscription_id)
        return done("Changed from the next period on.", url)
    shown = {"subscription": subscription, "charge": charge_of(subscription)}
    return form_page("subscriptions/change.html", form, document=subscription, **shown)


def _plans_like(subscription: Subscription) -> list[tuple[str, str]]:
    """The present plan first, then those it can change to inside a running period."""
    terms = get_terms(subscription.plan_id, subscription.plan_version)
    present = (subscription.plan_id, f"{terms['name']} (as now)")
    return [present, *(c for c in plan_choices(terms) if c[0] != subscription.plan_id)]
