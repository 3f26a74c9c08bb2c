"""Every endpoint on one blueprint, and problem documents for whatever is asked below /api."""

from collections.abc import Callable
from functools import cache
from importlib import import_module

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import default_exceptions
from werkzeug.routing import BaseConverter

from api.bearer import init_tokens
from api.call_log import init_call_log
from api.deprecation import announce
from api.endpoint import Endpoints
from api.problems import answer_error
from api.rate_limits import count_address, init_rate_limits
from api.runs.endpoints import LAUNCH_RUN
from api.users.endpoints import LINK_TO
from billing.entrance.letters import LinkTo
from billing.errors import TooMany

PREFIX = "/api/v1"
FEATURES = (
    "auth.endpoints",
    "me.endpoints",
    "customers.endpoints",
    "customers.credits",
    "customers.statement",
    "plans.endpoints",
    "plans.moving",
    "coupons.endpoints",
    "tax_rates.endpoints",
    "meters.endpoints",
    "subscriptions.endpoints",
    "subscriptions.course",
    "subscriptions.previews",
    "usage.endpoints",
    "invoices.endpoints",
    "invoices.moves",
    "credit_notes.endpoints",
    "payments.endpoints",
    "payments.sources",
    "invoices.explain",
    "papers.endpoints",
    "runs.endpoints",
    "test_clocks.endpoints",
    "events.endpoints",
    "webhooks.endpoints",
    "webhooks.deliveries",
    "users.endpoints",
    "oauth_clients.endpoints",
    "seller.endpoints",
    "description.endpoints",
)


class IdConverter(BaseConverter):
    """The id in an address; `preview` is none, but an address of its own beside those of ids."""

    regex = "(?!preview$)[^/]+"
    part_isolating = True


@cache
def features() -> list[Endpoints]:
    """What each feature declares, in the order of the documentation."""
    return [import_module(f"api.{name}").endpoints for name in FEATURES]


def register(app: Flask, launch_run: Callable[[str], object], link_to: LinkTo) -> None:
    """Called once by the application factory."""
    init_tokens(app)
    init_call_log(app)
    init_rate_limits(app)
    app.extensions[LAUNCH_RUN] = launch_run
    app.extensions[LINK_TO] = link_to
    app.url_map.converters["id"] = IdConverter
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    for endpoint in (e for feature in features() for e in feature.declared):
        blueprint.add_url_rule(
            endpoint.path.replace("<", "<id:"),
            endpoint.name,
            endpoint.view,
            methods=[endpoint.method],
        )
    # By status as well: a handler that the pages have for one comes before ours for all.
    for status in default_exceptions:
        blueprint.register_error_handler(status, answer_error)
    blueprint.register_error_handler(Exception, answer_error)
    blueprint.after_request(announce)
    app.before_request(_answer_unroutable)
    app.register_blueprint(blueprint)


def _answer_unroutable() -> Response | None:
    """An unknown address or method belongs to no blueprint, so it is answered here."""
    unroutable = request.routing_exception
    if not (unroutable or request.method == "OPTIONS") or not _is_below_api():
        return None
    try:
        count_address()
    except TooMany as error:
        return answer_error(error)
    return answer_error(unroutable) if unroutable else None


def _is_below_api() -> bool:
    return (request.path + "/").startswith("/api/")
