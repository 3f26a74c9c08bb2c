"""The list of users."""

from typing import get_args

from billing.users.inputs import Status
from billing.users.queries import list_users
from portal.lists.columns import value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

USERS = StaffList(
    name="users",
    rows="users",
    scope="read:users",
    query=list_users,
    filters={"q": text, "role": text, "status": text},
    more={"status": get_args(Status)},
    shown=frozenset({"q", "role"}),
    columns=[
        value("id", "_id"),
        *values("name", "email", "role", "customer_id", "status"),
        *values("second_factor_since", "last_login_at", "created_at"),
    ],
)
