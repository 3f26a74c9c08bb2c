"""Usage: all events, and recording some by hand."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy

from billing.customers.queries import customer_names, get_customer
from billing.subscriptions.queries import get_subscription
from billing.usage.queries import list_usage_events
from billing.usage.record_usage import record_by_hand
from portal.access import page
from portal.answers import done, form_page
from portal.forms import options
from portal.listing import listing, respond
from portal.subscriptions.trail import to_detail, trail
from portal.usage.forms import RecordForm, meter_choices

blueprint = Blueprint("usage", __name__)
ARRIVALS = [("", lazy("All")), ("yes", lazy("Late"))]


@blueprint.get("/usage")
@page("read:subscriptions")
def index() -> ResponseReturnValue:
    """Every event that came, filtered by what it is of."""
    names = ("meter", "subscription_id", "customer_id", "late")
    found = listing(list_usage_events, *names, convert={"late": bool})
    return respond(
        "usage/index.html",
        "usage/_results.html",
        found,
        arrivals=ARRIVALS,
        customers=customer_names([row["customer_id"] for row in found.items]),
    )


@blueprint.route("/subscriptions/<subscription_id>/usage/new", methods=["GET", "POST"])
@page("write:subscriptions")
def record(subscription_id: str) -> ResponseReturnValue:
    """Record usage by hand."""
    subscription = get_subscription(subscription_id)
    form = RecordForm()
    form.meter.choices = options(meter_choices())
    if form.submit(lambda data: record_by_hand(subscription_id, data)):
        return done("Recorded.", to_detail(subscription_id))
    return form_page(
        "usage/record.html",
        form,
        customer=get_customer(subscription.customer_id),
        trail=trail(subscription),
    )
