"""What waits to be delivered, asked of the database when the metrics are read."""

import math

import pymongo
from mongoengine.connection import ConnectionFailure as NotConnected
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from pymongo.errors import PyMongoError

from billing.events.sequence import waiting_events
from billing.mail.queries import count_failing as mails_failing
from billing.mail.queries import count_waiting as mails_waiting
from billing.runs.daily import DailyBilling
from billing.runs.schedule import find_schedule
from billing.webhooks.queries import count_failing, count_pending
from billing.workers.heartbeats import jobs_seen, workers_alive

_SECONDS = 1.0


def outbox_metrics() -> bytes:
    """Prometheus text; nothing while the database does not answer."""
    try:
        with pymongo.timeout(_SECONDS):
            figures = (
                ("duebill_workers", "Workers that are alive", len(workers_alive())),
                ("duebill_events_waiting", "Events without a number yet", waiting_events(100_000)),
                (
                    "duebill_webhook_deliveries_pending",
                    "Deliveries in the outbox, up to 100,000",
                    count_pending(100_000),
                ),
                ("duebill_webhook_endpoints_failing", "Endpoints that fail", count_failing()),
                (
                    "duebill_mails_waiting",
                    "Mails to be sent, up to 100,000",
                    mails_waiting(100_000),
                ),
                ("duebill_mails_failing", "Of them those tried before", mails_failing(100_000)),
                (
                    "duebill_run_late",
                    "Whether the daily billing run is late",
                    int(find_schedule().is_late),
                ),
            )
            seen = jobs_seen()
    except (PyMongoError, NotConnected):
        return b""
    registry = CollectorRegistry()
    for name, meaning, value in figures:
        Gauge(name, meaning, registry=registry).set(value)
    _add_ages(registry, seen)
    return generate_latest(registry)


def _add_ages(registry: CollectorRegistry, seen: dict[str, float]) -> None:
    """How long ago somebody did each job; endless where nobody ever ran the schedule."""
    meaning = "Seconds since a worker last told that it does this job well"
    ages = Gauge("duebill_job_heartbeat_age_seconds", meaning, ["job"], registry=registry)
    for job, age in seen.items():
        ages.labels(job).set(age)
    meaning = "Seconds since somebody last looked whether the daily billing run is due"
    scheduler = Gauge("duebill_scheduler_heartbeat_age_seconds", meaning, registry=registry)
    scheduler.set(seen.get(DailyBilling.name, math.inf))
