"""How a customer looks from outside."""

from typing import Any

from billing.addresses import address_view
from billing.customers.credit import credit_of
from billing.database import Row
from billing.shapes import instant


def customer_view(row: Row) -> dict[str, Any]:
    """The API's shape of a customer."""
    return {
        "id": row["_id"],
        "object": "customer",
        "name": row["name"],
        "email": row["email"],
        "phone": row.get("phone"),
        "contacts": row.get("contacts") or [],
        "address": address_view(row.get("address")),
        "billing_address": address_view(row.get("billing_address")),
        "preferences": row["preferences"],
        "status": row["status"],
        "tax_exempt": row["tax_exempt"],
        "tax_ids": row.get("tax_ids") or [],
        "tax_rate_ids": row.get("tax_rate_ids") or [],
        "credit_balance": credit_of(row),
        "payment_source": row.get("payment_source") or None,
        "external_id": row.get("external_id"),
        "metadata": row.get("metadata") or {},
        "test_clock_id": row.get("test_clock_id"),
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
        "deleted_at": instant(row.get("deleted_at")),
    }
