"""The audit trail of everything."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from billing.events.queries import list_events
from portal.access import page
from portal.listing import listing, respond

blueprint = Blueprint("events", __name__, url_prefix="/events")


@blueprint.get("")
@page("read:events")
def index() -> ResponseReturnValue:
    """Who changed what, newest first."""
    found = listing(list_events, "object_id", "customer_id", "actor_id", "type", "request_id")
    return respond("events/index.html", "events/_results.html", found)
