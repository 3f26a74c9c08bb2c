"""How a test clock looks from outside."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def clock_view(row: Row) -> dict[str, Any]:
    """The API's shape of a test clock."""
    return {
        "id": row["_id"],
        "object": "test_clock",
        "name": row["name"],
        "now": instant(row["now"]),
        "status": "advancing" if row.get("advancing_to") else "ready",
        "advancing_to": instant(row.get("advancing_to")),
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }
