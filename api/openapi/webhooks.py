"""What Duebill itself asks of others: the events that are posted to webhook endpoints."""

from typing import Annotated, Any

from pydantic import Field

from api.events.endpoints import Event
from api.openapi.examples import answer_example
from api.openapi.schemas import Schemas
from api.shape import Instant, Shape
from billing.events.types import EVENT_TYPES, TEST_EVENT

Json = dict[str, Any]

_WORDS = """
Something happened that a webhook endpoint subscribes to: `data` is the event as `GET /events/{id}`
shows it. Signed per Standard Webhooks. Any 2xx within 15 seconds is a delivery; everything else is
tried again with growing waits for three days, in the order of each object, and 410 disables the
endpoint. What was answered too late comes again: remember each `webhook-id`.
"""


class WebhookMessage(Shape):
    """What is posted to a webhook endpoint."""

    type: Annotated[str, Field(json_schema_extra={"enum": sorted({*EVENT_TYPES, TEST_EVENT})})]
    timestamp: Instant
    """When it happened."""
    data: Event


def webhooks(schemas: Schemas) -> Json:
    """The document's section `webhooks`."""
    media: Json = {"schema": schemas.output(WebhookMessage)}
    if event := answer_example("get_event", 200).get("example"):
        told = {"type": event["type"], "timestamp": event["created_at"], "data": event}
        media["example"] = told
    operation = {
        "operationId": "receive_event",
        "summary": "An event is delivered",
        "description": " ".join(_WORDS.split()),
        "tags": ["Webhooks"],
        "security": [],
        "parameters": _HEADERS,
        "requestBody": {"required": True, "content": {"application/json": media}},
        "responses": {
            "2XX": {"description": "Taken. The body of the answer is not looked at."},
            "410": {"description": "Nothing more is wanted: the endpoint is disabled."},
            "default": {"description": "Not taken: it comes again, not before `Retry-After`."},
        },
    }
    return {"event": {"post": operation}}


def _header(name: str, description: str, example: str) -> Json:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


_HEADERS = [
    _header(
        "webhook-id",
        "The id of the event, the same however often it is sent.",
        "evt_01M6DQT7E2Z5N8V1B4C7D0F3GH",
    ),
    _header("webhook-timestamp", "When this attempt began, in seconds since 1970.", "1793882700"),
    _header(
        "webhook-signature",
        "`v1,` and base64 of the HMAC-SHA256 of `id.timestamp.body`; one for each valid secret, "
        "with spaces between.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
]
