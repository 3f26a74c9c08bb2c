"""The audit trail as a list."""

import json
from datetime import date, datetime, timedelta

from billing.customers.queries import customer_names
from billing.database import Row
from billing.events.queries import list_events
from portal.lists.columns import computed, value, values
from portal.lists.filters import moment, text
from portal.lists.staff_list import StaffList


def _changes(row: Row) -> str | None:
    """`{"name": ["Before", "After"]}`."""
    found = row.get("changes")
    return json.dumps(found, ensure_ascii=False, default=str) if found else None


def _end_of_day(typed: str) -> datetime:
    """A day is meant with all its hours."""
    found = moment(typed)
    is_day = len(typed) == len("2026-01-31") and found.date() < date.max
    return found + timedelta(days=1) if is_day else found


EVENTS = StaffList(
    name="events",
    rows="events",
    scope="read:events",
    query=list_events,
    filters={
        **dict.fromkeys(("object_id", "customer_id", "actor_id", "type", "request_id"), text),
        "since": moment,
        "until": _end_of_day,
    },
    shown=frozenset({"type", "object_id", "actor_id", "since", "until"}),
    names={"customer_id": customer_names},
    columns=[
        value("id", "_id"),
        *values("created_at", "type", "object_type", "object_id", "customer_id"),
        value("actor_type", "actor.type"),
        value("actor_id", "actor.id"),
        value("actor_name", "actor.name"),
        value("client_id", "actor.client_id"),
        *values("ip", "request_id", "reason"),
        computed("changes", ("changes",), _changes),
    ],
)
