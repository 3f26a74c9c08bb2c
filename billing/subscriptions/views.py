"""How a subscription looks from outside."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def subscription_view(row: Row, latest_invoice_id: str | None) -> dict[str, Any]:
    """The API's shape of a subscription; the id of its newest invoice comes from the caller."""
    return {
        "id": row["_id"],
        "object": "subscription",
        "customer_id": row["customer_id"],
        "plan_id": row["plan_id"],
        "plan_version": row["plan_version"],
        "quantity": row["quantity"],
        "price": row.get("price"),
        "status": row["status"],
        "start_date": row["start_date"],
        "end_date": row.get("end_date"),
        "trial_end_date": row.get("trial_end_date"),
        "current_period_start": row.get("current_period_start"),
        "current_period_end": row.get("current_period_end"),
        "next_billing_date": row.get("next_billing_date"),
        "billing_anchor": row["billing_anchor"],
        "cancel_at_period_end": row["cancel_at_period_end"],
        "cancelled_at": instant(row.get("cancelled_at")),
        "cancellation_reason": row.get("cancellation_reason"),
        "pause": row.get("pause") or None,
        "pauses": row.get("pauses") or [],
        "pending_change": row.get("pending_change") or None,
        "coupon": row.get("coupon") or None,
        "latest_invoice_id": latest_invoice_id,
        "metadata": row.get("metadata") or {},
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }
