"""What was sent to an endpoint: look at it, send it again, try the endpoint out."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from billing.server_clock import ServerClock
from billing.webhooks.message import headers_of
from billing.webhooks.queries import get_delivery, get_endpoint, list_deliveries
from billing.webhooks.replay import Replayed, replay_delivery, replay_failed, replay_range
from billing.webhooks.send_test import send_test
from portal.access import page
from portal.answers import confirm_page, done
from portal.forms import InputForm
from portal.listing import listing, respond
from portal.shell import htmx
from portal.values import quantity
from portal.webhooks.forms import ReplayForm
from portal.webhooks.trail import trail_of

_HIDDEN = "v1,(hidden)"


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    own = "/<webhook_endpoint_id>"
    one = f"{own}/deliveries/<delivery_id>"
    blueprint.add_url_rule(f"{own}/deliveries", "deliveries", deliveries)
    blueprint.add_url_rule(one, "delivery", delivery)
    blueprint.add_url_rule(f"{one}/replay", "replay_one", replay_one, methods=["POST"])
    blueprint.add_url_rule(f"{own}/test", "test", test, methods=["POST"])
    for name, view in {"replay": replay, "replay_failed": replay_all_failed}.items():
        path = f"{own}/{name.replace('_', '-')}"
        blueprint.add_url_rule(path, name, view, methods=["GET", "POST"])


@page("read:webhooks")
def deliveries(webhook_endpoint_id: str) -> ResponseReturnValue:
    """All deliveries to an endpoint."""
    endpoint = get_endpoint(webhook_endpoint_id)
    found = listing(
        list_deliveries, "status", "event_type", fixed={"endpoint_id": webhook_endpoint_id}
    )
    context = {"endpoint": endpoint, "trail": trail_of(endpoint)}
    return respond("webhooks/deliveries.html", "webhooks/_deliveries.html", found, **context)


@page("read:webhooks")
def delivery(webhook_endpoint_id: str, delivery_id: str) -> ResponseReturnValue:
    """One delivery: what was posted, what was answered, each attempt."""
    return _delivery_page(webhook_endpoint_id, delivery_id, InputForm())


@page("write:webhooks")
def replay_one(webhook_endpoint_id: str, delivery_id: str) -> ResponseReturnValue:
    """Send it again."""
    form = InputForm()
    if form.submit(lambda _: replay_delivery(webhook_endpoint_id, delivery_id)):
        own: dict[str, Any] = {
            "webhook_endpoint_id": webhook_endpoint_id,
            "delivery_id": delivery_id,
        }
        return done("It is sent again.", url_for("webhooks.delivery", **own))
    return _delivery_page(webhook_endpoint_id, delivery_id, form)


@page("write:webhooks")
def test(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Post a test event, and show what came of it."""
    form = InputForm()
    own: dict[str, Any] = {"webhook_endpoint_id": webhook_endpoint_id}
    if row := form.submit(lambda _: send_test(webhook_endpoint_id), in_stages=True):
        return redirect(url_for("webhooks.delivery", **own, delivery_id=row["_id"]), 303)
    for problem in form.problems():
        flash(problem, "error")
    return redirect(url_for("webhooks.detail", **own), 303)


@page("write:webhooks")
def replay(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Ask which events, then send them again."""
    endpoint = get_endpoint(webhook_endpoint_id)
    form = ReplayForm(revision=endpoint.revision)
    if replayed := form.submit(
        lambda data: replay_range(webhook_endpoint_id, data, form.expected_revision)
    ):
        return _replayed(webhook_endpoint_id, replayed)
    return confirm_page(
        form,
        gettext("Replay events"),
        gettext(
            "Sends the events of a range again, of the types that the endpoint is told of now; "
            "also those that were never delivered to it. Each keeps its id, so that a receiver "
            "can tell what it has seen."
        ),
        document=endpoint,
        button=gettext("Replay"),
        trail=trail_of(endpoint),
        hints={
            "from_seq": gettext("The number stands with each delivery and each event."),
            "to_seq": gettext("At most 10,000 events at a time."),
        },
    )


@page("write:webhooks")
def replay_all_failed(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Ask once, then send again all that was given up."""
    endpoint = get_endpoint(webhook_endpoint_id)
    form = InputForm(revision=endpoint.revision)
    if replayed := form.submit(
        lambda _: replay_failed(webhook_endpoint_id, form.expected_revision)
    ):
        return _replayed(webhook_endpoint_id, replayed)
    failed = list_deliveries(webhook_endpoint_id, status="failed", limit=1)
    count = f"{quantity(failed.total)}{'+' if failed.total_capped else ''}"
    return confirm_page(
        form,
        gettext("Replay all that failed?"),
        gettext(
            "Deliveries that were given up: %(count)s. They are sent again, the oldest first, and "
            "tried for another three days.",
            count=count,
        ),
        document=endpoint,
        button=gettext("Replay"),
        trail=trail_of(endpoint),
    )


def _replayed(endpoint_id: str, replayed: Replayed) -> ResponseReturnValue:
    many = replayed.deliveries
    message = ngettext(
        "%(count)s delivery is sent again.",
        "%(count)s deliveries are sent again.",
        many,
        count=quantity(many),
    )
    if replayed.has_more:
        message += " " + gettext("There are more: replay once more.")
    return done(message, _all_of(endpoint_id))


def _delivery_page(endpoint_id: str, delivery_id: str, form: InputForm) -> ResponseReturnValue:
    row, endpoint = get_delivery(endpoint_id, delivery_id), get_endpoint(endpoint_id)
    context: dict[str, Any] = {
        "delivery": row,
        "endpoint": endpoint,
        "headers": _headers(row),
        "body": _readable(row.get("body")),
        "trail": [*trail_of(endpoint), (gettext("Deliveries"), _all_of(endpoint_id))],
        "form": form,
    }
    fragment = htmx and htmx.target == "delivery"
    template = "webhooks/_delivery.html" if fragment else "webhooks/delivery.html"
    return render_template(template, **context), form.http_status


def _all_of(endpoint_id: str) -> str:
    return url_for("webhooks.deliveries", webhook_endpoint_id=endpoint_id)


def _headers(row: dict[str, Any]) -> dict[str, str]:
    """The headers of the last attempt, or of the first one to come."""
    at = row["attempts"][-1]["at"] if row["attempts"] else ServerClock().now()
    headers = headers_of(row["event_id"], "", at, [])
    return {**headers, "webhook-signature": _HIDDEN}


def _readable(body: str | None) -> str | None:
    """The body on many lines; None before the first attempt."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else None
