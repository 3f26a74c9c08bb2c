"""How a plan looks from outside."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def plan_view(row: Row) -> dict[str, Any]:
    """The API's shape of a plan."""
    return {
        "id": row["_id"],
        "object": "plan",
        "name": row["name"],
        "description": row.get("description"),
        "price": row["price"],
        "currency": row["currency"],
        "billing_cycle": row["billing_cycle"],
        "interval_count": row["interval_count"],
        "features": row.get("features") or [],
        "limits": row.get("limits") or {},
        "status": row["status"],
        "tier": row.get("tier"),
        "pricing_model": row["pricing_model"],
        "version": row["version"],
        "metadata": row.get("metadata") or {},
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }


def plan_version_view(row: Row) -> dict[str, Any]:
    """The API's shape of one version of a plan's terms."""
    terms = {name: value for name, value in row.items() if name != "_id"}
    return {"object": "plan_version", **terms}
