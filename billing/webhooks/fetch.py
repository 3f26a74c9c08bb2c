"""Fetching what is due for a lane, with the bytes to send."""

import logging
from datetime import datetime

from billing.database import Row, database
from billing.events.models import COLLECTION as EVENTS
from billing.webhooks.lane import Lane, Parcel
from billing.webhooks.message import body_of
from billing.webhooks.models import DELIVERIES

_log = logging.getLogger("duebill.webhooks")


def fetch(lane: Lane, now: datetime) -> None:
    """Queue what is due, as much as the lane wants; else tell it when something will be."""
    wanted = lane.wants(now)
    if not wanted:
        return
    due = {"endpoint_id": lane.endpoint["_id"], "place": "line", "next_attempt_at": {"$lte": now}}
    not_busy = {"_id": {"$nin": list(lane.busy)}}
    found = database()[DELIVERIES].find({**due, **not_busy}, {"attempts": 0})
    rows = list(found.sort("next_attempt_at", 1).limit(wanted))
    lane.put(_parcels(rows))
    if len(rows) < wanted:
        lane.rest(_next_due(lane.endpoint["_id"], now), now)


def _next_due(endpoint_id: str, now: datetime) -> datetime | None:
    later = {"endpoint_id": endpoint_id, "place": "line", "next_attempt_at": {"$gt": now}}
    row = database()[DELIVERIES].find_one(
        later, {"next_attempt_at": 1}, sort=[("next_attempt_at", 1)]
    )
    return row["next_attempt_at"] if row else None


def _body(event: Row) -> str | None:
    """None for an event that cannot be shown, which must not hold up the others."""
    try:
        return body_of(event)
    except (KeyError, TypeError, ValueError):
        _log.exception("The event %s cannot be shown", event["_id"])
        return None


def _parcels(rows: list[Row]) -> list[Parcel]:
    """Each delivery with its body: the one that was sent before, or made of the event."""
    missing = [row["event_id"] for row in rows if "body" not in row]
    events = database()[EVENTS].find({"_id": {"$in": missing}}) if missing else ()
    bodies = {event["_id"]: _body(event) for event in events}
    return [Parcel(row, row.get("body") or bodies.get(row["event_id"])) for row in rows]
