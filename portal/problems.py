"""Error pages: what happened, and what to do now. Nothing about the inside of the portal."""

import logging

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy
from flask_wtf.csrf import CSRFError
from mongoengine.errors import MongoEngineException
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError, WTimeoutError
from werkzeug.exceptions import HTTPException, TooManyRequests

from billing.closing import Closed
from billing.errors import (
    BillingError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)
from billing.security_log import security_event
from portal.languages.reader import ask_only_the_browser
from portal.languages.saying import said

_AWAY = (ConnectionFailure, ExecutionTimeout, WTimeoutError)
_log = logging.getLogger("duebill.portal")

_STATUS: dict[type[BillingError], int] = {
    Closed: 503,
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unauthenticated: 401,
}
_TITLES = {
    400: lazy("That request could not be read"),
    401: lazy("Please sign in again"),
    403: lazy("You may not do this"),
    404: lazy("Page not found"),
    405: lazy("That is not possible here"),
    409: lazy("That is not possible now"),
    413: lazy("That is too large"),
    422: lazy("That is not valid"),
    429: lazy("Too many attempts"),
    500: lazy("Something went wrong"),
    503: lazy("Duebill is not available just now"),
}
_HINTS = {
    404: lazy("It may have been removed, or the address may be mistyped."),
    405: lazy("Go back to where you came from and use the buttons there."),
    413: lazy("Send less at once."),
    500: lazy(
        "We have noted it. Try again; if it stays, tell your administrator the number below."
    ),
    503: lazy("The database does not answer. Your data is safe; try again in a moment."),
}


def init_app(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(BillingError, _refusal)
    app.register_error_handler(PyMongoError, _database_error)
    app.register_error_handler(MongoEngineException, _database_error)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: BillingError) -> int:
    """The HTTP status that a refusal is answered with."""
    return next((s for kind, s in _STATUS.items() if isinstance(error, kind)), 400)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    headers = [(n, v) for n, v in error.get_headers() if n.lower() != "content-type"]
    if isinstance(error, TooManyRequests) and error.retry_after:
        headers.append(("Retry-After", str(error.retry_after)))
    return _page(status), status, headers


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    security_event("form.refused", code="csrf", **_asked())
    return _page(
        400,
        gettext("The form was open too long, or cookies are off. Reload it and send again."),
    ), 400


def _refusal(error: BillingError) -> ResponseReturnValue:
    status = status_of(error)
    if status in {401, 403, 429}:
        security_event("request.refused", code=error.code, **_asked())
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return _page(status, said(error.message)), status, headers


def _asked() -> dict[str, object]:
    """What a security event tells of the present request: who asks, and for what kind of page."""
    who = getattr(g.get("_login_user"), "actor", None)
    route = request.url_rule.rule if request.url_rule else None
    about = {"method": request.method[:16], "route": route, "request_id": g.get("request_id")}
    return {**about, "ip": request.remote_addr, "actor_id": who and who.id}


def _database_error(error: Exception) -> ResponseReturnValue:
    """Away is 503, a race lost too often 409; MongoEngine's wrapping hides which it was."""
    cause = error if isinstance(error, PyMongoError) else error.__cause__ or error.__context__
    if isinstance(cause, _AWAY):
        _log.warning("The database does not answer: %s", type(cause).__name__)
        return _page(503), 503, {"Retry-After": "5"}
    if isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError"):
        return _page(409, gettext("Others changed the same things at this moment. Try again.")), 409
    return _unexpected(error)


def _unexpected(error: Exception) -> ResponseReturnValue:
    _log.error("Unexpected error on %s", request.path, exc_info=error)
    return _page(500), 500


def _page(status: int, hint: str | None = None) -> str:
    """The page; without the reader's navigation where that would need the database again."""
    template = "errors/page.html"
    if status >= 500:
        template = "errors/bare.html"
        ask_only_the_browser()
    title = _TITLES.get(status) or gettext("That did not work")
    hint = hint or _HINTS.get(status) or gettext("Go back and try again.")
    return render_template(template, status=status, title=title, hint=hint)
