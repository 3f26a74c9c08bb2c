"""What becomes of an endpoint: another secret, disabled, enabled, deleted."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.webhooks.inputs import as_input
from billing.webhooks.models import WebhookEndpoint
from billing.webhooks.queries import get_endpoint
from billing.webhooks.rotate_secret import rotate_secret
from billing.webhooks.save_endpoint import (
    NewEndpoint,
    delete_endpoint,
    disable_endpoint,
    update_endpoint,
)
from portal.access import page
from portal.answers import confirm_page, done
from portal.forms import InputForm
from portal.webhooks.forms import RotateForm
from portal.webhooks.trail import trail_of


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    for view in (rotate, disable, enable, delete):
        path = f"/<webhook_endpoint_id>/{view.__name__}"
        blueprint.add_url_rule(path, view.__name__, view, methods=["GET", "POST"])


@page("write:webhooks", is_sensitive=True)
def rotate(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Give it another secret, which is shown in the answer, and never again."""
    endpoint = get_endpoint(webhook_endpoint_id)
    form = RotateForm(overlap_hours=24, revision=endpoint.revision)
    if made := form.submit(
        lambda data: rotate_secret(webhook_endpoint_id, data, form.expected_revision)
    ):
        return show_secret(made, gettext("The endpoint has a new secret."))
    return confirm_page(
        form,
        gettext("New secret?"),
        gettext(
            "The new secret is shown once. For a while each delivery carries a signature by either "
            "secret, so that the receiver can change over without a gap."
        ),
        gettext("0 hours ends the present one at once: for a secret that others have seen."),
        document=endpoint,
        button=gettext("Make new secret"),
        trail=trail_of(endpoint),
    )


@page("write:webhooks")
def disable(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Ask once, then send it nothing more."""
    endpoint = get_endpoint(webhook_endpoint_id)
    form = InputForm(revision=endpoint.revision)
    if form.submit(lambda _: disable_endpoint(webhook_endpoint_id, form.expected_revision)):
        return done("The endpoint is disabled.", _own(endpoint))
    return confirm_page(
        form,
        gettext("Disable this endpoint?"),
        gettext(
            "It is sent nothing more. What waits for it stays; what happens meanwhile is not kept "
            "for it, but can be replayed by its event numbers once it is enabled again."
        ),
        document=endpoint,
        button=gettext("Disable"),
        trail=trail_of(endpoint),
        danger=True,
    )


@page("write:webhooks", is_sensitive=True)
def enable(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Ask once, then send to it again."""
    endpoint = get_endpoint(webhook_endpoint_id)
    form = InputForm(revision=endpoint.revision)
    data = as_input(endpoint).model_copy(update={"status": "enabled"})
    if form.submit(lambda _: update_endpoint(webhook_endpoint_id, data, form.expected_revision)):
        return done("The endpoint is enabled.", _own(endpoint))
    return confirm_page(
        form,
        gettext("Enable this endpoint?"),
        gettext(
            "%(url)s is told of what happens from now on, and at once of all that waits.",
            url=endpoint.url,
        ),
        document=endpoint,
        button=gettext("Enable"),
        trail=trail_of(endpoint),
    )


@page("write:webhooks", is_sensitive=True)
def delete(webhook_endpoint_id: str) -> ResponseReturnValue:
    """Ask once, then forget it."""
    endpoint = get_endpoint(webhook_endpoint_id)
    form = InputForm(revision=endpoint.revision)

    def forget(_: object) -> bool:
        delete_endpoint(webhook_endpoint_id, form.expected_revision)
        return True

    if form.submit(forget):
        return done("The endpoint was deleted.", url_for("webhooks.index"))
    return confirm_page(
        form,
        gettext("Delete this endpoint?"),
        gettext("Its deliveries go with it, also those that wait. This cannot be undone."),
        document=endpoint,
        button=gettext("Delete"),
        trail=trail_of(endpoint),
        danger=True,
    )


def show_secret(made: NewEndpoint, message: str) -> ResponseReturnValue:
    """The page that shows a secret, without a way to it: it is nowhere but in this answer."""
    return render_template(
        "webhooks/told.html", endpoint=made.endpoint, secret=made.secret, message=message
    )


def _own(endpoint: WebhookEndpoint) -> str:
    return url_for("webhooks.detail", webhook_endpoint_id=endpoint.id)
