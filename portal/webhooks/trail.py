"""The way back from a page of an endpoint."""

from flask import url_for
from flask_babel import gettext

from billing.webhooks.models import WebhookEndpoint


def trail_of(endpoint: WebhookEndpoint) -> list[tuple[str, str]]:
    """To the list, and to the endpoint."""
    own = url_for("webhooks.detail", webhook_endpoint_id=endpoint.id)
    return [
        (gettext("Webhooks"), url_for("webhooks.index")),
        (endpoint.description or endpoint.url, own),
    ]
