"""How meters and usage look from outside."""

from decimal import Decimal
from typing import Any

from bson.decimal128 import Decimal128

from billing.database import Row
from billing.shapes import instant
from billing.usage.entitlements import Entitlement, Limit
from billing.usage.record_usage import Recorded
from billing.usage.so_far import UsageSoFar


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


def sent_view(recorded: Recorded) -> dict[str, Any]:
    """The API's answer to events that were sent."""
    return {
        "object": "usage_batch",
        "counted": recorded.counted,
        "duplicates": len(recorded.entries) - recorded.counted,
        "data": [
            {**usage_event_view(row), "duplicate": duplicate} for row, duplicate in recorded.entries
        ],
    }


def usage_so_far_view(subscription_id: str, found: UsageSoFar) -> dict[str, Any]:
    """The API's shape of a subscription's usage so far."""
    return {
        "object": "subscription_usage",
        "subscription_id": subscription_id,
        "period_start": found.start.isoformat(),
        "period_end": found.end.isoformat() if found.end else None,
        "counted_from": found.counted_from.isoformat(),
        "in_trial": found.in_trial,
        "data": [
            {
                "meter": each.meter["key"],
                "name": each.meter["name"],
                "unit": each.meter.get("unit"),
                "aggregation": each.meter["aggregation"],
                "value": number(each.usage.value),
                "events": each.usage.events,
                "late_events": each.late,
            }
            for each in found.meters
        ],
    }


def entitlement_view(found: Entitlement) -> dict[str, Any]:
    """The API's shape of what one subscription includes."""
    return {
        "object": "entitlement",
        "subscription_id": found.subscription["_id"],
        "customer_id": found.subscription["customer_id"],
        "plan_id": found.plan["_id"],
        "plan_name": found.plan["name"],
        "status": found.subscription["status"],
        "in_force": found.in_force,
        "features": [
            {name: feature[name] for name in ("key", "name", "enabled")}
            for feature in found.features
        ],
        "limits": [_limit_view(limit) for limit in found.limits],
    }


def _limit_view(limit: Limit) -> dict[str, Any]:
    used, remaining = limit.used, limit.remaining
    return {
        "key": limit.key,
        "limit": limit.limit,
        "used": None if used is None else number(used),
        "remaining": None if remaining is None else number(remaining),
    }
