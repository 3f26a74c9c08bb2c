"""The list of meters."""

from billing.usage.queries import list_meters
from portal.lists.columns import value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

METERS = StaffList(
    name="meters",
    rows="meters",
    scope="read:plans",
    query=list_meters,
    filters={"q": text, "status": text},
    columns=[
        value("id", "_id"),
        *values("key", "name", "unit", "aggregation", "status", "created_at", "updated_at"),
    ],
)
