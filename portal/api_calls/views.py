"""The log of API calls, and what each of them changed. Admins only, by the scope of users."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy

from billing.api_calls.queries import get_api_call
from portal.access import page
from portal.answers import timeline
from portal.api_calls.listed import API_CALLS
from portal.listing import respond
from portal.lists.export import add_export

blueprint = Blueprint("api_calls", __name__, url_prefix="/api-calls")
add_export(blueprint, API_CALLS)

STATUSES = [("", lazy("All")), ("2", lazy("Done")), ("4", lazy("Refused")), ("5", lazy("Failed"))]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@blueprint.get("")
@page("read:users")
def index() -> ResponseReturnValue:
    """Who called what, newest first."""
    found = API_CALLS.page()
    return respond(
        "api_calls/index.html",
        "api_calls/_results.html",
        found,
        statuses=STATUSES,
        methods=METHODS,
        is_kept=current_app.config["SETTINGS"].api_log,
    )


@blueprint.get("/<call_id>")
@page("read:users")
def detail(call_id: str) -> ResponseReturnValue:
    """One call, with the events of its request."""
    call = get_api_call(call_id)
    events = timeline(request_id=call["request_id"])
    return render_template("api_calls/detail.html", call=call, events=events)
