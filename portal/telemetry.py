"""What a request leaves behind: an id on its answer, a line of JSON, and two metrics."""

import json
import logging
import re
import secrets
from datetime import UTC, datetime
from functools import cache
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from prometheus_client import Counter, Histogram
from prometheus_client.multiprocess import mark_process_dead

from portal.access_log import BufferedHandler

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
            "message": record.getMessage(),
        }
        if has_request_context() and "request_id" in g:
            entry["request_id"] = g.request_id
        entry |= getattr(record, "fields", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


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
    g.request_started = perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _SANE_REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _end(response: Response) -> Response:
    seconds = perf_counter() - g.request_started
    response.headers["X-Request-Id"] = g.request_id
    method = request.method if request.method in _METHODS else "OTHER"
    endpoint = request.url_rule.rule if request.url_rule else "unmatched"
    requests, duration = _metrics(method, endpoint, response.status_code)
    requests.inc()
    duration.observe(seconds)
    if request.endpoint not in _QUIET or response.status_code >= 500:
        _log.info(
            "%s %s %s",
            method,
            _loggable_path(),
            response.status_code,
            extra={"fields": _fields(response, endpoint, seconds)},
        )
    return response


@cache
def _metrics(method: str, endpoint: str, status: int) -> tuple[Counter, Histogram]:
    """Finding them costs as much as raising them; all three words come from short lists."""
    return REQUESTS.labels(method, endpoint, str(status)), DURATION.labels(method, endpoint)


def _loggable_path() -> str:
    """The path without its query, and without a secret that a route carries as `token`."""
    if request.url_rule and "token" in (request.view_args or {}):
        return request.url_rule.rule
    return request.path


def _fields(response: Response, endpoint: str, seconds: float) -> dict[str, Any]:
    return {
        "method": request.method[:16],
        "path": _loggable_path(),
        "route": endpoint,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 2),
        "remote_addr": request.remote_addr,
    }
