"""Is it alive, is it ready, how is it doing: for load balancers and monitoring. Public."""

import os

import pymongo
from flask import Blueprint, Response, current_app, json
from mongoengine.connection import ConnectionFailure as NotConnected
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from pymongo.errors import PyMongoError

from billing import database, indexes
from billing.closing import is_closed
from portal.lanes import stands_still
from portal.outbox_metrics import outbox_metrics
from portal.state_metrics import state_metrics

blueprint = Blueprint("health", __name__)

_PING_SECONDS = 1.0
_INDEXES_SEEN = "duebill_indexes_seen"


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process takes requests and gets some done; says nothing about what it depends on.

    Under gunicorn it is answered by a thread of its own (portal.lanes), however busy the others
    are; and with 503 when they have got nothing done for so long that only a new process helps.
    """
    if stands_still():
        return _refusal("stands_still", "Requests wait, and none gets its turn any more.")
    return _answer(200, {"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """All that a request may need answers; otherwise 503 names the part that does not.

    Redis is looked at and told of, but nobody is sent away for it: the portal works without, and
    all portals would be out of service at once.
    """
    checks = {"database": _database(), "redis": _redis()}
    checks["indexes"] = _indexes() if checks["database"] == "ok" else "unknown"
    if checks["database"] == "ok":
        checks["restore"] = _restore()
    failed = [part for part, state in checks.items() if part != "redis" and state != "ok"]
    if not failed:
        return _answer(200, {"status": "ready", "checks": checks})
    return _refusal("not_ready", f"Not ready: {', '.join(failed)}.", checks=checks)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus text; under gunicorn the sum over all workers."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    is_up, redis = _database() == "ok", _redis()
    state = state_metrics(
        is_database_up=is_up, is_redis_up=None if redis == "not used" else redis == "ok"
    )
    text = generate_latest(registry) + outbox_metrics() + state
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with pymongo.timeout(_PING_SECONDS):
            database.database().command("ping")
    except (PyMongoError, NotConnected, ConnectionError):
        return "no answer"
    return "ok"


def _indexes() -> str:
    """Looked at until they are there; nobody takes them away from a running portal."""
    if not current_app.extensions.get(_INDEXES_SEEN):
        try:
            current_app.extensions[_INDEXES_SEEN] = indexes.indexes_built()
        except PyMongoError:
            return "unknown"
    return "ok" if current_app.extensions[_INDEXES_SEEN] else "missing: run `flask db indexes`"


def _restore() -> str:
    """Nothing else is possible while a backup is being restored."""
    try:
        return "under way" if is_closed() else "ok"
    except PyMongoError:
        return "unknown"


def _redis() -> str:
    """One try without back-off: the driver's own retries would take seconds."""
    url = current_app.config["SETTINGS"].redis_url
    if not url:
        return "not used"
    # Loaded by who uses it: it takes a tenth of a second, and memory.
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    once = Retry(NoBackoff(), 0)
    try:
        with Redis.from_url(
            url, retry=once, socket_connect_timeout=0.2, socket_timeout=0.5
        ) as client:
            client.ping()
    except RedisError:
        return "no answer"
    return "ok"


def _refusal(code: str, detail: str, **more: object) -> Response:
    problem = {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "code": code,
        "detail": detail,
        **more,
    }
    return _answer(503, problem, "application/problem+json")


def _answer(status: int, body: object, content_type: str = "application/json") -> Response:
    response = Response(json.dumps(body), status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
