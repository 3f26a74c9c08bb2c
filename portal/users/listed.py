"""The list of users."""

from billing.users.queries import list_users
from portal.lists.columns import value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

USERS = StaffList(
    name="users",
    scope="read:users",
    query=list_users,
    filters={"q": text, "role": text, "status": text},
    columns=[
        value("id", "_id"),
        *values("name", "email", "role", "customer_id", "status", "last_login_at", "created_at"),
    ],
)
