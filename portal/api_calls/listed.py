"""The log of API calls as a list."""

from billing.api_calls.queries import list_api_calls
from billing.errors import Invalid
from portal.lists.columns import value, values
from portal.lists.filters import moment, text
from portal.lists.staff_list import StaffList


def _status_class(typed: str) -> int:
    if typed not in {"2", "4", "5"}:
        raise Invalid("status_class must be 2, 4 or 5.")
    return int(typed)


API_CALLS = StaffList(
    name="api_calls",
    rows="calls",
    scope="read:users",
    query=list_api_calls,
    filters={
        "status_class": _status_class,
        "method": text,
        "operation": text,
        "actor_id": text,
        "request_id": text,
        "since": moment,
    },
    shown=frozenset({"status_class", "method", "operation", "actor_id", "request_id", "since"}),
    columns=[
        value("id", "_id"),
        *values("at", "method", "path", "operation", "status", "milliseconds"),
        value("actor_type", "actor.type"),
        value("actor_id", "actor.id"),
        value("actor_name", "actor.name"),
        *values("address", "request_id"),
    ],
)
