"""What staff can look up of a call afterwards. Whatever is counted is logged."""

import re
from time import perf_counter

from flask import Flask, Response, g, request

from billing.api_calls.models import call_row
from billing.api_calls.recorder import record
from billing.settings import Settings

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LONGEST_PATH = 300
_MOST_NAMES = 20
# What is no name of a parameter may be a secret that got into the wrong place.
_NAME = re.compile(r"[A-Za-z_]{1,30}(\[[a-z]{1,5}\])?")


def init_call_log(app: Flask) -> None:
    """Log the calls of `app`. Before the rate limits, so that it sees what they made of a call."""
    settings: Settings = app.config["SETTINGS"]
    if settings.api_log:
        app.after_request(_log)


def _log(response: Response) -> Response:
    here = g._get_current_object()
    if "standing" not in here:
        return response
    asked = request._get_current_object()  # type: ignore[attr-defined]  # each look through the proxy costs as much as a look
    endpoint = asked.endpoint
    row = call_row(
        method=asked.method if asked.method in _METHODS else "OTHER",
        path=_printable(asked.path[:_LONGEST_PATH]),
        query=_names() if asked.environ.get("QUERY_STRING") else [],
        operation=endpoint.removeprefix("api.") if endpoint else None,
        status=response.status_code,
        milliseconds=round((perf_counter() - here.request_started) * 1000, 2),
        request_id=here.request_id,
        address=asked.remote_addr,
        actor=here.get("caller"),
    )
    record(row)
    return response


def _names() -> list[str]:
    names = [name if _NAME.fullmatch(name) else "…" for name in request.args]
    return list(dict.fromkeys(names))[:_MOST_NAMES]


def _printable(text: str) -> str:
    """Addresses may hold what UTF-8 cannot."""
    return text.encode("utf-8", "backslashreplace").decode()
