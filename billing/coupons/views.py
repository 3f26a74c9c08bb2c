"""How a coupon looks from outside."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def coupon_view(row: Row) -> dict[str, Any]:
    """The API's shape of a coupon."""
    return {
        "id": row["_id"],
        "object": "coupon",
        "code": row["code"],
        "name": row["name"],
        "percent_off": row.get("percent_off"),
        "amount_off": row.get("amount_off"),
        "currency": row.get("currency"),
        "duration": row["duration"],
        "duration_cycles": row.get("duration_cycles"),
        "redeem_by": row.get("redeem_by"),
        "max_redemptions": row.get("max_redemptions"),
        "times_redeemed": row["times_redeemed"],
        "plan_ids": row.get("plan_ids") or [],
        "status": row["status"],
        "metadata": row.get("metadata") or {},
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }
