"""How a tax rate looks from outside."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def tax_rate_view(row: Row) -> dict[str, Any]:
    """The API's shape of a tax rate."""
    return {
        "id": row["_id"],
        "object": "tax_rate",
        "name": row["name"],
        "percentage": row["percentage"],
        "inclusive": row["inclusive"],
        "country": row.get("country"),
        "state": row.get("state"),
        "status": row["status"],
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }
