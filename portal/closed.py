"""While a backup is restored: every request but a look at how the portal is gets 503, and the
time after which to ask again."""

from flask import Flask, request
from mongoengine.errors import MongoEngineException
from pymongo.errors import PyMongoError

from billing.closing import refuse_while_closed

_OPEN = frozenset({"static", "health.healthz", "health.readyz", "health.metrics"})


def init_app(app: Flask) -> None:
    """Ask before all else."""
    app.before_request(_refuse)


def _refuse() -> None:
    """Raises Closed."""
    if request.endpoint in _OPEN:
        return
    try:
        refuse_while_closed()
    except (PyMongoError, MongoEngineException):
        return  # whatever needs the database tells that it is away in its own words
