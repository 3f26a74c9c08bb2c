"""What a request leaves behind: an id on its answer, a line of JSON, and two metrics."""

import json
import logging
import re
import secrets
from datetime import UTC, datetime
from functools import cache
from time import perf_counter
from typing import Any

import orjson
from flask import Flask, Request, Response, g, has_request_context, request
from prometheus_client import Counter, Histogram
from prometheus_client.multiprocess import mark_process_dead

from billing.tracing import trace_ids
from portal.access_log import BufferedHandler
from portal.redaction import without_secrets

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"static", "health.healthz", "health.readyz", "health.metrics"})

_log = logging.getLogger("duebill.access")

REQUESTS = Counter("duebill_http_requests", "Requests answered", ["method", "endpoint", "status"])
DURATION = Histogram(
    "duebill_http_request_duration_seconds",
    "Time from the first look at a request to its answer",
    ["method", "endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, so that nothing a user sends can forge another line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._said(record),
        }
        fields = getattr(record, "fields", {})
        if "request_id" not in fields and has_request_context() and "request_id" in g:
            entry["request_id"] = g.request_id
        entry |= trace_ids() | fields
        if record.exc_info:
            entry["exception"] = without_secrets(self.formatException(record.exc_info))
        try:
            return orjson.dumps(entry, default=str).decode()
        except TypeError:  # text that is no UTF-8, which a log must not lose
            return json.dumps(entry, ensure_ascii=True, default=str)

    def _said(self, record: logging.LogRecord) -> str:
        """The line of each request is made of what is harmless, and there are many of them."""
        said = record.getMessage()
        return said if record.name == _log.name else without_secrets(said)


# What no line here tells is not to be found out for each (Python's logging HOWTO, "Optimization").
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def logging_config(level: str) -> dict[str, Any]:
    """A `logging.config` dictionary: everything as JSON to the standard error stream."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "buffered": {"()": BufferedHandler, "formatter": "json"},
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "duebill.access": {"propagate": False, "handlers": ["buffered"]},
            "gunicorn.error": {"level": "WARNING", "propagate": True, "handlers": []},
            "gunicorn.access": {"level": "WARNING", "propagate": True, "handlers": []},
            "pymongo": {"level": "WARNING"},
        },
    }


def worker_gone(pid: int) -> None:
    """Drop what only a living worker can report; its counts stay."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def init_telemetry(app: Flask) -> None:
    """Watch every request of `app`. Call it first, so that all else finds `g.request_id`."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    here = g._get_current_object()
    here.request_started = perf_counter()
    given = request.environ.get("HTTP_X_REQUEST_ID", "")
    is_sane = given and _SANE_REQUEST_ID.fullmatch(given)
    here.request_id = given if is_sane else secrets.token_hex(16)


def _end(response: Response) -> Response:
    here = g._get_current_object()
    seconds = perf_counter() - here.request_started
    response.headers.add("X-Request-Id", here.request_id)
    asked = request._get_current_object()  # type: ignore[attr-defined]  # each look through the proxy costs as much as a look
    status, rule = response.status_code, asked.url_rule
    method = asked.method if asked.method in _METHODS else "OTHER"
    route = rule.rule if rule else "unmatched"
    requests, duration = _metrics(method, route, status)
    requests.inc()
    duration.observe(seconds)
    if asked.endpoint not in _QUIET or status >= 500:
        path = _loggable_path(asked)
        fields = {
            "request_id": here.request_id,
            "method": asked.method[:16],
            "path": path,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
            "remote_addr": asked.remote_addr,
        }
        _tell(f"{method} {path} {status}", fields)
    return response


@cache
def _metrics(method: str, endpoint: str, status: int) -> tuple[Counter, Histogram]:
    """Finding them costs as much as raising them; all three words come from short lists."""
    return REQUESTS.labels(method, endpoint, str(status)), DURATION.labels(method, endpoint)


def _tell(message: str, fields: dict[str, Any]) -> None:
    """A line of the log, without looking through the stack for who writes it."""
    if _log.isEnabledFor(logging.INFO):
        record = logging.LogRecord(_log.name, logging.INFO, __file__, 0, message, None, None)
        record.fields = fields
        _log.handle(record)


def _loggable_path(asked: Request) -> str:
    """The path without its query, and without a secret that a route carries as `token`."""
    if asked.url_rule and "token" in (asked.view_args or {}):
        return asked.url_rule.rule
    return asked.path if asked.url_rule else without_secrets(asked.path)
