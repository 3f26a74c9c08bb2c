"""What staff should know on every page: the daily run is late, or nobody does what goes on in the
background."""

from time import monotonic

from flask import Flask, url_for
from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString
from flask_login import current_user
from mongoengine.errors import MongoEngineException
from pymongo.errors import PyMongoError

from billing.maintenance.held import is_held
from billing.runs.daily import DailyBilling
from billing.runs.schedule import find_schedule
from billing.workers.heartbeats import jobs_seen

GONE_SECONDS = 120.0
"""So long nobody has to have done a job for it to be told on every page."""
_ASK_AGAIN_SECONDS = 10.0
_TEXTS = {
    "late": lazy("The daily billing run is late."),
    "no_schedule": lazy("Nobody runs the schedule: start a worker or a scheduler."),
    "no_worker": lazy("No worker runs: mail, webhooks and events wait."),
    "held": lazy(
        "A backup was restored. Nothing begins by itself before somebody has looked at what it "
        "holds back and says: flask restore --go-on."
    ),
}
_OUTBOX = ("mail", "deliver")

_seen: list[tuple[float, list[str]]] = []


def init_app(app: Flask) -> None:
    """Give templates `troubles()`."""
    app.add_template_global(troubles)


def troubles() -> list[tuple[LazyString, str]]:
    """Sentences, each with the page to look at; asked of the database every ten seconds."""
    if not current_user.is_authenticated or not current_user.is_staff:
        return []
    if not _seen or monotonic() - _seen[0][0] > _ASK_AGAIN_SECONDS:
        _seen[:] = [(monotonic(), _found())]
    pages = {"held": "outbox.index", "no_worker": "outbox.index"}
    return [(_TEXTS[code], url_for(pages.get(code, "runs.index"))) for code in _seen[0][1]]


def forget() -> None:
    """Ask anew the next time."""
    _seen.clear()


def _found() -> list[str]:
    try:
        return [code for code, is_so in _signs().items() if is_so]
    except (PyMongoError, MongoEngineException):
        return []  # the page itself tells that the database is away


def _signs() -> dict[str, bool]:
    schedule, ages = find_schedule(), jobs_seen()
    looked = ages.get(DailyBilling.name)
    outbox = [ages[job] for job in _OUTBOX if job in ages]
    return {
        "held": is_held(),
        "late": schedule.is_late,
        "no_schedule": schedule.is_automatic and (looked is None or looked > GONE_SECONDS),
        "no_worker": bool(outbox) and min(outbox) > GONE_SECONDS,
    }
