"""How a plan looks from outside."""

from typing import Any

from billing.database import Row
from billing.plans.estimate import Estimate
from billing.plans.models import SILENT_TERMS
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
        "tiers": row.get("tiers") or [],
        "package_size": row.get("package_size"),
        "charges": row.get("charges") or [],
        "setup_fee": row.get("setup_fee", 0),
        "trial_days": row.get("trial_days", 0),
        "minimum_amount": row.get("minimum_amount", 0),
        "version": row["version"],
        "self_service": row.get("self_service", False),
        "metadata": row.get("metadata") or {},
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }


def plan_version_view(row: Row) -> dict[str, Any]:
    """The API's shape of one version of a plan's terms."""
    terms = {name: value for name, value in row.items() if name != "_id"}
    return {"object": "plan_version", **SILENT_TERMS, **terms}


def estimate_view(estimate: Estimate) -> dict[str, Any]:
    """The API's shape of an estimate."""
    names = ("kind", "description", "quantity", "unit_amount", "amount", "explanation")
    return {
        "object": "estimate",
        "plan_id": estimate.terms["plan_id"],
        "plan_version": estimate.terms["version"],
        "currency": estimate.terms["currency"],
        "quantity": estimate.quantity,
        "lines": [{name: line[name] for name in names} for line in estimate.lines],
        "amount": estimate.amount,
        "setup_fee": estimate.setup_fee,
    }
