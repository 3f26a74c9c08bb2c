"""Webhook endpoints: list, detail, create, edit. Admins only, by scope."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing import clock
from billing.database import Row
from billing.events.types import EVENT_TYPES
from billing.webhooks.inputs import WebhookEndpointInput, as_input
from billing.webhooks.queries import get_endpoint, lanes_of, list_deliveries
from billing.webhooks.save_endpoint import create_endpoint, update_endpoint
from billing.webhooks.secret_keys import live
from billing.webhooks.views import endpoint_view, endpoint_views
from billing.workers.heartbeats import workers_alive
from portal.access import page
from portal.answers import done, form_page, timeline
from portal.listing import respond
from portal.lists.export import add_export
from portal.shell import htmx
from portal.webhooks import deliveries, managing
from portal.webhooks.forms import EndpointForm
from portal.webhooks.listed import WEBHOOKS

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
deliveries.add_to(blueprint)
managing.add_to(blueprint)
add_export(blueprint, WEBHOOKS)

_RECENT = 10


@blueprint.get("")
@page("read:webhooks")
def index() -> ResponseReturnValue:
    """All endpoints, those that fail first."""
    found = WEBHOOKS.page()
    shown = sorted(endpoint_views(found.items), key=_in_need)
    context = {"endpoints": shown, "has_worker": _has_worker()}
    return respond("webhooks/index.html", "webhooks/_results.html", found, **context)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:webhooks", is_sensitive=True)
def create() -> ResponseReturnValue:
    """Add an endpoint; its secret is shown in the answer, and never again."""
    form = EndpointForm()
    if made := form.submit(create_endpoint):
        return managing.show_secret(
            made, gettext("The endpoint was added. It is told of what happens from now on.")
        )
    return form_page("webhooks/form.html", form, event_types=EVENT_TYPES)


@blueprint.get("/<webhook_endpoint_id>")
@page("read:webhooks")
def detail(webhook_endpoint_id: str) -> ResponseReturnValue:
    """All about one endpoint but its secret, and what was sent to it last."""
    endpoint = get_endpoint(webhook_endpoint_id)
    context: dict[str, Any] = {
        "endpoint": endpoint_view(endpoint.row()),
        "recent": list_deliveries(webhook_endpoint_id, limit=_RECENT),
        "has_worker": _has_worker(),
    }
    if htmx and htmx.target == "recent":
        return render_template("webhooks/_recent.html", **context)
    lane = lanes_of([webhook_endpoint_id]).get(webhook_endpoint_id, {})
    return render_template(
        "webhooks/detail.html",
        document=endpoint,
        failing_since=lane.get("failing_since"),
        secrets=live(list(endpoint.secrets), clock.wall_clock()),
        events=timeline(object_id=webhook_endpoint_id),
        **context,
    )


@blueprint.route("/<webhook_endpoint_id>/edit", methods=["GET", "POST"])
@page("write:webhooks", is_sensitive=True)
def edit(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Change an endpoint; what waits for it goes to the new address."""
    endpoint = get_endpoint(webhook_endpoint_id)
    form = EndpointForm(as_input(endpoint), revision=endpoint.revision)

    def save(data: WebhookEndpointInput) -> object:
        return update_endpoint(webhook_endpoint_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".detail", webhook_endpoint_id=webhook_endpoint_id))
    context = {"endpoint": endpoint, "event_types": EVENT_TYPES}
    return form_page("webhooks/form.html", form, document=endpoint, **context)


def _in_need(view: Row) -> tuple[bool, bool]:
    return view["failing_since"] is None, view["status"] != "enabled"


def _has_worker() -> bool:
    return bool(workers_alive("deliver"))
