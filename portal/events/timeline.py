"""What happened to an object, or around a customer, by days, the newest first."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any, cast

from flask import url_for

from billing.database import Row
from billing.events.objects import collection_of
from billing.events.queries import list_events
from billing.events.reasons import changes_of
from portal.events.known import Known, plans_in
from portal.events.reach import scope_of
from portal.events.shown import changes_shown, money_of, reason_shown
from portal.events.words import sentence, url_of
from portal.template_helpers import may

AT_A_TIME = 15


def timeline_of(
    about: Mapping[str, str], cursor: str | None = None, last_day: str | None = None
) -> dict[str, Any]:
    """One stretch of a timeline: `days` of items, and the addresses that lead on from it.

    `last_day` is the day that the stretch before ended in, whose heading is not repeated.
    """
    what = cast("dict[str, Any]", dict(about))
    found = list_events(**what, limit=AT_A_TIME, cursor=cursor)
    days = _days(found.items, about.get("object_id"))
    for each in days:
        each["is_new"] = each["day"].isoformat() != last_day
    until = days[-1]["day"].isoformat() if days else None
    following = {**what, "cursor": found.next_cursor, "last_day": until}
    return {
        "items": found.items,
        "days": days,
        "more": url_for("events.index", **what) if found.has_more else None,
        "next": url_for("events.timeline", **following) if found.has_more else None,
        "as_of": as_of_url(about.get("object_id") or about.get("customer_id")),
    }


def latest_of(object_id: str, most: int) -> list[dict[str, Any]]:
    """The items of an object's newest events, at most 20."""
    events = list_events(object_id=object_id, limit=min(max(most, 1), 20)).items
    plans, object_ = plans_in(events), money_of([object_id]).get(object_id)
    return [_item(row, plans, object_, object_id) for row in events]


def as_of_url(object_id: str | None) -> str | None:
    """Where an object's past states are, for who may see them."""
    known = bool(object_id) and collection_of(object_id or "") is not None
    if not known or not may("read:events") or not may(scope_of(object_id or "")):
        return None
    return url_for("events.as_of", object_id=object_id)


def _days(events: list[Row], shown_on: str | None) -> list[dict[str, Any]]:
    plans, objects = plans_in(events), money_of(row["object_id"] for row in events)
    items = (_item(row, plans, objects.get(row["object_id"]), shown_on) for row in events)
    return [{"day": day, "items": list(of)} for day, of in groupby(items, _day)]


def _day(item: Mapping[str, Any]) -> date:
    found: date = item["at"].date()
    return found


def _item(
    event: Row, plans: dict[str, str], object_: Row | None, shown_on: str | None
) -> dict[str, Any]:
    is_first = event["type"].endswith(".created")
    changes = {} if is_first else changes_of(event)
    return {
        "id": event["_id"],
        "what": sentence(event, Known(plans, object_)),
        "url": url_of(event, shown_on),
        "who": event["actor"]["name"] or event["actor"]["type"],
        "at": event["created_at"],
        "reason": reason_shown(event),
        "changes": changes_shown(changes, (object_ or {}).get("currency")),
    }
