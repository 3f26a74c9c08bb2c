"""How meters and usage look from outside."""

from decimal import Decimal
from typing import Any

from bson.decimal128 import Decimal128

from billing.database import Row
from billing.shapes import instant


def number(value: Decimal) -> int | str:
    """An exact number as the API tells it: an integer, or decimal text where it is finer."""
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"


def meter_view(row: Row) -> dict[str, Any]:
    """The API's shape of a meter."""
    return {
        "id": row["_id"],
        "object": "meter",
        "key": row["key"],
        "name": row["name"],
        "unit": row.get("unit"),
        "aggregation": row["aggregation"],
        "status": row["status"],
        "has_events": row["has_events"],
        "metadata": row.get("metadata") or {},
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }


def usage_event_view(row: Row) -> dict[str, Any]:
    """The API's shape of a usage event."""
    value = row["value"]
    return {
        "id": row["_id"],
        "object": "usage_event",
        "subscription_id": row["subscription_id"],
        "customer_id": row["customer_id"],
        "meter": row["meter"],
        "value": number(value.to_decimal()) if isinstance(value, Decimal128) else value,
        "occurred_at": instant(row["occurred_at"]),
        "counts_on": row["counts_on"],
        "late": row["late"],
        "idempotency_key": row["idempotency_key"],
        "created_at": instant(row["created_at"]),
    }
