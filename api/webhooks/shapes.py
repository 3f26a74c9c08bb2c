"""How webhook endpoints and deliveries look, and what lists of them can be filtered by."""

from typing import Annotated, Literal

from pydantic import Field

from api.query import EventType, PageQuery
from api.shape import Id, Instant, Metadata, Shape


class WebhookSecret(Shape):
    """What is known of a secret that deliveries are signed with."""

    id: Id
    created_at: Instant
    expires_at: Instant | None
    """When it ends because another took its place; null for the present one."""


class WebhookCreator(Shape):
    """Who made the endpoint."""

    type: Literal["user", "client", "system", "anonymous"]
    id: str
    name: str


class WebhookEndpoint(Shape):
    """An address that events are posted to."""

    id: Id
    object: Literal["webhook_endpoint"]
    url: str
    description: str | None
    event_types: list[str]
    """Types such as `invoice.paid`, all of an object such as `invoice.*`, or `*`."""
    status: Literal["enabled", "disabled"]
    disabled_reason: Literal["gone"] | None
    """`gone` where the endpoint answered 410; null where somebody disabled it."""
    failing_since: Instant | None
    """Since when nothing gets through; it is tried less often then, and never given up."""
    failures: int
    """Attempts that failed in a row, whatever the event."""
    secrets: list[WebhookSecret]
    """Those that are valid; deliveries are signed with each of them."""
    metadata: Metadata
    created_by: WebhookCreator
    created_at: Instant
    updated_at: Instant


class WebhookEndpointWithSecret(WebhookEndpoint):
    """An endpoint and its new secret, which is shown this once."""

    secret: Annotated[str, Field(pattern=r"^whsec_[A-Za-z0-9+/=]+$")]
    """For verifying signatures (Standard Webhooks)."""


class WebhookEndpointQuery(PageQuery):
    """Filters of the list."""

    status: Literal["enabled", "disabled"] | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class WebhookAttempt(Shape):
    """One try at a delivery."""

    at: Instant
    status: int | None
    """What was answered; null where nothing was."""
    error: str | None
    """Why nothing was answered, such as `timeout`, `no_connection` or `address_refused`."""
    milliseconds: int
    response: str
    """The beginning of the answer's body, up to 1 KiB."""


class WebhookDelivery(Shape):
    """An event on its way to an endpoint."""

    id: Id
    object: Literal["webhook_delivery"]
    endpoint_id: Id
    event_id: Id
    """Also the `webhook-id` of every attempt."""
    event_type: str
    object_id: str
    seq: int | None
    status: Literal["pending", "delivered", "failed"]
    """`failed`: given up after three days."""
    tries: int
    """Attempts since it was last put into the outbox."""
    attempts: list[WebhookAttempt]
    """The last 20, replays included."""
    next_attempt_at: Instant | None
    is_waiting: bool
    """Whether an earlier event of the same object has to be settled first."""
    delivered_at: Instant | None
    created_at: Instant


class WebhookDeliveryWithBody(WebhookDelivery):
    """A delivery and what was posted."""

    body: str | None
    """The same text at each attempt; null before the first one."""


class WebhookDeliveryQuery(PageQuery):
    """Filters of the list."""

    status: Literal["pending", "delivered", "failed"] | None = None
    event_type: EventType | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class WebhookReplay(Shape):
    """What a replay put into the outbox."""

    deliveries: Annotated[int, Field(ge=0)]
    """How many."""
    has_more: bool
    """Whether the same call would find more."""
