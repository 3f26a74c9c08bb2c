"""The list of webhook endpoints."""

from billing.webhooks.queries import list_endpoints
from billing.webhooks.save_endpoint import MOST_ENDPOINTS
from portal.lists.columns import value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

WEBHOOKS = StaffList(
    name="webhooks",
    rows="endpoints",
    scope="read:webhooks",
    query=list_endpoints,
    filters={"status": text},
    fixed={"limit": MOST_ENDPOINTS},
    columns=[
        value("id", "_id"),
        *values("url", "description", "event_types", "status", "disabled_reason"),
        *values("created_at", "updated_at"),
    ],
)
