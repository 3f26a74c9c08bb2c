"""How a user looks from outside: never with a hash."""

from typing import Any

from billing.database import Row
from billing.shapes import instant
from billing.users.permissions import scopes_of


def user_view(row: Row) -> dict[str, Any]:
    """The API's shape of a user."""
    is_customer = row["role"] == "customer"
    return {
        "id": row["_id"],
        "object": "user",
        "email": row["email"],
        "name": row["name"],
        "role": row["role"],
        "customer_id": row.get("customer_id"),
        "customer_role": (row.get("customer_role") or "owner") if is_customer else None,
        "scopes": sorted(scopes_of(row["role"])),
        "status": row["status"],
        "has_second_factor": row.get("second_factor_since") is not None,
        "last_login_at": instant(row.get("last_login_at")),
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }
