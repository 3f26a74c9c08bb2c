"""What is posted: the event as `GET /events/{id}` shows it, in Standard Webhooks' envelope."""

from collections.abc import Iterable
from datetime import datetime

import orjson

from billing.database import Row
from billing.events.views import event_view
from billing.webhooks.signing import signature_headers

USER_AGENT = "Duebill"


def body_of(event: Row) -> str:
    """The body, the same at each attempt: events never change."""
    data = event_view(event)
    body = {"type": data["type"], "timestamp": data["created_at"], "data": data}
    return orjson.dumps(body).decode()


def headers_of(event_id: str, body: str, at: datetime, keys: Iterable[str]) -> dict[str, str]:
    """The headers of an attempt at `at`; the id is the event's, however often it is sent."""
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        **signature_headers(event_id, int(at.timestamp()), body.encode(), keys),
    }
