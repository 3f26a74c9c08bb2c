"""Webhook endpoints."""

from typing import Any

from api.answers import NoContent, One, PageOf, Resource, created
from api.body import NoFields, Patch
from api.endpoint import Endpoints
from api.patching import patched
from api.webhooks.shapes import (
    WebhookDeliveryWithBody,
    WebhookEndpointQuery,
    WebhookEndpointWithSecret,
)
from api.webhooks.shapes import WebhookEndpoint as WebhookEndpointShape
from billing.database import Row
from billing.pages import Page
from billing.webhooks import errors, queries, rotate_secret, save_endpoint, send_test
from billing.webhooks.inputs import RotateWebhookSecret, WebhookEndpointInput, as_input
from billing.webhooks.models import WebhookEndpoint
from billing.webhooks.views import delivery_view_with_body, endpoint_view, endpoint_views


def _told(made: save_endpoint.NewEndpoint) -> Row:
    return {**made.endpoint.row(), "secret": made.secret}


def _told_view(row: Row) -> dict[str, Any]:
    return {**endpoint_view(row), "secret": row["secret"]}


ENDPOINT = Resource(WebhookEndpointShape, endpoint_view, endpoint_views)
TOLD = Resource(WebhookEndpointWithSecret, _told_view)
DELIVERY = Resource(WebhookDeliveryWithBody, delivery_view_with_body, revised=False)
READ, WRITE = "read:webhooks", "write:webhooks"
MISSING = errors.WebhookEndpointNotFound

endpoints = Endpoints(
    "Webhooks", "Addresses that events are posted to, signed per Standard Webhooks."
)
_patch = patched(queries.get_endpoint, as_input, save_endpoint.update_endpoint)


@endpoints.get(
    "/webhook_endpoints",
    "List webhook endpoints",
    scope=READ,
    query=WebhookEndpointQuery,
    answer=PageOf(ENDPOINT),
)
def list_webhook_endpoints(query: WebhookEndpointQuery) -> Page:
    """Newest first."""
    return queries.list_endpoints(**query.arguments())


@endpoints.post(
    "/webhook_endpoints",
    "Create a webhook endpoint",
    scope=WRITE,
    body=(WebhookEndpointInput,),
    answer=created(TOLD),
    is_secret=True,
    refusals=(errors.WebhookUrlRefused, errors.TooManyWebhookEndpoints),
)
def create_webhook_endpoint(body: WebhookEndpointInput) -> Row:
    """It is told of what happens from now on. The answer holds its `secret`, this once."""
    return _told(save_endpoint.create_endpoint(body))


@endpoints.get(
    "/webhook_endpoints/<webhook_endpoint_id>",
    "Show a webhook endpoint",
    scope=READ,
    answer=One(ENDPOINT),
    refusals=(MISSING,),
)
def get_webhook_endpoint(webhook_endpoint_id: str) -> WebhookEndpoint:
    """With how it fares."""
    return queries.get_endpoint(webhook_endpoint_id)


@endpoints.put(
    "/webhook_endpoints/<webhook_endpoint_id>",
    "Replace a webhook endpoint",
    scope=WRITE,
    body=(WebhookEndpointInput,),
    answer=One(ENDPOINT),
    revised=True,
    refusals=(MISSING, errors.WebhookUrlRefused),
)
def update_webhook_endpoint(
    webhook_endpoint_id: str, body: WebhookEndpointInput, revision: int | None
) -> WebhookEndpoint:
    """What waits for it goes to the new address, at once; what a disabled one waits for stays."""
    return save_endpoint.update_endpoint(webhook_endpoint_id, body, revision)


@endpoints.patch(
    "/webhook_endpoints/<webhook_endpoint_id>",
    "Change a webhook endpoint",
    scope=WRITE,
    patch=WebhookEndpointInput,
    answer=One(ENDPOINT),
    revised=True,
    refusals=(MISSING, errors.WebhookUrlRefused),
)
def patch_webhook_endpoint(
    webhook_endpoint_id: str, patch: Patch, revision: int | None
) -> WebhookEndpoint:
    """A JSON Merge Patch (RFC 7396); `event_types` are replaced as a whole."""
    changed: WebhookEndpoint = _patch(webhook_endpoint_id, patch, revision)
    return changed


@endpoints.delete(
    "/webhook_endpoints/<webhook_endpoint_id>",
    "Delete a webhook endpoint",
    scope=WRITE,
    answer=NoContent(),
    revised=True,
    refusals=(MISSING,),
)
def delete_webhook_endpoint(webhook_endpoint_id: str, revision: int | None) -> None:
    """With its deliveries, also those that wait."""
    save_endpoint.delete_endpoint(webhook_endpoint_id, revision)


@endpoints.post(
    "/webhook_endpoints/<webhook_endpoint_id>/rotate_secret",
    "Rotate the secret of a webhook endpoint",
    scope=WRITE,
    body=(RotateWebhookSecret,),
    answer=One(TOLD),
    is_secret=True,
    revised=True,
    refusals=(MISSING, errors.TooManySecrets),
)
def rotate_webhook_secret(
    webhook_endpoint_id: str, body: RotateWebhookSecret, revision: int | None
) -> Row:
    """The answer holds the new `secret`, this once. For `overlap_hours` each delivery carries a
    signature by the new and one by the present secret."""
    return _told(rotate_secret.rotate_secret(webhook_endpoint_id, body, revision))


@endpoints.post(
    "/webhook_endpoints/<webhook_endpoint_id>/test",
    "Send a test to a webhook endpoint",
    scope=WRITE,
    body=(NoFields,),
    answer=One(DELIVERY),
    in_stages=True,
    revised=True,
    refusals=(MISSING,),
)
def test_webhook_endpoint(webhook_endpoint_id: str, body: NoFields, revision: int | None) -> Row:
    """Posts a `webhook.test` event to this endpoint alone, now and once, and answers with what
    came of it; that takes 15 seconds at most. A disabled endpoint can be tested, too."""
    return send_test.send_test(webhook_endpoint_id, revision)
