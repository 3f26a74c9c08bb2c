"""Every error of the API is a problem document (RFC 9457), whatever went wrong and wherever."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus

from flask import Response, g, request
from mongoengine.errors import MongoEngineException
from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    PyMongoError,
    WaitQueueTimeoutError,
    WTimeoutError,
)
from werkzeug.exceptions import HTTPException

from api.fast_json import dumps
from billing import errors
from billing.actors import Actor, ScopeMissing
from billing.closing import Closed
from billing.errors import BillingError, FieldError
from billing.security_log import security_event

CONTENT_TYPE = "application/problem+json"
# On every answer: data that is nobody else's, is never rendered, and is what its type says.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
RETRY_AFTER_SECONDS = 5
MOST_FINDINGS = 1000
"""Of a body that is wrong in more places the first are told: no answer outgrows its request."""
_AWAY = (ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError, WTimeoutError)
_CHALLENGE = 'Bearer realm="duebill"'

_log = logging.getLogger("duebill.api")

STATUSES: dict[type[BillingError], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.TooMany: 429,
    Closed: 503,
}

_WORDS = {
    400: ("bad_request", "The request is malformed."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("body_too_large", "The body must be at most 1 MiB."),
    415: ("unsupported_media_type", "Send the body as application/json."),
}


class RequestRefused(Exception):
    """The request itself is wrong, before any rule of billing is asked."""

    def __init__(
        self, status: int, code: str, detail: str, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.errors = status, code, detail, errors


def status_of(error: type[BillingError]) -> int:
    """The status that a class of refusals is answered with."""
    return next((STATUSES[base] for base in error.__mro__ if base in STATUSES), 422)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error answer. `code` is stable, `detail` is for people."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [asdict(error) for error in errors[:MOST_FINDINGS]],
        "request_id": g.get("request_id"),
    }
    return Response(dumps(body), status, {**HEADERS, **(headers or {})}, content_type=CONTENT_TYPE)


def answer_error(error: Exception) -> Response:
    """The answer to whatever was raised; what nobody expected is logged and told to nobody."""
    if isinstance(error, RequestRefused):
        return problem(error.status, error.code, error.detail, errors=error.errors)
    if isinstance(error, BillingError):
        return _refusal(error)
    if isinstance(error, HTTPException):
        return _http_error(error)
    if isinstance(error, PyMongoError | MongoEngineException):
        return _database_error(error)
    return _unexpected(error)


def _refusal(error: BillingError) -> Response:
    status, headers = status_of(type(error)), {}
    if isinstance(error, errors.StaleRevision) and "If-Match" in request.headers:
        status = 412
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if status in {401, 403, 429}:
        _tell_of(error)
    if status in {401, 403}:
        headers["WWW-Authenticate"] = _challenge(error)
    return problem(status, error.code, error.message, errors=error.errors, headers=headers)


def _tell_of(error: BillingError) -> None:
    """Who was refused, and what: for whoever watches the log."""
    caller: Actor | None = g.get("caller")
    security_event(
        "request.refused",
        code=error.code,
        actor_type=caller and caller.type,
        actor_id=caller and caller.id,
        ip=request.remote_addr,
        request_id=g.get("request_id"),
        method=request.method[:16],
        route=request.url_rule.rule if request.url_rule else None,
    )


def _challenge(error: BillingError) -> str:
    """RFC 6750 §3: no error word for a request that brought no token."""
    if isinstance(error, ScopeMissing):
        return f'{_CHALLENGE}, error="insufficient_scope"'
    return f'{_CHALLENGE}, error="invalid_token"' if error.code == "invalid_token" else _CHALLENGE


def _http_error(error: HTTPException) -> Response:
    status = error.code if error.code and error.code >= 400 else 404
    code, detail = _WORDS.get(status, (HTTPStatus(status).name.lower(), HTTPStatus(status).phrase))
    headers = {n: v for n, v in error.get_headers() if n in {"Allow", "Retry-After"}}
    return problem(status, code, detail, headers=headers)


def _database_error(error: Exception) -> Response:
    """503 while the database is away, 409 for a race that was lost too often, else our fault."""
    cause = error if isinstance(error, PyMongoError) else error.__cause__ or error.__context__
    if isinstance(cause, _AWAY):
        _log.warning("The database does not answer: %s", cause)
        wait = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        detail = "The database does not answer. Try again in a few seconds."
        return problem(503, "database_unavailable", detail, headers=wait)
    if isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError"):
        return problem(409, "conflict", "Others changed the same things meanwhile. Try again.")
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    _log.error("Unexpected error", exc_info=error)
    return problem(500, "internal_error", "Something went wrong here; it was logged.")
