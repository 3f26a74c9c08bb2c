"""The list of API clients."""

from billing.oauth.queries import list_clients
from portal.lists.columns import value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

OAUTH_CLIENTS = StaffList(
    name="oauth_clients",
    rows="API clients",
    scope="read:oauth_clients",
    query=list_clients,
    filters={"q": text, "status": text},
    columns=[
        value("id", "_id"),
        *values("name", "type", "status", "grant_types", "scopes", "rate_limit"),
        *values("created_at", "revoked_at"),
    ],
)
