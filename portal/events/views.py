"""The audit trail: every change, one change side by side, and objects as they were."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing import clock
from billing.actors import current_actor
from billing.database import Row
from billing.errors import Invalid
from billing.events.as_of import object_as_of
from billing.events.queries import get_event
from billing.events.reasons import changes_of
from billing.events.types import EVENT_TYPES
from portal.access import page
from portal.events.known import Known, plans_in
from portal.events.listed import EVENTS
from portal.events.reach import reachable, scope_of
from portal.events.shown import changes_shown, money_of, reason_shown, state_shown
from portal.events.timeline import as_of_url, timeline_of
from portal.events.words import sentence
from portal.listing import respond
from portal.lists.export import add_export
from portal.lists.filters import moment

blueprint = Blueprint("events", __name__, url_prefix="/events")
add_export(blueprint, EVENTS)


@blueprint.get("")
@page("read:events")
def index() -> ResponseReturnValue:
    """Who changed what, newest first."""
    found = EVENTS.page()
    plans = plans_in(found.items)
    objects = money_of(row["object_id"] for row in found.items)
    shown = {row["_id"]: _shown(row, plans, objects) for row in found.items}
    return respond(
        "events/index.html", "events/_results.html", found, shown=shown, types=EVENT_TYPES
    )


@blueprint.get("/<event_id>")
@page("read:events")
def detail(event_id: str) -> ResponseReturnValue:
    """One change: who, when, from where, and each field before and after."""
    event = get_event(event_id)
    found = _shown(event, plans_in([event]), money_of([event["object_id"]]))
    return render_template(
        "events/detail.html", event=event, as_of=as_of_url(event["object_id"]), **found
    )


@blueprint.get("/timeline")
@page("read:events")
def timeline() -> ResponseReturnValue:
    """The next stretch of a timeline, for the page that shows it."""
    names = ("object_id", "customer_id", "request_id")
    about = {name: request.args[name][:100] for name in names if request.args.get(name)}
    cursor = request.args.get("cursor", "")[:2000] or None
    stretch = timeline_of(about, cursor, request.args.get("last_day"))
    return render_template("events/_timeline.html", events=stretch)


@blueprint.get("/objects/<object_id>")
@page("read:events")
def as_of(object_id: str) -> ResponseReturnValue:
    """A whole object as it was at an instant, told by its events."""
    current_actor().require(scope_of(object_id))
    at, wrong = _moment(request.args.get("at", "").strip())
    past = object_as_of(object_id, at)
    currency = (past.state or {}).get("currency")
    context: dict[str, Any] = {
        "past": past,
        "at": at,
        "error": wrong,
        "url": reachable(object_id),
        "fields": state_shown(past.state or {}, currency),
    }
    return render_template("events/as_of.html", **context), 422 if wrong else 200


def _moment(typed: str) -> tuple[datetime, str]:
    """The instant that was typed, in UTC, and what is wrong with it; now where nothing was."""
    if not typed:
        return clock.now(), ""
    try:
        return moment(typed), ""
    except Invalid:
        return clock.now(), str(gettext("Enter a day and a time such as 2026-01-31T12:00."))


def _shown(event: dict[str, Any], plans: dict[str, str], objects: dict[str, Row]) -> dict[str, Any]:
    about = objects.get(event["object_id"])
    return {
        "what": sentence(event, Known(plans, about)),
        "rows": changes_shown(changes_of(event), (about or {}).get("currency")),
        "url": reachable(event["object_id"]),
        "reason": reason_shown(event),
    }
