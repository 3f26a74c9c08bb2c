"""The audit trail of everything."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.access import page
from portal.events.listed import EVENTS
from portal.listing import respond
from portal.lists.export import add_export

blueprint = Blueprint("events", __name__, url_prefix="/events")
add_export(blueprint, EVENTS)


@blueprint.get("")
@page("read:events")
def index() -> ResponseReturnValue:
    """Who changed what, newest first."""
    found = EVENTS.page()
    return respond("events/index.html", "events/_results.html", found)
