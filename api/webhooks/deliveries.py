"""Deliveries of webhooks: what became of them, and sending them again."""

from api.answers import One, PageOf, Plain, Resource
from api.body import NoFields
from api.endpoint import Endpoints
from api.webhooks.endpoints import DELIVERY, MISSING, READ, WRITE
from api.webhooks.endpoints import endpoints as _webhooks
from api.webhooks.shapes import WebhookDelivery, WebhookDeliveryQuery, WebhookReplay
from billing.database import Row
from billing.pages import Page
from billing.webhooks import errors, queries, replay
from billing.webhooks.inputs import ReplayFailed, ReplayRange
from billing.webhooks.views import delivery_view

LISTED = Resource(WebhookDelivery, delivery_view, revised=False)

endpoints = Endpoints(_webhooks.tag, _webhooks.description)


@endpoints.get(
    "/webhook_endpoints/<webhook_endpoint_id>/deliveries",
    "List the deliveries to a webhook endpoint",
    scope=READ,
    query=WebhookDeliveryQuery,
    answer=PageOf(LISTED),
    refusals=(MISSING,),
)
def list_webhook_deliveries(webhook_endpoint_id: str, query: WebhookDeliveryQuery) -> Page:
    """Newest first; they are kept for 30 days once they are settled."""
    return queries.list_deliveries(webhook_endpoint_id, **query.arguments())


@endpoints.get(
    "/webhook_endpoints/<webhook_endpoint_id>/deliveries/<delivery_id>",
    "Show a delivery to a webhook endpoint",
    scope=READ,
    answer=One(DELIVERY),
    refusals=(MISSING, errors.DeliveryNotFound),
)
def get_webhook_delivery(webhook_endpoint_id: str, delivery_id: str) -> Row:
    """With what was posted."""
    return queries.get_delivery(webhook_endpoint_id, delivery_id)


@endpoints.post(
    "/webhook_endpoints/<webhook_endpoint_id>/deliveries/<delivery_id>/replay",
    "Deliver to a webhook endpoint once more",
    scope=WRITE,
    body=(NoFields,),
    answer=One(DELIVERY),
    revised=True,
    refusals=(MISSING, errors.DeliveryNotFound, errors.WebhookEndpointDisabled),
)
def replay_webhook_delivery(
    webhook_endpoint_id: str, delivery_id: str, body: NoFields, revision: int | None
) -> Row:
    """Puts it into the outbox again, with the same `webhook-id` and body. One that is pending is
    tried at once. If-Match takes the ETag of the endpoint."""
    return replay.replay_delivery(webhook_endpoint_id, delivery_id, revision)


@endpoints.post(
    "/webhook_endpoints/<webhook_endpoint_id>/replay",
    "Deliver many events to a webhook endpoint once more",
    scope=WRITE,
    body=(ReplayRange, ReplayFailed),
    answer=Plain(WebhookReplay),
    revised=True,
    refusals=(MISSING, errors.WebhookEndpointDisabled),
)
def replay_webhook_deliveries(
    webhook_endpoint_id: str, body: ReplayRange | ReplayFailed, revision: int | None
) -> Row:
    """Those from `from_seq` to `to_seq` that it subscribes to, also what was never delivered to
    it; or with `failed` all that were given up. What is pending stays as it is."""
    if isinstance(body, ReplayRange):
        return replay.replay_range(webhook_endpoint_id, body, revision)._asdict()
    return replay.replay_failed(webhook_endpoint_id, revision)._asdict()
