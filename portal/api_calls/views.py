"""The log of API calls, and what each of them changed. Admins only, by the scope of users."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from billing.api_calls.queries import get_api_call, list_api_calls
from billing.errors import Invalid
from portal.access import page
from portal.answers import timeline
from portal.listing import listing, respond

blueprint = Blueprint("api_calls", __name__, url_prefix="/api-calls")

FILTERS = ("status_class", "method", "operation", "actor_id", "request_id", "since")
STATUSES = [("", "All"), ("2", "Done"), ("4", "Refused"), ("5", "Failed")]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@blueprint.get("")
@page("read:users")
def index() -> ResponseReturnValue:
    """Who called what, newest first."""
    found = listing(
        list_api_calls, *FILTERS, convert={"status_class": _status_class, "since": _moment}
    )
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


def _status_class(text: str) -> int:
    if text not in {value for value, _ in STATUSES}:
        raise Invalid("status_class must be 2, 4 or 5.")
    return int(text)


def _moment(text: str) -> datetime:
    """A day or a minute, in UTC."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid("Since must be a day such as 2026-01-31.") from None
