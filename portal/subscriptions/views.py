"""Subscriptions: list, detail, create, change."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.changes.change import update_subscription
from billing.changes.possible import possible_actions
from billing.changes.preview import preview_next_invoice
from billing.customers.queries import customer_names, get_customer, list_customers
from billing.invoices.pending_queries import waiting_lines
from billing.invoices.queries import is_overdue, list_invoices
from billing.invoices.subscribe import create_subscription
from billing.plans.queries import plan_names
from billing.subscriptions.inputs import SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from portal.access import page
from portal.answers import done, timeline
from portal.bulk.pages import add_bulk
from portal.forms import options
from portal.listing import listing, respond
from portal.lists.export import add_export
from portal.subscriptions import ending, pausing
from portal.subscriptions.coming import coming
from portal.subscriptions.forms import ChangeForm, SubscribeForm
from portal.subscriptions.listed import SUBSCRIPTIONS
from portal.subscriptions.previews import act_page, preview_of
from portal.subscriptions.shown import (
    agreed,
    charge_of,
    coupon_text,
    pending_text,
    plan_choices,
)
from portal.usage.shown import usage_card

blueprint = Blueprint("subscriptions", __name__, url_prefix="/subscriptions")
ending.add_to(blueprint)
pausing.add_to(blueprint)
add_export(blueprint, SUBSCRIPTIONS)
add_bulk(blueprint, SUBSCRIPTIONS)
blueprint.add_app_template_filter(coupon_text)
STATUSES = [
    ("", lazy("All")),
    ("trialing", lazy("Trial")),
    ("active", lazy("Active")),
    ("past_due", lazy("Past due")),
    ("unpaid", lazy("Unpaid")),
    ("paused", lazy("Paused")),
    ("cancelled", lazy("Cancelled")),
    ("expired", lazy("Expired")),
]


@blueprint.get("")
@page("read:subscriptions")
def index() -> ResponseReturnValue:
    """Search, filter and sort subscriptions."""
    found = SUBSCRIPTIONS.page()
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
    if not (customer_id := request.args.get("customer_id")):
        return _pick_customer()
    customer, chosen = get_customer(customer_id), request.args.get("plan_id")
    plans = plan_choices(chosen=request.form.get("plan_id", chosen))
    first = plans[0][0] if plans else None
    form = SubscribeForm(customer_id=customer_id, quantity=1, plan_id=chosen or first)
    form.plan_id.choices = options(plans)
    if subscription := form.submit(create_subscription):
        url = url_for(".detail", subscription_id=subscription.id)
        return done(gettext("%(name)s is subscribed.", name=customer.name), url)
    preview = preview_of(form, create_subscription, form.amounts_in) if plans else None
    return act_page("subscriptions/form.html", form, preview, customer=customer)


def _pick_customer() -> ResponseReturnValue:
    found = listing(list_customers, "q")
    if plan_id := request.args.get("plan_id", "")[:60]:
        found.carried = {"plan_id": plan_id}
    trail = [(gettext("Subscriptions"), url_for(".index"))]
    context = {"title": gettext("New subscription"), "trail": trail}
    return respond("_shared/pick_customer.html", "_shared/_pick.html", found, **context)


@blueprint.get("/<subscription_id>")
@page("read:subscriptions")
def detail(subscription_id: str) -> ResponseReturnValue:
    """All about one subscription, and what can be done with it now."""
    subscription = get_subscription(subscription_id)
    possible = possible_actions(subscription_id)
    next_invoice = preview_next_invoice(subscription_id)
    return render_template(
        "subscriptions/detail.html",
        subscription=subscription,
        customer=get_customer(subscription.customer_id),
        charge=charge_of(subscription),
        agreed=agreed(subscription.row()),
        possible=possible,
        waiting=waiting_lines(subscription_id),
        next_invoice=next_invoice,
        coming=coming(subscription.row(), next_invoice, possible),
        usage=usage_card(subscription_id),
        invoices=list_invoices(subscription_id=subscription_id, limit=10),
        is_overdue=is_overdue,
        events=timeline(object_id=subscription_id),
    )


@blueprint.route("/<subscription_id>/change", methods=["GET", "POST"])
@page("write:subscriptions")
def change(subscription_id: str) -> ResponseReturnValue:
    """Another plan, quantity, price or coupon: today, or with the next period."""
    subscription = get_subscription(subscription_id)
    charge = charge_of(subscription)
    form = ChangeForm(as_input(subscription), revision=subscription.revision)
    form.plan_id.choices = options(_plans_like(subscription, charge.currency))

    def act(data: SubscriptionChange, revision: int | None = None) -> Subscription:
        return update_subscription(subscription_id, data, revision)

    if changed := form.submit(lambda data: act(data, form.expected_revision)):
        url = url_for(".detail", subscription_id=subscription_id)
        return done(pending_text(changed.row()) or gettext("Changed."), url)
    preview = preview_of(form, act, charge.currency)
    return act_page(
        "subscriptions/change.html",
        form,
        preview,
        document=subscription,
        subscription=subscription,
        charge=charge,
        pending=pending_text(subscription.row()),
    )


def _plans_like(subscription: Subscription, currency: str) -> list[tuple[str, str]]:
    """The present plan first, then those that it can change to."""
    as_now = gettext("%(plan)s (as now)", plan=charge_of(subscription).plan_name)
    present = (subscription.plan_id, str(as_now))
    others = plan_choices(currency)
    return [present, *(choice for choice in others if choice[0] != subscription.plan_id)]
