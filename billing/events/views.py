"""How an event looks from outside."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def event_view(row: Row) -> dict[str, Any]:
    """The API's shape of an event."""
    return {
        "id": row["_id"],
        "object": "event",
        "seq": row.get("seq"),
        "type": row["type"],
        "object_id": row["object_id"],
        "object_type": row["object_type"],
        "customer_id": row.get("customer_id"),
        "actor": {**row["actor"], "client_id": row["actor"].get("client_id")},
        "changes": row.get("changes") or {},
        "reason": row.get("reason"),
        "request_id": row.get("request_id"),
        "ip": row.get("ip"),
        "created_at": instant(row["created_at"]),
    }
