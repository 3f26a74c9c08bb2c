"""How endpoints and deliveries look from outside."""

from typing import Any

from billing import clock
from billing.database import Row
from billing.shapes import instant
from billing.webhooks.queries import lanes_of
from billing.webhooks.secret_keys import live
from billing.webhooks.settle import health_of


def endpoint_view(row: Row) -> dict[str, Any]:
    """The API's shape of an endpoint; its secret only where it was just made."""
    return endpoint_views([row])[0]


def endpoint_views(rows: list[Row]) -> list[dict[str, Any]]:
    """The API's shape of endpoints."""
    lanes = lanes_of([row["_id"] for row in rows])
    return [_view(row, lanes.get(row["_id"], {})) for row in rows]


def _view(row: Row, lane: Row) -> dict[str, Any]:
    health = health_of(lane)
    return {
        "id": row["_id"],
        "object": "webhook_endpoint",
        "url": row["url"],
        "description": row.get("description"),
        "event_types": row["event_types"],
        "status": row["status"],
        "disabled_reason": row.get("disabled_reason"),
        "failing_since": instant(health.failing_since) if health.is_failing else None,
        "failures": health.failures,
        "secrets": [
            {
                "id": secret["id"],
                "created_at": instant(secret["created_at"]),
                "expires_at": instant(secret["expires_at"]),
            }
            for secret in live(row["secrets"], clock.wall_clock())
        ],
        "metadata": row.get("metadata") or {},
        "created_by": row["created_by"],
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }


def delivery_view(row: Row) -> dict[str, Any]:
    """The API's shape of a delivery."""
    return {
        "id": row["_id"],
        "object": "webhook_delivery",
        "endpoint_id": row["endpoint_id"],
        "event_id": row["event_id"],
        "event_type": row["event_type"],
        "object_id": row["object_id"],
        "seq": row["seq"],
        "status": row["status"],
        "tries": row["tries"],
        "attempts": [{**attempt, "at": instant(attempt["at"])} for attempt in row["attempts"]],
        "next_attempt_at": instant(row.get("next_attempt_at")),
        "is_waiting": row.get("place") == "behind",
        "delivered_at": instant(row.get("delivered_at")),
        "created_at": instant(row["created_at"]),
    }


def delivery_view_with_body(row: Row) -> dict[str, Any]:
    """The API's shape of a delivery, with what was posted."""
    return {**delivery_view(row), "body": row.get("body")}
